"""Fixtures of fine-tuning: pairs that differ in an easy way, a model of 100,000 parameters, small recipes."""

import hashlib
import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import pytest

from constitution.models import Constitution
from tests.factories import make_adopted_constitution
from training.datasets.items import Item
from training.datasets.rows import FORMATS
from training.datasets.splitting import split_of
from training.datasets.writing import DatasetFiles
from training.finetuning.recipes import Recipe, make_recipe

WORDS = ("water", "river", "bread", "garden", "music", "winter", "letter", "window", "teacher", "doctor")
# A test with one of these fixtures needs the extra `train`.
NEEDED = {"trained", "base_model"}
QUICK = {"learning_rate": 5e-3, "batch_size": 8, "max_length": 128, "save_steps": 3, "logging_steps": 1}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without the extra `train` these tests are skipped, saying so."""
    missing = [name for name in ("torch", "trl", "datasets") if find_spec(name) is None]
    if not missing:
        return
    skip = pytest.mark.skip(reason=f"{', '.join(missing)} not installed: make train")
    for item in items:
        if Path(__file__).parent in item.path.parents and NEEDED & set(item.fixturenames):
            item.add_marker(skip)


@pytest.fixture
def trained() -> None:
    """Marks a test that needs the extra `train`."""


def make_items(n_items: int = 72) -> list[Item]:
    """Kind answers against rude ones, each about words of its own."""
    items = []
    for number in range(n_items):
        draw = Random(number)
        one, other = draw.choice(WORDS), draw.choice(WORDS)
        details = {"principle_ids": [1], "sample_id": f"sample-{number}", "flags": [], "sampling": "{}"}
        details |= {"constitution_sha256": "", "model": "by hand", "seed": 0, "step": 1, "run_id": ""}
        details |= {"parse_status": "ok", "label_source": "", "is_rehearsal": False}
        details |= {"source_prompt_id": "", "source_prompt_name": ""}
        items.append(
            Item(
                prompt=({"role": "user", "content": f"Tell me about {one} and {other}, number {number}."},),
                chosen=f"I will gladly and kindly help with {one}.",
                rejected=f"No. Ask {other} elsewhere, fool.",
                label=0.9,
                details=details,
            )
        )
    return items


def write_dataset(folder: Path, format: str, constitution: Constitution, items: list[Item]) -> Path:
    """A dataset's folder as export_dataset writes it, from items made by hand."""
    folder.mkdir(parents=True)
    counts = {"train": 0, "held_out": 0}
    with DatasetFiles(folder, FORMATS[format]) as files:
        for item in items:
            rows = [
                row | item.details | {"statements": [], "source": item.source}
                for row in FORMATS[format].make(item)
            ]
            split = split_of(item.request, 0.25)
            files.write(split, rows)
            counts[split] += len(rows)
    hashes = {
        path.name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in folder.iterdir()
    }
    manifest = {
        "format": format,
        "generation_run": "00000000-0000-0000-0000-000000000000",
        "constitution_sha256": constitution.sha256,
        "n_rows": sum(counts.values()),
        "n_rows_by_split": counts,
        "is_rehearsal": False,
        "licence": "cc0-1.0",
        "files": hashes,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def constitution(db) -> Constitution:
    return make_adopted_constitution()


@pytest.fixture
def datasets(tmp_path, constitution) -> dict[str, Path]:
    """An SFT and a preference dataset of the same items, under the names that recipes use."""
    items = make_items()
    return {
        "sft": write_dataset(tmp_path / "sft", "sft", constitution, items),
        "preference": write_dataset(tmp_path / "preference", "preference", constitution, items),
    }


@pytest.fixture(scope="session")
def base_model(tmp_path_factory) -> Path:
    from training.finetuning.tiny import make_tiny_model

    texts = [text for item in make_items() for text in (item.request, item.chosen, item.rejected)]
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny", texts=texts)


@pytest.fixture
def recipe_of() -> Callable[..., Recipe]:
    """Make a recipe of stages, each a kind and what differs from quick settings."""

    def make(*stages: dict[str, Any], method: str = "lora") -> Recipe:
        table = {"model": {"method": method}, "stages": [QUICK | stage for stage in stages]}
        return make_recipe(table, "a recipe of this test", default_name="quick")

    return make
