"""What participants read can be translated: no literal text stands outside the translation tags."""

import ast
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "templates"
# Pages for facilitators are written in English only, and so is what only they include.
FOR_FACILITATORS = {"voting/dashboard.html", "voting/create.html", "voting/email/reminder.txt"}
INCLUDED = re.compile(r"""{%-?\s*include\s+["']([^"']+\.html)["']""")
LETTERS = re.compile(r"[^\W\d_]{2,}")
READ_ALOUD = {"aria-label", "title", "alt", "placeholder", "data-confirm", "aria-description", "content"}
# Proper names, and attributes for the browser alone.
NAMES = (
    "Collective Constitution",
    "width=device-width, initial-scale=1",
    "#faf8f3",
    "page--wide",
    "JSON",
    "Markdown",
    "YAML",
)
HOLE = "\x00"
SAYS_IN_JAVASCRIPT = re.compile(
    r"""(textContent|innerText|\.title|replaceChildren\(|alert\(|confirm\()\s*=?\s*["'`][A-Z]"""
)


@cache
def source_of(name: str) -> str:
    return (FOLDER / name).read_text()


def is_for_participants(name: str) -> bool:
    source = source_of(name)
    is_page = "{% extends" in source and "facilitate/base.html" not in source
    return is_page and name not in FOR_FACILITATORS


def participant_templates() -> list[str]:
    """The participants' pages and e-mails, and all that they include."""
    paths = [
        *FOLDER.glob("*.html"),
        *(FOLDER / "voting").glob("*.html"),
        *FOLDER.glob("analysis/standing*"),
        *FOLDER.glob("analysis/results*"),
        FOLDER / "analysis/statements.html",
        FOLDER / "constitution/constitution.html",
        FOLDER / "constitution/empty.html",
    ]
    names = [str(path.relative_to(FOLDER)) for path in paths]
    mails = [str(path.relative_to(FOLDER)) for path in (FOLDER / "voting/email").iterdir()]
    waiting = ["base.html", *sorted({*mails} - FOR_FACILITATORS), *filter(is_for_participants, names)]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += INCLUDED.findall(source_of(name))
    return sorted(found)


class Literals(HTMLParser):
    """Collects the words that stand in the markup itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.hidden_in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden_in = tag if tag in ("script", "style") else ""
        self.found += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_data(self, data: str) -> None:
        if not self.hidden_in:
            self.found.append(data)


def literals_of(source: str) -> list[str]:
    """Words outside the translation tags, and words handed to an included template."""
    markup, is_translating, found = "", False, []
    for token in Lexer(source).tokenize():
        name = token.contents.split()[0] if token.token_type == TokenType.BLOCK else ""
        if name in ("blocktranslate", "blocktrans"):
            is_translating = True
        elif name in ("endblocktranslate", "endblocktrans"):
            is_translating = False
        elif name == "include":
            found += re.findall(r"""=["']([A-Z][^"']*)["']""", token.contents)
        elif token.token_type == TokenType.TEXT and not is_translating:
            markup += token.contents
        if token.token_type in (TokenType.VAR, TokenType.BLOCK):
            markup += HOLE
    parser = Literals()
    parser.feed(markup)
    return [text for text in found + parser.found if LETTERS.search(without_names(text))]


def without_names(text: str) -> str:
    for name in NAMES:
        text = text.replace(name, "")
    return text


def test_the_participants_pages_are_found():
    found = participant_templates()
    assert {
        "500.html",
        "voting/_card_statement.html",
        "includes/_foot.html",
        "voting/email/invitation.txt",
    } <= {*found}
    assert "voting/moderation.html" not in found


@pytest.mark.parametrize("name", participant_templates())
def test_no_literal_text_stands_in_a_participants_template(name):
    assert literals_of(source_of(name)) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello there</p>",
        '<img alt="A picture">',
        '{% include "x.html" with label="Undo" %}',
        "{% if x %}yes{% endif %}",
    ],
)
def test_literal_text_is_noticed(source):
    assert literals_of(source)


def test_translated_text_and_names_are_no_literals():
    source = """<p title="{% translate 'Hello' %}">{% blocktranslate %}Hello{% endblocktranslate %} {{ n }} ·
        Collective Constitution</p>"""
    assert literals_of(source) == []


@pytest.mark.parametrize("path", sorted((ROOT / "static/js").glob("*.js")), ids=lambda path: path.name)
def test_scripts_say_only_what_the_page_gives_them(path):
    assert SAYS_IN_JAVASCRIPT.search(path.read_text()) is None


PARTICIPANT_CODE = [
    *(ROOT / "voting" / "views" / f"{name}.py" for name in ("participate", "admit", "own", "enter", "news")),
    *(ROOT / "voting" / f"{name}.py" for name in ("abuse", "identity", "external", "invitations")),
    *(ROOT / "voting" / f"{name}.py" for name in ("proof_of_work", "sign_in", "mailings", "openid")),
]
SAYING = {"Refused", "StatementRefused", "success", "info", "warning", "error"}


def unwrapped_in(source: str) -> list[str]:
    """What is said to a participant by Python code without being translated."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    saying = [call for call in calls if getattr(call.func, "attr", getattr(call.func, "id", "")) in SAYING]
    arguments = [argument for call in saying for argument in call.args]
    return [
        ast.unparse(text)
        for text in arguments
        if isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and isinstance(text.value, str))
    ]


@pytest.mark.parametrize("path", PARTICIPANT_CODE, ids=lambda path: path.name)
def test_code_says_nothing_to_participants_untranslated(path):
    assert unwrapped_in(path.read_text()) == []


def test_unwrapped_words_in_code_are_noticed():
    assert unwrapped_in("raise Refused('No.')") == ["'No.'"]
    assert unwrapped_in("raise Refused(_('No.'))") == []
