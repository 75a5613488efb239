"""From a row back to people: its principles, their statements, and who has withdrawn."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from constitution.models import Constitution, PrincipleSource
from training.datasets.errors import DatasetError
from voting.models import Statement

RULES = {
    "only": "a principle behind it rests only on withdrawn statements",
    "any": "a principle behind it rests on a withdrawn statement",
}
Sources = Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class Provenance:
    """A constitution's principles with the numbers of their statements, and which of these are withdrawn."""

    sources: Sources
    withdrawn: frozenset[int]

    def statements_of(self, principle_ids: Collection[int]) -> list[int]:
        """The statements behind some principles, each once, in order of their numbers."""
        return sorted({number for id in principle_ids for number in self.sources.get(id, ())})

    def resting_on_withdrawn(self, rule: str) -> set[int]:
        """The principles that rest only on withdrawn statements, or, by the rule “any”, on at least one."""
        quantifier = all if rule == "only" else any
        return {
            id
            for id, numbers in self.sources.items()
            if numbers and quantifier(number in self.withdrawn for number in numbers)
        }


@dataclass(frozen=True)
class Origins:
    """What stands behind a dataset's items: a constitution, and that of helpful pairs if it is another.

    Constitutions are known by their SHA-256, as in the rows. `rule` says which principles' rows are left out.
    """

    provenances: Mapping[str, Provenance]
    rule: str = ""

    def statements_of(self, details: Mapping[str, Any]) -> list[int]:
        """The statements behind an item, by its details; none where no principle shaped it."""
        provenance = self.provenances.get(details["constitution_sha256"])
        return provenance.statements_of(details["principle_ids"]) if provenance else []

    def is_unwanted(self, details: Mapping[str, Any]) -> bool:
        """Whether an item rests on what was withdrawn, by the rule; without a rule, never."""
        return not self.unwanted.get(details["constitution_sha256"], set()).isdisjoint(
            details["principle_ids"]
        )

    @cached_property
    def unwanted(self) -> dict[str, set[int]]:
        """The principles whose rows are left out, by constitution."""
        if not self.rule:
            return {}
        return {
            sha256: provenance.resting_on_withdrawn(self.rule)
            for sha256, provenance in self.provenances.items()
        }


def origins_of(
    constitution: Constitution, other: Constitution | None, *, without: Collection[int], rule: str
) -> Origins:
    """The origins of a dataset; of statements in `without`, `other` has those of the same conversation."""
    found = {constitution.sha256: provenance_of(constitution, without=without)}
    if other is not None and other.sha256 != constitution.sha256:
        is_same = other.conversation_id == constitution.conversation_id
        shared = set(without) & statements_behind(other) if is_same else set()
        found[other.sha256] = provenance_of(other, without=shared)
    return Origins(found, rule or ("only" if without else ""))


def statements_behind(constitution: Constitution) -> set[int]:
    rows = PrincipleSource.objects.filter(principle__constitution=constitution)
    return set(rows.values_list("statement__number", flat=True))


def provenance_of(constitution: Constitution, *, without: Collection[int] = ()) -> Provenance:
    """Look up the statements behind each principle; those in `without` count as withdrawn too."""
    rows = PrincipleSource.objects.filter(principle__constitution=constitution)
    sources: dict[int, list[int]] = {}
    for position, number in rows.values_list("principle__position", "statement__number"):
        sources.setdefault(position, []).append(number)
    known = {number for numbers in sources.values() for number in numbers}
    check_numbers(without, known, constitution)
    return Provenance(
        {position: tuple(sorted(numbers)) for position, numbers in sources.items()},
        frozenset(known & (withdrawn_statements(constitution) | set(without))),
    )


def check_numbers(numbers: Collection[int], known: Collection[int], constitution: Constitution) -> None:
    unknown = sorted(set(numbers) - set(known))
    if unknown:
        raise DatasetError(
            f"No principle of {constitution.reference} comes from statement {unknown[0]}; "
            f"its statements are: {', '.join(map(str, sorted(known))) or 'none'}."
        )


def withdrawn_statements(constitution: Constitution) -> set[int]:
    """Statements whose author deleted their data: no seed, and nobody's any more."""
    found = Statement.objects.filter(
        principle_sources__principle__constitution=constitution, is_seed=False, author=None
    )
    return set(found.values_list("number", flat=True))


@dataclass(frozen=True)
class TracedRow:
    """A row of a written dataset, by file and line, with what it rests on."""

    file: str
    line: int
    sample_id: str
    principle_ids: tuple[int, ...]
    statements: tuple[int, ...]


def trace_rows(folder: Path, wanted: Mapping[str, Collection[int]]) -> Iterator[TracedRow]:
    """The rows of a written dataset that rest on any of the statements wanted, without any database.

    Statements are given by the SHA-256 of their constitution: another conversation's have the same numbers.
    """
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                row = json.loads(line)
                if not set(wanted.get(row["constitution_sha256"], ())).isdisjoint(row["statements"]):
                    yield to_traced(path.name, number, row)


def to_traced(file: str, line: int, row: dict[str, Any]) -> TracedRow:
    return TracedRow(file, line, row["sample_id"], tuple(row["principle_ids"]), tuple(row["statements"]))


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a dataset that export_dataset wrote."""
    path = folder / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"{folder} is no dataset of this platform: {path.name} cannot be read.") from error
    if "generation_run" not in manifest:
        raise DatasetError(f"{folder} is no dataset of this platform: its manifest names no generation run.")
    return manifest
