"""CSV files read by column name, with errors that name the file, the line and what was expected."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

# A matrix of 100,000 statements still has shorter lines than this.
LONGEST_LINE = 4_000_000
LARGEST_NUMBER = 2_147_483_647
LATEST_TIMESTAMP = 253_402_300_799_000  # the year 9999, in milliseconds
FIRST_MILLISECOND_TIMESTAMP = 100_000_000_000  # in seconds this would be the year 5138


Known = TypeVar("Known")


class MalformedFile(ValueError):
    """A file that cannot be read: which one, where, and what was expected."""

    def __init__(self, path: Path, line: int | None, problem: str) -> None:
        place = path.name if line is None else f"{path.name}, line {line}"
        super().__init__(f"{place}: {problem}")


class Table:
    """The rows of one CSV file; while iterating, it knows its line."""

    def __init__(self, path: Path, *, required: tuple[str, ...] = (), has_header: bool = True) -> None:
        self.path = path
        self.line = 0
        self.header: list[str] = []
        self._records = self._read_records()
        if has_header:
            self._read_header(required)

    def fail(self, problem: str) -> MalformedFile:
        return MalformedFile(self.path, self.line or None, problem)

    def column(self, name: str) -> int | None:
        """Where a column stands, or None where this version of the export has none."""
        return self.header.index(name) if name in self.header else None

    def columns(self, *names: str) -> list[int]:
        return [self.header.index(name) for name in names]

    def __iter__(self) -> Iterator[list[str]]:
        """Every row that is not blank, each as long as the header."""
        for row in self._records:
            if self.header and len(row) != len(self.header):
                raise self.fail(f"expected {len(self.header)} fields as in the header, found {len(row)}")
            yield row

    def number(self, text: str, column: str, *, largest: int = LARGEST_NUMBER) -> int:
        """A whole number from 0 up; `int` alone would also take “1_0” and “１０”."""
        if not (text.isascii() and text.isdigit()) or len(text) > 15 or int(text) > largest:
            raise self.fail(f"expected a whole number from 0 to {largest} in “{column}”, found {shown(text)}")
        return int(text)

    def microseconds(self, text: str, column: str) -> int:
        """A timestamp in seconds or milliseconds since 1970, as microseconds."""
        value = self.number(text, column, largest=LATEST_TIMESTAMP)
        return value * (1_000 if value >= FIRST_MILLISECOND_TIMESTAMP else 1_000_000)

    def one_of(self, text: str, column: str, choices: dict[str, Known]) -> Known:
        """What a cell stands for, where only a few spellings are known."""
        if text not in choices:
            raise self.fail(f"expected one of {', '.join(choices)} in “{column}”, found {shown(text)}")
        return choices[text]

    def _read_header(self, required: tuple[str, ...]) -> None:
        self.header = [name.strip() for name in next(self._records, [])]
        self.line = 1
        if not self.header:
            raise self.fail(f"the file is empty; expected the columns {', '.join(required)}")
        for name in required:
            if name not in self.header:
                raise self.fail(f"the column “{name}” is missing; found {shown(', '.join(self.header), 200)}")
        twice = {name for name in self.header if name and self.header.count(name) > 1}
        if twice:
            raise self.fail(f"the column “{min(twice)}” stands there twice")

    def _read_records(self) -> Iterator[list[str]]:
        try:
            with self.path.open("rb") as file:
                reader = csv.reader(self._decode(file), strict=True)
                while True:
                    self.line = reader.line_num + 1
                    row = next(reader, None)
                    if row is None:
                        return
                    if row:
                        yield row
        except csv.Error as error:
            raise self.fail(f"expected comma-separated values: {error}") from error
        except OSError as error:
            raise MalformedFile(self.path, None, f"cannot be read: {error.strerror}") from error

    def _decode(self, file: BinaryIO) -> Iterator[str]:
        """Lines as text, one at a time, so that a wrong byte is found at its line."""
        for line, data in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=1):
            if len(data) == LONGEST_LINE:
                raise MalformedFile(self.path, line, f"expected lines shorter than {LONGEST_LINE:,} bytes")
            try:
                text = data.decode("utf-8-sig" if line == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise MalformedFile(
                    self.path, line, f"expected UTF-8 text, found the byte 0x{data[error.start]:02x}"
                ) from error
            if "\x00" in text:
                raise MalformedFile(self.path, line, "expected text, found a zero byte")
            yield text


def read_ids(path: Path) -> frozenset[int]:
    """Participant ids, one per line."""
    table = Table(path, has_header=False)
    ids = set()
    for row in table:
        if len(row) != 1:
            raise table.fail(f"expected one participant id, found {shown(','.join(row))}")
        ids.add(table.number(row[0].strip(), "participant"))
    return frozenset(ids)


def shown(text: str, longest: int = 40) -> str:
    """A cell as quoted in an error message, never longer than a line."""
    return f"“{text}”" if len(text) <= longest else f"“{text[:longest]}…”"
