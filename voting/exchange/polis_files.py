"""A folder of Polis export files, read into memory and checked as one whole."""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voting.bulk import NewStatement
from voting.exchange.tables import MalformedFile, Table
from voting.models import Statement

MATRIX_NAMES = ("participants-votes.csv", "participant-votes.csv")
CHOICES = {"1": 1, "0": 0, "-1": -1}
MODERATION = {
    "1": Statement.Status.ACCEPTED,
    "0": Statement.Status.PENDING,
    "-1": Statement.Status.REJECTED,
}
TRUTH = {"true": True, "false": False, "1": True, "0": False, "": False}
LONGEST_STATEMENT = 10_000
LARGEST_GROUP = 32_767
UNKNOWN_TIME = 0
ROWS_BETWEEN_REPORTS = 100_000

Report = Callable[[str], None]


@dataclass(frozen=True)
class VoteLog:
    """Each participant's latest choice per statement: parallel arrays, sorted by person and statement.

    `cast_at` is in microseconds since 1970, UNKNOWN_TIME where the export does not say.
    """

    persons: NDArray[np.int64]
    statements: NDArray[np.int64]
    choices: NDArray[np.int8]
    cast_at: NDArray[np.int64]

    def of_people(self, people: NDArray[np.int64]) -> "VoteLog":
        kept = np.isin(self.persons, people)
        return VoteLog(self.persons[kept], self.statements[kept], self.choices[kept], self.cast_at[kept])


@dataclass(frozen=True)
class PolisExport:
    """What a folder of Polis files says."""

    name: str
    title: str
    description: str
    statements: list[NewStatement]
    people: NDArray[np.int64]
    published_groups: dict[int, int]
    votes: VoteLog


def read_export(directory: Path, report: Report) -> PolisExport:
    """Read and check every file of an export; nothing is believed until all of it has been read."""
    if not directory.is_dir():
        raise MalformedFile(directory, None, "expected a folder with the files of a Polis export")
    summary = _read_summary(directory / "summary.csv")
    report("Reading statements")
    statements = _read_statements(directory / "comments.csv")
    numbers = {statement.number for statement in statements}
    matrix = next((directory / name for name in MATRIX_NAMES if (directory / name).is_file()), None)
    log = directory / "votes.csv"
    if matrix is None and not log.is_file():
        raise MalformedFile(directory, None, f"expected votes.csv or {MATRIX_NAMES[0]} in this folder")
    groups, votes = _read_matrix(matrix, numbers, report) if matrix else ({}, None)
    if log.is_file():
        votes = _read_log(log, numbers, report)
    assert votes is not None
    return PolisExport(
        name=directory.resolve().name,
        title=summary.get("topic", ""),
        description=summary.get("conversation-description", ""),
        statements=statements,
        people=np.union1d(votes.persons, np.array(list(groups), dtype=np.int64)),
        published_groups={person: group for person, group in groups.items() if group is not None},
        votes=votes,
    )


def _read_summary(path: Path) -> dict[str, str]:
    """Keys and values without a header; the file is optional."""
    if not path.is_file():
        return {}
    table = Table(path, has_header=False)
    summary = {}
    for row in table:
        if len(row) != 2:
            raise table.fail(f"expected a key and a value, found {len(row)} fields")
        summary[row[0]] = row[1].strip()
    return summary


def _read_statements(path: Path) -> list[NewStatement]:
    table = Table(path, required=("comment-id", "author-id", "moderated", "comment-body"))
    statements: dict[int, NewStatement] = {}
    for row in table:
        statement = _read_statement(table, row)
        if statement.number in statements:
            raise table.fail(f"the statement id {statement.number} stands there twice")
        statements[statement.number] = statement
    if not statements:
        raise table.fail("expected at least one statement")
    return [statements[number] for number in sorted(statements)]


def _read_statement(table: Table, row: list[str]) -> NewStatement:
    number, author, moderated, body = (row[i] for i in table.columns(*_STATEMENT_COLUMNS))
    if not body.strip():
        raise table.fail("expected a statement's text in “comment-body”, found nothing")
    if len(body) > LONGEST_STATEMENT:
        raise table.fail(f"expected at most {LONGEST_STATEMENT:,} characters in “comment-body”")
    return NewStatement(
        number=table.number(number, "comment-id"),
        text=body.strip(),
        status=table.one_of(moderated, "moderated", MODERATION),
        author=table.number(author, "author-id") if author else None,
        is_seed=_read_flag(table, row, "is-seed"),
        is_metadata=_read_flag(table, row, "is-meta"),
        created_at=_read_time(table, row),
    )


