"""Samples of a run, found and counted over all of its finished shards."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from training.calibration import wilson_interval
from training.critique.flags import FLAG_WORDS
from training.critique.index import Wanted, counts_of, places_in, read_places
from training.folders import run_folder
from training.models import GenerationRun
from training.results import finished_logs
from training.samples import RevisedSample


@dataclass(frozen=True)
class Found:
    """Samples by shard: where they stand in it, and how many there are before it in the run."""

    parts: tuple[tuple[Path, int, list[int] | range], ...]

    @property
    def n(self) -> int:
        return sum(len(places) for _, _, places in self.parts)

    def page(self, start: int, end: int) -> list[tuple[int, RevisedSample]]:
        """The samples between two positions among those found, each with its number in the run."""
        shown: list[tuple[int, RevisedSample]] = []
        before = 0
        for results, first, places in self.parts:
            here = places[max(start - before, 0) : max(end - before, 0)]
            if here:
                numbers = [first + place + 1 for place in here]
                shown += zip(numbers, read_places(results, here), strict=True)
            before += len(places)
        return shown


@dataclass(frozen=True)
class Rate:
    """How many samples of a run have something, with a 95 % interval."""

    name: str
    words: str
    n: int
    of: int

    @property
    def percent(self) -> float:
        return 100 * self.n / self.of

    @property
    def bounds(self) -> tuple[float, float]:
        low, high = wilson_interval(self.n, self.of)
        return 100 * low, 100 * high


def find_samples(run: GenerationRun, wanted: Wanted) -> Found:
    """The samples that are wanted, of shards that are finished and kept here."""
    parts: list[tuple[Path, int, list[int] | range]] = []
    first = 0
    for log in finished_logs(run):
        results = run_folder(run) / log["samples"]
        if results.is_file():
            places = range(log["n_samples"]) if wanted.is_all() else places_in(results, wanted)
            parts.append((results, first, places))
        first += log["n_samples"]
    return Found(tuple(parts))


def count_samples(found: Found) -> dict[str, Counter[str]]:
    """How many samples of all shards have each principle, flag and tag."""
    total: dict[str, Counter[str]] = {name: Counter() for name in ("principles", "flags", "tags")}
    for results, _, _ in found.parts:
        for name, counts in counts_of(results).items():
            total[name] += counts
    return total


def flag_rates(flags: Counter[str], n: int) -> list[Rate]:
    """Every flag with its rate, also those that no sample has."""
    return rates_of(((flag, words, flags[flag]) for flag, words in FLAG_WORDS.items()), n) if n else []


def tag_rates(tags: Counter[str], n: int) -> list[Rate]:
    """The tags of the prompts, the commonest first."""
    return rates_of(((tag, tag, count) for tag, count in tags.most_common()), n) if n else []


def rates_of(counted: Iterable[tuple[str, str, int]], n: int) -> list[Rate]:
    return [Rate(name, words, count, n) for name, words, count in counted]
