"""What every task is made of: samples to ask, judged answers, and measures over them."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from string import Template
from typing import Any, TypeVar

import numpy as np

from evaluation.statistics import FloatArray, Formula, sum_by_cluster

Row = TypeVar("Row")
INSTRUCTIONS = Path(__file__).resolve().parent.parent / "instructions"


class TaskDataError(ValueError):
    """The task's data cannot be used; says where and what was expected."""


@dataclass(frozen=True)
class Sample:
    """One question as it is asked: its text, the options in the order shown, and what judging needs."""

    id: str
    prompt: str
    options: list[str]
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Judgement:
    """One sample's judged answers; a missing answer has no value."""

    sample_id: str
    answer: str
    value: float | None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Measure:
    """A formula over the tallies of the items that were answered."""

    name: str
    label: str
    category: str
    item_ids: list[str]
    clusters: list[str]
    tallies: FloatArray
    formula: Formula
    interval: Callable[["Measure"], tuple[float, float] | None]
    scale: tuple[float, float] = (0.0, 1.0)
    n_left_out: int = 0
    n: int | None = None

    def value(self) -> float | None:
        """The measure over all its items, or None where nothing defines it."""
        value = float(self.formula(self.tallies.sum(axis=0)[None, :])[0])
        return None if np.isnan(value) else value

    def by_cluster(self) -> FloatArray:
        return sum_by_cluster(self.tallies, self.clusters)

    def to_dict(self) -> dict[str, Any]:
        """The measure as a run keeps it: value, interval, count."""
        value = self.value()
        low, high = (self.interval(self) or (None, None)) if value is not None else (None, None)
        return {
            "name": self.name,
            "label": self.label,
            "category": self.category,
            "value": value,
            "low": low,
            "high": high,
            "n": len(self.item_ids) if self.n is None else self.n,
            "n_left_out": self.n_left_out,
            "scale": list(self.scale),
        }


@dataclass(frozen=True)
class Task:
    """A versioned test: how answers are judged, and which measures they make."""

    name: str
    version: str
    title: str
    judge: Callable[[Sample, Sequence[str]], Judgement]
    measure: Callable[[Sequence[Judgement]], list[Measure]]


@dataclass(frozen=True)
class TaskData:
    """The samples of one run and the SHA-256 of the data behind them, before sampling and ordering."""

    samples: list[Sample]
    sha256: str
    parameters: dict[str, Any]


def fill_instruction(name: str, **values: str) -> str:
    """Fill in a task's instruction text; values are taken as they are."""
    return Template((INSTRUCTIONS / f"{name}.txt").read_text("utf-8")).substitute(values).strip()


def hash_rows(rows: object) -> str:
    """SHA-256 of rows as canonical JSON."""
    text = json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def choose_rows(rows: list[Row], *, limit: int | None, seed: int) -> list[Row]:
    """Draw `limit` rows with the seed, in their own order; all of them without a limit."""
    if limit is None or limit >= len(rows):
        return rows
    kept = sorted(Random(f"choose:{seed}").sample(range(len(rows)), limit))
    return [rows[index] for index in kept]


def order_options(n_options: int, *, seed: int, sample_id: str) -> list[int]:
    """Give the order in which a sample's options are shown, fixed by seed and sample."""
    order = list(range(n_options))
    Random(f"order:{seed}:{sample_id}").shuffle(order)
    return order
