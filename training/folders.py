"""Where the files of a run lie: its recipe, samples, logs and results, and the answers of all runs."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from training.models import GenerationRun


@dataclass(frozen=True)
class Shard:
    """The files of one part of a run: recipe, samples to ask, results, and the folder of its log."""

    recipe: Path
    samples: Path
    results: Path
    folder: Path


def runs_folder() -> Path:
    """The folder of all runs; every worker that takes part in a run must see the same one."""
    return Path(settings.RUNS_DIR or settings.VAR_DIR / "runs")


def answers_folder() -> Path:
    return runs_folder() / "answers"


def run_folder(run: GenerationRun) -> Path:
    return runs_folder() / str(run.pk)


def shard_of(run: GenerationRun, number: int) -> Shard:
    folder = run_folder(run)
    return Shard(
        recipe=folder / "recipe.json",
        samples=folder / f"shard-{number:05}.jsonl",
        results=folder / f"shard-{number:05}.samples.jsonl",
        folder=folder / f"shard-{number:05}",
    )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write JSON Lines so that the file is either whole or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
    draft.replace(path)


def iterate_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