_STATEMENT_COLUMNS = ("comment-id", "author-id", "moderated", "comment-body")


def _read_flag(table: Table, row: list[str], name: str) -> bool:
    column = table.column(name)
    return column is not None and table.one_of(row[column].lower(), name, TRUTH)


def _read_time(table: Table, row: list[str]) -> datetime | None:
    column = table.column("timestamp")
    if column is None or not row[column]:
        return None
    microseconds = table.microseconds(row[column], "timestamp")
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def _read_log(path: Path, known: set[int], report: Report) -> VoteLog:
    """The event log: for one person and statement the latest row counts, the lower of two at one time."""
    table = Table(path, required=("timestamp", "comment-id", "voter-id", "vote"))
    when, which, who, what = table.columns("timestamp", "comment-id", "voter-id", "vote")
    persons, statements, choices, times = array("q"), array("q"), array("b"), array("q")
    for row in _reporting(table, f"Reading {path.name}", report):
        statement = table.number(row[which], "comment-id")
        if statement not in known:
            raise table.fail(f"a vote for statement {statement}, which comments.csv does not have")
        persons.append(table.number(row[who], "voter-id"))
        statements.append(statement)
        choices.append(table.one_of(row[what], "vote", CHOICES))
        times.append(table.microseconds(row[when], "timestamp"))
    return _latest(persons, statements, choices, times)


def _read_matrix(path: Path, known: set[int], report: Report) -> tuple[dict[int, int | None], VoteLog]:
    """A row per participant and a column per statement; blank means unseen."""
    table = Table(path, required=("participant",))
    person_column, group_column = table.columns("participant")[0], table.column("group-id")
    columns = _statement_columns(table, known)
    groups: dict[int, int | None] = {}
    persons, statements, choices = array("q"), array("q"), array("b")
    for row in _reporting(table, f"Reading {path.name}", report):
        person = table.number(row[person_column], "participant")
        if person in groups:
            raise table.fail(f"the participant id {person} stands there twice")
        groups[person] = _read_group(table, row, group_column)
        for column, statement in columns:
            if row[column]:
                persons.append(person)
                statements.append(statement)
                choices.append(table.one_of(row[column], str(statement), CHOICES))
    return groups, _latest(persons, statements, choices, array("q", bytes(8 * len(choices))))


def _statement_columns(table: Table, known: set[int]) -> list[tuple[int, int]]:
    columns = [(at, int(name)) for at, name in enumerate(table.header) if name.isascii() and name.isdigit()]
    for _, statement in columns:
        if statement not in known:
            raise table.fail(f"a column for statement {statement}, which comments.csv does not have")
    return columns


def _read_group(table: Table, row: list[str], column: int | None) -> int | None:
    if column is None or not row[column]:
        return None
    return table.number(row[column], "group-id", largest=LARGEST_GROUP)


def _latest(persons: array, statements: array, choices: array, times: array) -> VoteLog:
    """Keep the last row per person and statement by time, then by place in the file."""
    person, statement = np.frombuffer(persons, np.int64), np.frombuffer(statements, np.int64)
    choice, time = np.frombuffer(choices, np.int8), np.frombuffer(times, np.int64)
    order = np.lexsort((np.arange(len(person)), time, statement, person))
    person, statement, choice, time = person[order], statement[order], choice[order], time[order]
    is_last = np.ones(len(person), dtype=bool)
    is_last[:-1] = (person[1:] != person[:-1]) | (statement[1:] != statement[:-1])
    return VoteLog(person[is_last], statement[is_last], choice[is_last], time[is_last])


def _reporting(table: Table, doing: str, report: Report) -> Iterator[list[str]]:
    report(doing)
    for n_rows, row in zip(count(1), table, strict=False):
        if n_rows % ROWS_BETWEEN_REPORTS == 0:
            report(f"{doing}: {n_rows:,} rows")
        yield row
