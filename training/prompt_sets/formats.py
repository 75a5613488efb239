"""Prompts from files of the formats that people publish them in.

JSON Lines with `prompt`, `messages`, `instruction` (with its first input), or whole dialogues in `chosen` or
`transcript` as hh-rlhf has them; CSV with one or more columns of prompts; plain text, a prompt a line.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from training.prompts import MAX_LENGTH, Prompt, PromptError

Row = dict[str, Any]

TURN = re.compile(r"(?:\A|\n\n)\s*(Human|Assistant):", re.MULTILINE)
PROMPT_COLUMN = re.compile(r"prompt(_[a-z0-9]{1,3})?$", re.IGNORECASE)
FORMATS = ("json-lines", "csv", "text")
SUFFIXES = {".jsonl": "json-lines", ".ndjson": "json-lines", ".csv": "csv", ".txt": "text"}


def read_file(
    path: Path, *, format: str = "", columns: Sequence[str] = (), tags: Sequence[str] = ()
) -> Iterator[Prompt]:
    """Yield the prompts of a file; raises PromptError naming file and line.

    Parameters
    ----------
    path : file in UTF-8
    format : one of FORMATS; without it, told by the file's ending
    columns : of a CSV file, those that hold prompts; without them, all named prompt, prompt_a, prompt_b …
    tags : given to every prompt besides its own
    """
    chosen = format or SUFFIXES.get(path.suffix.lower(), "")
    if chosen not in FORMATS:
        raise PromptError(
            f"{path}: the format cannot be told from “{path.suffix}”; name one of {', '.join(FORMATS)}."
        )
    try:
        for place, text, own_tags, source_id in READERS[chosen](path, columns):
            yield Prompt(check_text(text, place), tuple(dict.fromkeys((*own_tags, *tags))), source_id[:200])
    except UnicodeDecodeError as error:
        raise PromptError(f"{path}: the text is not UTF-8 ({error.reason}).") from error
    except OSError as error:
        raise PromptError(f"{path} cannot be read: {error.strerror}.") from error


Found = tuple[str, str, tuple[str, ...], str]


def read_json_lines(path: Path, _columns: Sequence[str]) -> Iterator[Found]:
    """Each line's prompt, whatever field it stands in."""
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            place = f"{path}, line {number}"
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise PromptError(
                    f"{place}: not a JSON object ({error.msg} at column {error.colno})."
                ) from error
            if not isinstance(row, dict):
                raise PromptError(
                    f'{place}: expected an object such as {{"prompt": "hey"}}, found {type(row).__name__}.'
                )
            yield place, text_of(row, place), tags_of(row, place), str(row.get("id", ""))


def text_of(row: Row, place: str) -> str:
    """The prompt of a row, by the field that is there."""
    for field, take in TAKEN_FROM.items():
        if field in row:
            return take(row, place)
    raise PromptError(f"{place}: none of the fields {', '.join(TAKEN_FROM)} is there.")


def first_human_turn(transcript: object, place: str) -> str:
    """The whole first turn of a dialogue, colons and all, up to where the assistant begins to speak."""
    parts = TURN.split(transcript) if isinstance(transcript, str) else []
    for speaker, said in zip(parts[1::2], parts[2::2], strict=True):
        if speaker == "Human":
            return said.strip()
    raise PromptError(f"{place}: the dialogue has no turn that begins with “Human:”.")


def first_message(messages: object, place: str) -> str:
    """What the user says first in a list of messages."""
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict) and message.get("role") == "user":
            return str(message.get("content", ""))
    raise PromptError(f"{place}: “messages” holds no message of the role “user”.")


def with_input(row: Row, _place: str) -> str:
    """An instruction with the first input it is given."""
    instances = row.get("instances") or [{}]
    first = instances[0] if isinstance(instances, list) and isinstance(instances[0], dict) else {}
    given = row.get("input") or first.get("input") or ""
    return f"{row['instruction']}\n\n{given}".strip()


def plain(row: Row, place: str) -> str:
    if not isinstance(row["prompt"], str):
        raise PromptError(f"{place}: “prompt” must be a text, found {type(row['prompt']).__name__}.")
    return row["prompt"]


TAKEN_FROM: dict[str, Callable[[Row, str], str]] = {
    "prompt": plain,
    "messages": lambda row, place: first_message(row["messages"], place),
    "instruction": with_input,
    "chosen": lambda row, place: first_human_turn(row["chosen"], place),
    "transcript": lambda row, place: first_human_turn(row["transcript"], place),
}


def tags_of(row: Row, place: str) -> tuple[str, ...]:
    tags = row.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise PromptError(f"{place}: “tags” must be a list of texts.")
    return tuple(tags)


def read_csv(path: Path, columns: Sequence[str]) -> Iterator[Found]:
    """The prompts of each row's prompt columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        names = list(rows.fieldnames or [])
        wanted = list(columns) or [name for name in names if PROMPT_COLUMN.match(name)]
        missing = [name for name in wanted if name not in names]
        if missing or not wanted:
            named = f"no column “{missing[0]}”" if missing else "no column named prompt"
            raise PromptError(f"{path}: there is {named}; its columns are {', '.join(names)}.")
        for number, row in enumerate(rows, start=2):
            for name in wanted:
                if row[name] and row[name].strip():
                    yield f"{path}, row {number}", row[name], (), f"{number}-{name}"


def read_text(path: Path, _columns: Sequence[str]) -> Iterator[Found]:
    """Each line that is not empty."""
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield f"{path}, line {number}", line, (), str(number)


def check_text(text: str, place: str) -> str:
    if not text.strip():
        raise PromptError(f"{place}: the prompt is empty.")
    if len(text) > MAX_LENGTH:
        raise PromptError(
            f"{place}: the prompt has {len(text):,} characters; at most {MAX_LENGTH:,} are taken."
        )
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PromptError(f"{place}: the prompt holds a character that is none.")
    return text.strip()


READERS: dict[str, Callable[[Path, Sequence[str]], Iterator[Found]]] = {
    "json-lines": read_json_lines,
    "csv": read_csv,
    "text": read_text,
}
