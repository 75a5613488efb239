"""A constitution in the formats people and programs read; the JSON carries the hash, the others name it."""

import json
from collections.abc import Callable
from typing import Any

from constitution.documents import document_of
from constitution.models import Constitution
from constitution.wording import OPENING

AS_WORDED = "as_worded"
FRAMINGS = (AS_WORDED, "positive", "negative")
MEDIA_TYPES = {
    "json": ("application/json", "json"),
    "markdown": ("text/markdown; charset=utf-8", "md"),
    "yaml": ("application/yaml; charset=utf-8", "yaml"),
    "prompt": ("text/plain; charset=utf-8", "prompt.txt"),
    "critique-revision": ("application/json", "critique-revision.json"),
    "comparison": ("application/json", "comparison.json"),
}


class UnknownFormat(ValueError):
    def __init__(self, format: str) -> None:
        super().__init__(f"There is no format “{format}”; there are {', '.join(MEDIA_TYPES)}.")


def export_constitution(constitution: Constitution, format: str) -> str:
    """Write a constitution as text in one of the formats of `MEDIA_TYPES`."""
    if format not in _WRITERS:
        raise UnknownFormat(format)
    return _WRITERS[format](document_of(constitution))


def export_name(constitution: Constitution, format: str) -> str:
    """The file's name: slug-v1.json, slug-v1.prompt.txt."""
    return f"{constitution.conversation.slug}-v{constitution.version}.{MEDIA_TYPES[format][1]}"


def critique_request(principle_text: str, framing: str = AS_WORDED) -> str:
    """Ask a model what is wrong with its last answer under one principle.

    The positive framing asks what would serve the principle, the negative one what goes against it.
    """
    asked = {
        AS_WORDED: "the specific ways in which the assistant's last response falls short of",
        "positive": "the specific ways in which the assistant's last response could come closer to being",
        "negative": "everything in the assistant's last response that keeps it from being",
    }[framing]
    return (
        f"Consider this principle: “{principle_text}” Name {asked} {_ideal(principle_text)}. "
        "Criticize only; do not rewrite the response."
    )


def revision_request(principle_text: str, framing: str = AS_WORDED) -> str:
    """Ask a model for a better answer, with the principle as an aim or as what stands in its way."""
    asked = {
        AS_WORDED: "so that it becomes",
        "positive": "so that it becomes",
        "negative": "and take out everything that keeps it from being",
    }[framing]
    return (
        f"Rewrite the assistant's last response {asked} {_ideal(principle_text)}. "
        "Keep what was already good, and give only the new response."
    )


def comparison_request(principle_text: str, *, for_the_worse: bool = False) -> str:
    """Ask a judge to choose between two responses under one principle, or for the one it speaks against.

    A principle that is not itself such a request, such as a statement kept as it stands, is put into one.
    """
    text = principle_text.strip()
    if for_the_worse:
        return f"Choose the response that falls shorter of this principle: “{text}”"
    if text.startswith(f"{OPENING} "):
        return text
    return f"{OPENING} that better follows this principle: “{text}”"


def _ideal(principle_text: str) -> str:
    """ "Choose the response that is kind." → "a response that is kind"."""
    text = principle_text.strip().rstrip(".")
    if text.startswith(f"{OPENING} that "):
        return "a response" + text[len(OPENING) :]
    if text.startswith(f"{OPENING} "):
        return "the response" + text[len(OPENING) :]
    return "what this principle asks"


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _yaml(document: dict[str, Any]) -> str:
    import yaml

    return str(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100))


def _prompt(document: dict[str, Any]) -> str:
    of_whom = f" of {document['population']}" if document["population"] else ""
    listed = [f"{principle['id']}. {principle['text']}" for principle in document["principles"]]
    return (
        f"You follow a constitution written by the public{of_whom}. Its principles apply to every answer you "
        "give. Among the answers you could give:\n\n" + "\n".join(listed) + "\n"
    )


def _critique_revision(document: dict[str, Any]) -> str:
    return _dump(
        [
            {
                "name": _name(document, principle),
                "principle": principle["text"],
                "critique_request": critique_request(principle["text"]),
                "revision_request": revision_request(principle["text"]),
                "weight": principle["weight"],
            }
            for principle in document["principles"]
        ]
    )


def _comparison(document: dict[str, Any]) -> str:
    return _dump(
        [
            {
                "name": _name(document, principle),
                "instruction": comparison_request(principle["text"]),
                "weight": principle["weight"],
            }
            for principle in document["principles"]
        ]
    )


def _name(document: dict[str, Any], principle: dict[str, Any]) -> str:
    return f"{document['conversation']['slug']}@{document['version']}/{principle['id']}"


def _markdown(document: dict[str, Any]) -> str:
    from constitution.markdown import write_markdown

    return write_markdown(document)


_WRITERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "json": _dump,
    "markdown": _markdown,
    "yaml": _yaml,
    "prompt": _prompt,
    "critique-revision": _critique_revision,
    "comparison": _comparison,
}
