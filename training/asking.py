"""What we say to a model: the texts in training/instructions/, and the version that names them together."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "instructions"
PART = "===== "
PARTS = ("prompt", "answer", "principle", "critique", "revision")


@dataclass(frozen=True)
class Example:
    """One worked example: an answer, its critique under a principle, and the better answer."""

    prompt: str
    answer: str
    principle: str
    critique: str
    revision: str


@cache
def read_instruction(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8").strip()


@cache
def instructions_version(files: tuple[str, ...]) -> str:
    """A short digest of these instruction texts: another wording is another version."""
    digest = hashlib.sha256()
    for name in files:
        digest.update(name.encode() + b"\0" + read_instruction(name).encode() + b"\0")
    return digest.hexdigest()[:12]


def ask_for_critique(request: str) -> str:
    """The whole message that asks for a critique, given the principle's own request."""
    return read_instruction("critique.txt").replace("{request}", request)


def ask_for_revision(request: str) -> str:
    """The whole message that asks for a revision, given the principle's own request."""
    return read_instruction("revision.txt").replace("{request}", request)


def ask_for_direct_revision(request: str) -> str:
    """The whole message that asks for a revision without a critique before it."""
    return read_instruction("revision-direct.txt").replace("{request}", request)


@cache
def worked_examples() -> tuple[Example, ...]:
    """The examples in the order of their file."""
    return parse_examples(read_instruction("examples.txt"), "examples.txt")


def read_examples(path: Path) -> list[dict[str, str]]:
    """The worked examples of somebody's own file, as the option “examples” takes them."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the examples in {path} cannot be read: {error}") from error
    return [asdict(example) for example in parse_examples(text, str(path))]


def parse_examples(text: str, place: str) -> tuple[Example, ...]:
    """The examples of a text; a line of five equals signs and a name begins each part."""
    blocks = f"\n{text}".split(f"\n{PART}")[1:]
    parts = [block.partition("\n") for block in blocks]
    names = [name.strip() for name, _, _ in parts]
    if not names or names != list(PARTS) * (len(names) // len(PARTS)):
        raise ValueError(f"{place} must hold whole examples of {', '.join(PARTS)}; found {names}")
    texts = [text.strip() for _, _, text in parts]
    size = len(PARTS)
    return tuple(Example(*texts[start : start + size]) for start in range(0, len(texts), size))


def check_examples(given: Any) -> list[dict[str, str]]:
    """The examples that an option asks for: ours, none, or those given."""
    if isinstance(given, bool):
        return [asdict(example) for example in worked_examples()] if given else []
    is_list = isinstance(given, Sequence) and not isinstance(given, str) and len(given) > 0
    if not is_list or not all(map(is_whole_example, given)):
        raise ValueError(
            f"the option “examples” must be true, false, or a list of objects with {', '.join(PARTS)}, "
            "none of them empty"
        )
    return [dict(example) for example in given]


def is_whole_example(given: Any) -> bool:
    return (
        isinstance(given, Mapping)
        and set(given) == set(PARTS)
        and all(isinstance(text, str) and text.strip() for text in given.values())
    )
