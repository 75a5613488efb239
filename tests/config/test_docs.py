"""What the documents promise exists: commands, their options, make targets, and the places they link to."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parent.parent.parent
FENCE = re.compile(r"^\s*```\w*\n(.*?)^\s*```", re.DOTALL | re.MULTILINE)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def code_of(document: Path) -> str:
    """Fenced blocks and inline code, one command per line, continued lines joined."""
    text = document.read_text()
    fences = FENCE.findall(text)
    inline = re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    return "\n".join([*fences, *inline]).replace("\\\n", " ")


def commands_in(document: Path) -> list[tuple[str, set[str]]]:
    """Each `manage.py name …` with the options given to it."""
    lines = re.findall(r"manage\.py ([a-z_]+)([^\n#|;&]*)", code_of(document))
    return [(name, set(re.findall(r"(?<=\s)--[a-z][a-z-]*", rest))) for name, rest in lines]


def options_of(name: str) -> set[str]:
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    return {option for action in parser._actions for option in action.option_strings}


@every_document
def test_every_command_and_option_named_exists(document):
    for name, options in commands_in(document):
        assert name in get_commands(), f"there is no command {name}"
        assert options <= options_of(name), f"{name} does not take {sorted(options - options_of(name))}"


@every_document
def test_every_make_target_named_exists(document):
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|\s)make ([a-z][a-z-]*)", code_of(document)))
    assert named <= targets


@every_document
def test_every_link_within_the_project_leads_somewhere(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        linked = (document.parent / path).resolve() if path else document
        assert linked.exists(), f"{target} leads nowhere"
        assert not anchor or anchor in anchors_of(linked), f"{target} names no heading"


def anchors_of(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) < 150


def test_every_command_of_ours_is_documented():
    everything = "\n".join(document.read_text() for document in DOCUMENTS)
    ours = [name for name, app in get_commands().items() if is_ours(app)]
    assert [name for name in ours if name not in everything] == []


def is_ours(app: object) -> bool:
    return app in {"voting", "analysis", "constitution", "training", "evaluation", "config"}
