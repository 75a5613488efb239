"""The lines a training process leaves while it works, read a little at a time.

Pure: imports neither Django nor a trainer.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TAIL_BYTES = 20_000


def write_line(path: Path, line: dict[str, Any]) -> None:
    """Append one line; numbers that JSON has no word for become nothing."""
    clean = {name: None if is_odd(value) else value for name, value in line.items()}
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(clean) + "\n")


def is_odd(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


@dataclass
class ProgressReader:
    """Reads what is new since the last look; a line still being written waits for the next one."""

    path: Path
    offset: int = 0

    def read_new(self) -> Iterator[dict[str, Any]]:
        if not self.path.is_file():
            return
        with self.path.open("rb") as lines:
            lines.seek(self.offset)
            for line in lines:
                if not line.endswith(b"\n"):
                    return
                self.offset += len(line)
                parsed = parse(line)
                if parsed is not None:
                    yield parsed


def parse(line: bytes) -> dict[str, Any] | None:
    """A line as an object; one that a killed process left half-written is nothing."""
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


@dataclass
class Curve:
    """One measured value over the steps of one stage; a step measured again after a resume counts once."""

    stage: int
    kind: str
    name: str
    points: dict[int, float] = field(default_factory=dict)

    def sorted_points(self) -> list[tuple[int, float]]:
        return sorted(self.points.items())


def read_curves(path: Path, names: tuple[str, ...]) -> list[Curve]:
    """The curves of these measures, stage by stage."""
    curves: dict[tuple[int, str], Curve] = {}
    for line in ProgressReader(path).read_new():
        for name in names:
            value = line.get(name)
            if isinstance(value, int | float) and "step" in line:
                key = (line["stage"], name)
                curve = curves.setdefault(key, Curve(line["stage"], line["kind"], name))
                curve.points[line["step"]] = float(value)
    return [curves[key] for key in sorted(curves)]


def read_tail(path: Path) -> str:
    """The last part of a log, from the beginning of a line; progress bars leave only their last state."""
    if not path.is_file():
        return ""
    size = path.stat().st_size
    with path.open("rb") as log:
        log.seek(max(0, size - TAIL_BYTES))
        text = log.read().decode("utf-8", errors="replace")
    lines = [line.rsplit("\r", 1)[-1] for line in text.split("\n")]
    return "\n".join(lines[1:] if size > TAIL_BYTES else lines).strip()
