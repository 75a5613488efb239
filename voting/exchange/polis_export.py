"""The statements of a conversation as Polis writes them, with what Polis has no column for beside them."""

import csv
from typing import TextIO

from voting.models import Conversation, Statement
from voting.tallies import Choices, choices_by_statement

MODERATED = {
    Statement.Status.ACCEPTED: 1,
    Statement.Status.PENDING: 0,
    Statement.Status.REJECTED: -1,
    Statement.Status.MERGED: -1,
}
COLUMNS = [
    "timestamp",
    "comment-id",
    "author-id",
    "agrees",
    "disagrees",
    "passes",
    "moderated",
    "is-meta",
    "is-seed",
    "comment-body",
    "language",
    "merged-into",
    "split-from",
]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_statements(*, conversation: Conversation, file: TextIO) -> int:
    """Write comments.csv, where a merged statement is moderated out, and say how many statements it has."""
    rows = conversation.statements.select_related("author", "merged_into", "split_from").order_by("number")
    choices = choices_by_statement(rows)
    table = csv.writer(file, lineterminator="\n")
    table.writerow(COLUMNS)
    for statement in rows:
        table.writerow(_row(statement, choices.get(statement.pk, Choices())))
    return len(rows)


def neutralize(text: str) -> str:
    """Keep a spreadsheet from running the text as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _row(statement: Statement, choices: Choices) -> list[object]:
    return [
        int(statement.created_at.timestamp() * 1000),
        statement.number,
        statement.author.number if statement.author else "",
        choices.agrees,
        choices.disagrees,
        choices.passes,
        MODERATED[Statement.Status(statement.status)],
        str(statement.is_metadata).lower(),
        str(statement.is_seed).lower(),
        neutralize(statement.text),
        statement.language,
        statement.merged_into.number if statement.merged_into else "",
        statement.split_from.number if statement.split_from else "",
    ]
