"""Check an exported constitution: does its content give its hash, and is it what this site adopted?"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from constitution.documents import document_of, document_sha256
from constitution.models import Constitution


class NotAConstitution(ValueError):
    """The file is no exported constitution; the message says what is wrong with it."""


@dataclass(frozen=True)
class Verification:
    """The hash a file states, the hash of its content, and where it departs from what was adopted here."""

    stated: str
    computed: str
    difference: str = ""
    adopted_here: bool = False

    @property
    def matches(self) -> bool:
        return self.stated == self.computed and not self.difference


def verify_file(path: Path) -> Verification:
    """Recompute the hash of an exported JSON file."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotAConstitution(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise NotAConstitution(f"{path} is not a JSON file in UTF-8: {error}.") from error
    return verify_document(document)


def verify_document(document: Any) -> Verification:
    """Compare a document's own hash with that of its content, and both with the adopted original, if here."""
    if not isinstance(document, dict) or not isinstance(document.get("sha256"), str):
        raise NotAConstitution("This is no exported constitution: it carries no SHA-256.")
    stated = document["sha256"]
    try:
        computed = document_sha256(document)
    except (ValueError, RecursionError) as error:
        raise NotAConstitution(f"The content has no canonical form: {error}.") from error
    original = _find_original(document, stated)
    if original is None:
        return Verification(stated, computed)
    difference = next(_differences(document_of(original), document), "")
    return Verification(stated, computed, difference, adopted_here=True)


def _find_original(document: dict[str, Any], stated: str) -> Constitution | None:
    """The adopted constitution of that hash, or else the one of that address and version."""
    adopted = Constitution.objects.filter(status=Constitution.Status.ADOPTED)
    by_hash = adopted.filter(sha256=stated).first()
    conversation, version = document.get("conversation"), document.get("version")
    if by_hash is not None or not isinstance(conversation, dict) or type(version) is not int:
        return by_hash
    slug = str(conversation.get("slug"))
    return adopted.filter(conversation__slug=slug, version=min(version, 2**31 - 1)).first()


def _differences(expected: Any, found: Any, place: str = "") -> Iterator[str]:
    """Name the places where two documents differ, in the order of the expected one."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in [*expected, *(key for key in found if key not in expected)]:
            where = f"{place}.{key}" if place else key
            if key not in found or key not in expected:
                yield f"{where} is {'missing' if key not in found else 'not in the original'}"
            else:
                yield from _differences(expected[key], found[key], where)
    elif isinstance(expected, list) and isinstance(found, list):
        for i, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from _differences(one, other, f"{place}[{i}]")
        if len(expected) != len(found):
            yield f"{place} has {len(found)} entries instead of {len(expected)}"
    elif expected != found or isinstance(expected, bool) != isinstance(found, bool):
        yield f"{place} is {_shown(found)} instead of {_shown(expected)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "…"
