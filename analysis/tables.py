"""The statements of an analysis as a table: sorted, searched, or as a file for a spreadsheet."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from analysis.models import Analysis
from analysis.report import Report, StatementRow, Voices

SORT_KEYS: dict[str, Callable[[StatementRow], float]] = {
    "number": lambda row: row.number,
    "level": lambda row: row.gac_level,
    "agreement": lambda row: row.everyone.agreement,
    "weakest": lambda row: row.weakest_agreement,
    "difference": lambda row: row.difference,
    "votes": lambda row: row.everyone.n_seen,
}
MEASURES = ("group-aware-consensus", "level", "level-lower-bound", "weakest-agreement", "difference")
DEFAULT_SORT = "-level"
# A spreadsheet runs a cell as a formula when it begins with one of these.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def sort_rows(rows: Sequence[StatementRow], wanted: str) -> list[StatementRow]:
    """Sort by a key of SORT_KEYS, downwards with a leading minus; an unknown key means the default."""
    sort = wanted if wanted.removeprefix("-") in SORT_KEYS else DEFAULT_SORT
    return sorted(rows, key=SORT_KEYS[sort.removeprefix("-")], reverse=sort.startswith("-"))


def search_rows(rows: Iterable[StatementRow], words: str) -> list[StatementRow]:
    """Keep statements that contain all the words, in any order and case."""
    wanted = words.casefold().split()
    return [row for row in rows if all(word in row.text.casefold() for word in wanted)]


def statements_csv(analysis: Analysis) -> str:
    """One line per statement with all counts and measures; docs/data-formats.md names the columns."""
    report = Report(analysis)
    file = io.StringIO()
    writer = csv.writer(file)
    letters = [group.letter for group in report.groups]
    counts = [f"group-{letter}-{vote}" for letter in letters for vote in ("agrees", "disagrees", "passes")]
    writer.writerow(["statement-id", "statement", "agrees", "disagrees", "passes", *counts, *MEASURES])
    for row in report.rows:
        voices = [number for part in (row.everyone, *row.groups) for number in _counts(part)]
        measures = [row.gac, row.gac_level, row.gac_lower, row.weakest_agreement, row.difference]
        writer.writerow([row.number, neutralize(row.text), *voices, *measures])
    return file.getvalue()


def neutralize(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def _counts(voices: Voices) -> tuple[int, int, int]:
    return voices.n_agree, voices.n_disagree, voices.n_pass
