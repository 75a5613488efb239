"""Which strings of the templates and the code are to be translated, found without outside programs."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

CODE_FOLDERS = ["voting", "analysis", "constitution", "config"]
# What each function's arguments are: the message, its plural, or the context that tells two meanings apart.
ARGUMENTS = {
    "gettext": ["msgid"],
    "ngettext": ["msgid", "msgid_plural"],
    "pgettext": ["msgctxt", "msgid"],
    "npgettext": ["msgctxt", "msgid", "msgid_plural"],
}
ALIASES = {
    "_": "gettext",
    **{f"{name}_lazy": name for name in ARGUMENTS},
    **{name: name for name in ARGUMENTS},
}
STRING = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL_IN_TEMPLATE = re.compile(
    rf"(?<!\w)(?P<name>n?p?gettext|_)\((?P<strings>{STRING}(?:\s*,\s*{STRING})*)(?:\s*,\s*count)?\)"
)


@dataclass(frozen=True)
class Message:
    """One string to be translated; `msgid_plural` where it counts something."""

    msgid: str
    msgid_plural: str = ""
    msgctxt: str = ""


Found = Iterator[tuple[Message, str]]


def find_messages(root: Path) -> dict[Message, list[str]]:
    """Every message below the folder, each with the files that use it."""
    places: dict[Message, list[str]] = {}
    for message, path in [*_in_templates(root), *_in_code(root)]:
        known = places.setdefault(message, [])
        if path not in known:
            known.append(path)
    return places


def _in_templates(root: Path) -> Found:
    for path in sorted((root / "templates").rglob("*.*")):
        for message in messages_of_template(path.read_text()):
            yield message, str(path.relative_to(root))


def _in_code(root: Path) -> Found:
    for folder in CODE_FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            for message in messages_of_code(path.read_text()):
                yield message, str(path.relative_to(root))


def messages_of_template(source: str) -> Iterator[Message]:
    """What the translation tags of a Django template name."""
    for call in CALL_IN_TEMPLATE.finditer(templatize(source)):
        strings = [ast.literal_eval(text) for text in re.findall(STRING, call["strings"])]
        yield _message(ALIASES[call["name"]], strings)


def messages_of_code(source: str) -> Iterator[Message]:
    """What the calls of gettext and its relatives name in Python code."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name = ALIASES.get(node.func.id)
        texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        strings = [text for text in texts if isinstance(text, str)]
        if name and len(strings) >= len(ARGUMENTS[name]):
            yield _message(name, strings)


def _message(name: str, strings: list[str]) -> Message:
    return Message(**dict(zip(ARGUMENTS[name], strings, strict=False)))
