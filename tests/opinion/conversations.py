"""Votes to test with: made up, drawn by hypothesis, or read from the shared data."""

import csv
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from opinion import Votes

POLIS_MATH = ("25ptpt-3gp-no-strict-with-meta", "above-100-ptpts", "below-100-ptpts")
RED_DWARF = (
    "ccai-clean",
    "ccai-raw",
    "bg2050-volunteers",
    "ssis.land-bank-farmland.2rumnecbeh.2021-08-01",
    "vtaiwan.uberx",
)


def votes_of(rows: list[list[int | None]]) -> Votes:
    """One row per person from id 0 on, one column per statement from id 0 on; None where unseen."""
    cast = [(p, s, v) for p, row in enumerate(rows) for s, v in enumerate(row) if v is not None]
    persons, statements, values = ([vote[part] for vote in cast] for part in range(3))
    return Votes.from_arrays(persons, statements, values, all_statement_ids=range(len(rows[0])))


def planted_arrays(
    seed: int = 0, n_people: int = 90, n_statements: int = 30, k: int = 3
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Person ids, statement ids, votes, and each person's planted group; about half the cards are seen."""
    draw = np.random.default_rng(seed)
    group = np.arange(n_people) % k
    leaning = draw.normal(size=(k, n_statements))[group] + 0.6 * draw.normal(size=(n_people, n_statements))
    person, statement = np.nonzero(draw.random((n_people, n_statements)) < 0.5)
    return person, statement, np.clip(np.rint(leaning[person, statement]), -1, 1).astype(int), group


@st.composite
def any_votes(draw: st.DrawFn) -> dict[tuple[int, int], int]:
    """Some votes, keyed by person and statement, in any order."""
    pairs = st.tuples(st.integers(-3, 40), st.integers(0, 8))
    return draw(st.dictionaries(pairs, st.sampled_from([-1, 0, 1]), max_size=80))


def votes_from(cast: dict[tuple[int, int], int]) -> Votes:
    return Votes.from_arrays([p for p, _ in cast], [s for _, s in cast], list(cast.values()))


@dataclass
class Conversation:
    """Published votes with the groups and moderation published beside them."""

    votes: Votes
    groups: dict[int, int]
    left_out: list[int]


def read_matrix(
    folder: Path, *, only: Collection[int] | None = None, without: Collection[int] = (), more_than: int = -1
) -> Conversation:
    """Read `participants-votes.csv`, or `clean_votes.csv`'s like, and the moderation in `comments.csv`.

    `only` keeps these statements; `without` drops people; `more_than` drops people with no more votes.
    """
    comments = read_rows(folder / "comments.csv")
    groups, cast = {}, []
    for row in read_rows(folder / "participants-votes.csv"):
        person = int(row["participant"])
        seen = [(person, int(s), int(float(v))) for s, v in row.items() if s.isdigit() and v]
        if person in without or len(seen) <= more_than:
            continue
        cast += [vote for vote in seen if only is None or vote[1] in only]
        if row["group-id"]:
            groups[person] = int(row["group-id"])
    left_out = [
        int(c["comment-id"])
        for c in comments
        if c["moderated"] == "-1" or c.get("is-meta", "").lower() == "true"
    ]
    every = [int(c["comment-id"]) for c in comments] if only is None else list(only)
    persons, statements, values = np.array(cast).T
    votes = Votes.from_arrays(persons, statements, values, all_statement_ids=every)
    return Conversation(votes, groups, [s for s in left_out if only is None])


def read_ccai(shared: Path) -> Conversation:
    """The conversation as its authors cleaned it: 37 people and all with at most 25 votes taken out."""
    folder = shared / "data" / "ccai"
    tossed = {int(line) for line in (folder / "ids-to-toss.csv").read_text().split()}
    accepted = {int(c["comment-id"]) for c in read_rows(folder / "comments.csv") if c["moderated"] == "1"}
    return read_matrix(folder, only=accepted, without=tossed, more_than=25)


def read_red_dwarf_input(shared: Path, name: str) -> Conversation:
    if name == "ccai-clean":
        return read_ccai(shared)
    return read_matrix(shared / "data" / ("ccai" if name == "ccai-raw" else f"polis/{name}"))


def read_polis_math(shared: Path, name: str) -> tuple[Conversation, dict[str, Any]]:
    """Votes from the event log, the latest of a pair counting, with all that Polis's server answered."""
    answer = json.loads((shared / "reference" / f"polis-math.{name}.json").read_text())
    events = read_rows(shared / "data" / "polis-math" / name / "votes.csv")
    latest = {
        (int(e["voter-id"]), int(e["comment-id"])): int(e["vote"])
        for e in sorted(events, key=lambda event: int(event["timestamp"]))
    }
    persons, statements = zip(*latest, strict=True)
    votes = Votes.from_arrays(persons, statements, list(latest.values()), all_statement_ids=answer["tids"])
    members = dict(zip(answer["base_clusters"]["id"], answer["base_clusters"]["members"], strict=True))
    groups = {
        person: group["id"]
        for group in answer["group_clusters"]
        for base in group["base_ids"]
        for person in members[base]
    }
    known = set(votes.statement_ids.tolist())
    return Conversation(votes, groups, [s for s in answer["mod_out"] if s in known]), answer


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
