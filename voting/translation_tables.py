"""Translations as a table: for facilitators to fill in on a page, or as a CSV file to hand to translators."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from voting.language import known_language
from voting.models import Conversation, Statement, Translation
from voting.translations import Part, current, parts_of, translate_part, translate_statement

COLUMNS = ["part", "language", "original", "translation", "source"]
STATEMENT = "statement-"
# Spreadsheets would run a cell that begins with one of these.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST_FILE = 5_000_000


class TableRefused(Exception):
    """The file cannot be taken in; the message names the line and what is wanted. Nothing was changed."""


@dataclass(frozen=True)
class Row:
    """One text with its translation into one language; `outdated` is one of words that have changed since."""

    key: str
    name: str
    original: str
    translation: Translation | None
    outdated: Translation | None

    @property
    def text(self) -> str:
        return self.translation.text if self.translation else ""


def rows_of_parts(conversation: Conversation, language: str) -> list[Row]:
    """What stands around the statements."""
    known: dict[str, list[Translation]] = {}
    for translation in conversation.translations.filter(language=language):
        known.setdefault(translation.part, []).append(translation)
    return [
        _row(part.key, part.name, part.text, known.get(part.key, []), language)
        for part in parts_of(conversation)
    ]


def rows_of_statements(statements: Iterable[Statement], language: str) -> list[Row]:
    """Statements; one query more if translations were not prefetched with them."""
    return [
        _row(
            f"{STATEMENT}{statement.number}",
            f"Statement {statement.number}",
            statement.text,
            statement.translations.all(),
            language,
        )
        for statement in statements
    ]


def translatable_statements(conversation: Conversation) -> QuerySet[Statement]:
    """All but the rejected ones, with their translations."""
    statements = conversation.statements.exclude(status=Statement.Status.REJECTED)
    return statements.prefetch_related("translations")


def save_texts(
    *,
    conversation: Conversation,
    language: str,
    texts: Mapping[str, str],
    sources: Mapping[str, str] | None = None,
) -> int:
    """Keep the texts by their row's key, all or none; how many differ from what was there."""
    sources = sources or {}
    rows = rows_of_parts(conversation, language)
    statements = {f"{STATEMENT}{one.number}": one for one in translatable_statements(conversation)}
    rows += rows_of_statements(statements.values(), language)
    changed = [row for row in rows if row.key in texts and texts[row.key].strip() != row.text]
    with transaction.atomic():
        for row in changed:
            text, source = texts[row.key], sources.get(row.key, Translation.FACILITATOR)
            if row.key in statements:
                translate_statement(
                    statement=statements[row.key], language=language, text=text, source=source
                )
            else:
                part = Part(row.key, row.name, row.original)
                translate_part(
                    conversation=conversation, part=part, language=language, text=text, source=source
                )
    return len(changed)


def write_table(conversation: Conversation, languages: Iterable[str]) -> Iterator[list[str]]:
    """The lines of the CSV file, gaps included."""
    yield COLUMNS
    for language in languages:
        rows = rows_of_parts(conversation, language)
        rows += rows_of_statements(translatable_statements(conversation), language)
        for row in rows:
            source = row.translation.source if row.translation else ""
            yield [row.key, language, _neutral(row.original), _neutral(row.text), source]


def read_table(*, conversation: Conversation, content: bytes) -> int:
    """Take a filled-in file in, whole or not at all; empty cells change nothing. How many texts differ."""
    originals = _originals(conversation)
    texts: dict[str, dict[str, str]] = {}
    sources: dict[str, dict[str, str]] = {}
    for place, line in _lines(content):
        text = _plain(line["translation"]).strip()
        if text:
            _check_line(place, line, originals, conversation.language)
            texts.setdefault(line["language"], {})[line["part"]] = text
            sources.setdefault(line["language"], {})[line["part"]] = _source(place, line.get("source", ""))
    with transaction.atomic():
        return sum(
            save_texts(conversation=conversation, language=language, texts=found, sources=sources[language])
            for language, found in texts.items()
        )


def _lines(content: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Each line as named cells, with where it stands."""
    if len(content) > LONGEST_FILE:
        raise TableRefused(f"The file has {len(content):,} bytes; at most {LONGEST_FILE:,} are read.")
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), restval="", strict=True)
        missing = [name for name in COLUMNS[:4] if name not in (reader.fieldnames or [])]
        if missing:
            raise TableRefused(
                f"The first line lacks: {', '.join(missing)}. It has to read {','.join(COLUMNS)}."
            )
        for line in reader:
            yield f"Line {reader.line_num}", line
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableRefused(f"This is no CSV file in UTF-8: {error}.") from error


def _originals(conversation: Conversation) -> dict[str, str]:
    """Every text that can be translated, by its row's key."""
    parts = {part.key: part.text for part in parts_of(conversation)}
    statements = translatable_statements(conversation)
    return parts | {f"{STATEMENT}{one.number}": one.text for one in statements}


def _check_line(place: str, line: dict[str, str], originals: Mapping[str, str], own: str) -> None:
    language, part = line["language"], line["part"]
    if not language or known_language(language) != language or language == own:
        raise TableRefused(f"{place}: “{language}” is not one of the other languages of this site.")
    if part not in originals:
        raise TableRefused(f"{place}: there is no part “{part}” in this conversation.")
    if _plain(line["original"]) != originals[part]:
        raise TableRefused(f"{place}: the original of “{part}” has changed since. Download the file again.")


def _source(place: str, text: str) -> str:
    source = text.strip() or Translation.FACILITATOR
    is_machine = source.startswith(Translation.MACHINE) and len(source) <= 100
    if not is_machine and source not in (Translation.AUTHOR, Translation.FACILITATOR):
        raise TableRefused(f"{place}: the source “{source}” has to be author, facilitator or machine: NAME.")
    return source


def _row(key: str, name: str, original: str, found: Iterable[Translation], language: str) -> Row:
    rows = [row for row in found if row.language == language]
    present = current(rows, original, language)
    return Row(key, name, original, present, None if present or not rows else rows[0])


def _neutral(text: str) -> str:
    """With an apostrophe before what a spreadsheet would run, and before what has one already."""
    return f"'{text}" if text.startswith((*FORMULA, "'")) else text


def _plain(text: str) -> str:
    return text.removeprefix("'") if text.startswith(tuple(f"'{sign}" for sign in (*FORMULA, "'"))) else text
