"""What we say to a model: the texts in training/instructions/, and the version that names them together."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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


@cache
def worked_examples() -> tuple[Example, ...]:
    """The examples in the order of their file."""
    blocks = read_instruction("examples.txt").split(PART)[1:]
    parts = [tuple(block.split("\n", 1)) for block in blocks]
    names = [name.strip() for name, _ in parts]
    if not names or names != list(PARTS) * (len(names) // len(PARTS)):
        raise ValueError(f"examples.txt must hold whole examples of {', '.join(PARTS)}; found {names}")
    texts = [text.strip() for _, text in parts]
    size = len(PARTS)
    return tuple(Example(*texts[start : start + size]) for start in range(0, len(texts), size))
