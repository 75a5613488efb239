"""Prompts: the user requests that draw out answers, read from JSON Lines and known by their content."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_LENGTH = 20_000
DEMONSTRATION = Path(__file__).parent / "demonstration" / "prompts.jsonl"


class PromptError(ValueError):
    """A file of prompts cannot be read; the message names file, line and what was expected."""


@dataclass(frozen=True)
class Prompt:
    """One user request. Its id is a digest of its text, so the same request is the same prompt everywhere."""

    text: str
    tags: tuple[str, ...] = ()
    source_id: str = ""

    @property
    def id(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.source_id, "prompt": self.text, "tags": list(self.tags)}


@dataclass(frozen=True)
class PromptFile:
    """The prompts of a file in its order, each text once."""

    prompts: tuple[Prompt, ...]
    n_duplicates: int


def read_prompts(path: Path, *, limit: int | None = None) -> PromptFile:
    """Read a JSON Lines file of `{"prompt": …}`, with `id` and `tags` where there are some."""
    seen: dict[str, Prompt] = {}
    n_duplicates = 0
    for prompt in iterate_prompts(path):
        if limit is not None and len(seen) >= limit:
            break
        n_duplicates += prompt.text in seen
        seen.setdefault(prompt.text, prompt)
    if not seen:
        raise PromptError(f'{path} holds no prompt: expected lines such as {{"prompt": "hey"}}.')
    return PromptFile(tuple(seen.values()), n_duplicates)


def iterate_prompts(path: Path) -> Iterator[Prompt]:
    """Yield the prompts one by one, so that a long file is not held as text."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield parse_line(line, f"{path}, line {number}")
    except OSError as error:
        raise PromptError(f"{path} cannot be read: {error.strerror}.") from error


def parse_line(line: bytes, place: str) -> Prompt:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PromptError(f"{place}: the text is not UTF-8 ({error.reason}).") from error
    except json.JSONDecodeError as error:
        raise PromptError(f"{place}: not a JSON object ({error.msg} at column {error.colno}).") from error
    if not isinstance(row, dict):
        raise PromptError(
            f'{place}: expected an object such as {{"prompt": "hey"}}, found {type(row).__name__}.'
        )
    return Prompt(read_text(row, place), read_tags(row, place), read_id(row, place))


def read_text(row: dict[str, Any], place: str) -> str:
    text = row.get("prompt")
    if not isinstance(text, str) or not text.strip():
        raise PromptError(f"{place}: “prompt” must be a text that is not empty.")
    if len(text) > MAX_LENGTH:
        raise PromptError(
            f"{place}: the prompt has {len(text):,} characters; at most {MAX_LENGTH:,} are taken."
        )
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PromptError(f"{place}: the prompt holds half of a character (an unpaired surrogate).")
    return text.strip()


def read_tags(row: dict[str, Any], place: str) -> tuple[str, ...]:
    tags = row.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise PromptError(f"{place}: “tags” must be a list of texts.")
    return tuple(tags)


def read_id(row: dict[str, Any], place: str) -> str:
    found = row.get("id", "")
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise PromptError(f"{place}: “id” must be a text or a number.")
    return str(found)


def prompts_sha256(prompts: Iterable[Prompt]) -> str:
    """One digest over all prompts in their order."""
    digest = hashlib.sha256()
    for prompt in prompts:
        digest.update(json.dumps(prompt.to_dict(), ensure_ascii=True).encode() + b"\n")
    return digest.hexdigest()
