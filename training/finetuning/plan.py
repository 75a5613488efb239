"""What a training process needs to know, in one file, and the places where it leaves its results.

Pure: imports neither Django nor a trainer, so that both sides of the process can read it.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class DatasetInput:
    """A dataset's folder and the hash of its manifest, which holds those of its files."""

    folder: str
    manifest_sha256: str


@dataclass(frozen=True)
class Plan:
    """One fine-tuning: the model to begin with, the recipe as checked, the datasets by name, and the seed."""

    base_model: str
    recipe: dict[str, Any]
    datasets: dict[str, DatasetInput]
    seed: int

    def write(self, path: Path) -> None:
        write_whole(path, asdict(self))

    @classmethod
    def read(cls, path: Path) -> "Plan":
        told = json.loads(path.read_text(encoding="utf-8"))
        told["datasets"] = {name: DatasetInput(**entry) for name, entry in told["datasets"].items()}
        return cls(**told)


@dataclass(frozen=True)
class Places:
    """The files of one fine-tuning, all in one folder."""

    folder: Path

    @property
    def plan(self) -> Path:
        return self.folder / "plan.json"

    @property
    def progress(self) -> Path:
        return self.folder / "progress.jsonl"

    @property
    def log(self) -> Path:
        return self.folder / "training.log"

    @property
    def pause(self) -> Path:
        """While this file is there, the training stops at its next step, with a checkpoint."""
        return self.folder / "pause"

    @property
    def margins(self) -> Path:
        return self.folder / "margins.json"

    @property
    def result(self) -> Path:
        return self.folder / "result.json"

    @property
    def model(self) -> Path:
        """The finished variant: weights, configuration and tokenizer, as any server loads them."""
        return self.folder / "model"

    @property
    def reward_model(self) -> Path:
        """What the reward stage made, where the recipe has one."""
        return self.folder / "reward_model"

    def stage(self, number: int, kind: str) -> Path:
        return self.folder / "stages" / f"{number}-{kind}"


def write_whole(path: Path, value: Any) -> None:
    """Write JSON so that the file is either whole or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)
