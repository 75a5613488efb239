"""A small file beside each finished shard: where each sample stands and what can be looked for in it.

With it a page of a run of 100,000 samples reads the samples it shows and no others.
"""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from training.critique.tone import plain
from training.samples import RevisedSample, final_step, to_sample

SCHEMA = 1
RESULTS = ".samples.jsonl"
LENGTHS = {"short": range(300), "middle": range(300, 1200), "long": range(1200, 10**9)}
Places = dict[str, list[int]]


@dataclass(frozen=True)
class Wanted:
    """Which samples to look for; nothing named means all of them."""

    principle: str = ""
    flag: str = ""
    tag: str = ""
    length: str = ""
    words: str = ""

    def is_all(self) -> bool:
        return not any((self.principle, self.flag, self.tag, self.length, self.words.strip()))


@dataclass(frozen=True)
class ShardIndex:
    """Of each sample by its place: where its line begins, and how long its final text is."""

    n_bytes: int
    offsets: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    principles: Places = field(default_factory=dict)
    flags: Places = field(default_factory=dict)
    tags: Places = field(default_factory=dict)
    schema: int = SCHEMA

    def find(self, wanted: Wanted) -> list[int]:
        """The places of samples that have all that is wanted, the words aside."""
        places = set(range(len(self.offsets)))
        for name, value in (("principles", wanted.principle), ("flags", wanted.flag), ("tags", wanted.tag)):
            if value:
                places &= set(getattr(self, name).get(value, ()))
        if wanted.length:
            lengths = LENGTHS[wanted.length]
            places = {place for place in places if self.lengths[place] in lengths}
        return sorted(places)


def index_of(results: Path) -> ShardIndex:
    """The index of a shard's results; made now where it is missing or belongs to other results."""
    n_bytes = results.stat().st_size
    try:
        index = ShardIndex(**json.loads(path_of(results).read_bytes()))
    except (OSError, ValueError, TypeError):
        return write_index(results)
    return index if (index.n_bytes, index.schema) == (n_bytes, SCHEMA) else write_index(results)


def write_index(results: Path) -> ShardIndex:
    """Make the index of a shard's results and lay it beside them, whole or not at all."""
    index = make_index(results)
    path = path_of(results)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    # Where a page may only read the runs' folder, the index is made each time.
    with suppress(OSError):
        draft.write_text(json.dumps(asdict(index), separators=(",", ":")), encoding="utf-8")
        draft.replace(path)
    return index


def make_index(results: Path) -> ShardIndex:
    """Read all samples of a shard once."""
    index = ShardIndex(n_bytes=results.stat().st_size)
    found: dict[str, defaultdict[str, list[int]]] = {
        name: defaultdict(list) for name in ("principles", "flags", "tags")
    }
    with results.open("rb") as lines:
        offset = 0
        for place, line in enumerate(lines):
            row = json.loads(line)
            index.offsets.append(offset)
            index.lengths.append(len((final_step(row["steps"]) or row["steps"][0])["text"]))
            for name, values in looked_for(row).items():
                for value in values:
                    found[name][value].append(place)
            offset += len(line)
    for name, places in found.items():
        getattr(index, name).update(places)
    return index


def looked_for(row: Mapping[str, Any]) -> dict[str, Iterable[str]]:
    """By what a sample can be found: each value once."""
    principles = {str(step["principle"]) for step in row["steps"] if step["principle"] is not None}
    return {"principles": principles, "flags": set(row["flags"]), "tags": set(row["tags"])}


def path_of(results: Path) -> Path:
    return results.with_name(results.name.removesuffix(RESULTS) + ".index.json")


def places_in(results: Path, wanted: Wanted) -> list[int]:
    """The places of a shard's samples that have all that is wanted."""
    places = index_of(results).find(wanted)
    words = plain(wanted.words)
    if not words or not places:
        return places
    asked = results.with_name(results.name.removesuffix(RESULTS) + ".jsonl")
    with asked.open(encoding="utf-8") as lines:
        said = {place for place, line in enumerate(lines) if is_said(words, line)}
    return [place for place in places if place in said]


def is_said(words: str, line: str) -> bool:
    """Whether a row's prompt holds the words, signs of JSON, case and spaces aside."""
    return words in plain(json.loads(line)["prompt"])


def read_places(results: Path, places: Iterable[int]) -> Iterator[RevisedSample]:
    """The samples at these places, each read from where it begins."""
    index = index_of(results)
    with results.open("rb") as lines:
        for place in places:
            lines.seek(index.offsets[place])
            yield to_sample(json.loads(lines.readline()))


def counts_of(results: Path) -> dict[str, Counter[str]]:
    """How many of a shard's samples have each principle, flag and tag."""
    stat = results.stat()
    return counts_at(results, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=4096)
def counts_at(results: Path, n_bytes: int, changed: int) -> dict[str, Counter[str]]:  # noqa: ARG001
    """Counts of one state of a file: finished results do not change."""
    index = index_of(results)
    names = ("principles", "flags", "tags")
    return {
        name: Counter({value: len(places) for value, places in getattr(index, name).items()})
        for name in names
    }
