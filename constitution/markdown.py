"""A constitution's document as Markdown, for reading and printing."""

import re
from typing import Any

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def write_markdown(document: dict[str, Any]) -> str:
    """The principles first, then where each came from, the dissent record and how it was made."""
    parts = [
        *_head(document),
        *(_principle(principle) for principle in document["principles"]),
        *_dissent(document),
        *_making(document),
    ]
    return "\n\n".join(parts) + "\n"


def _escaped(text: str) -> str:
    """The public's words are text, never markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _head(document: dict[str, Any]) -> list[str]:
    state = f"adopted {document['adopted_at']}" if document["adopted_at"] else "draft"
    lines = [f"# {_escaped(document['title'])}", f"Version {document['version']}, {state}."]
    if document["population"]:
        lines.append(f"Speaks for: {_escaped(document['population'])}.")
    if document["sha256"]:
        lines.append(f"SHA-256: `{document['sha256']}`")
    return [*lines, "## Principles"]


def _principle(principle: dict[str, Any]) -> str:
    lines = [f"### {principle['id']}. {_escaped(principle['text'])}", f"Framing: {principle['framing']}."]
    if principle["needs_editing"]:
        lines.append("No wording rule fitted; it stands as the public wrote it.")
    if principle["rationale"]:
        lines.append(f"Rationale: {_escaped(principle['rationale'])}")
    return "\n\n".join([*lines, *(_statement(statement) for statement in principle["statements"])])


def _statement(statement: dict[str, Any]) -> str:
    lines = [f"> Statement {statement['id']}: {_escaped(statement['text'])}"]
    if statement["gac_level"] is not None:
        lines.append(
            f"> Consensus level {statement['gac_level']:.3f} (at least {statement['gac_lower']:.3f}), "
            f"group-aware consensus {statement['gac']:.3f}."
        )
    lines += [f"> {_votes(votes)}" for votes in statement["by_group"]]
    return "\n>\n".join(lines)


def _votes(votes: dict[str, int]) -> str:
    letter = chr(ord("A") + votes["group"])
    return f"Group {letter}: {votes['agree']} agree, {votes['disagree']} disagree, {votes['pass']} pass."


def _dissent(document: dict[str, Any]) -> list[str]:
    positions = document["dissent"]["positions"]
    if not positions:
        return []
    lines = [
        f"- Group {chr(ord('A') + position['group'])}: {_escaped(position['statement']['text'])}"
        for position in positions
    ]
    return ["## Minority positions", "Strongly held by one group, not shared by another:", "\n".join(lines)]


def _making(document: dict[str, Any]) -> list[str]:
    rule, analysis, selection = document["rule"], document["analysis"], document["selection"]
    return [
        "## How it was made",
        f"{analysis['n_participants']} people cast {analysis['n_votes']} votes on {analysis['n_statements']} "
        f"statements; they fall into {len(analysis['groups'])} opinion groups.",
        f"Rule {rule['name']}: a statement needs a consensus level of {rule['min_level']} and at least "
        f"{rule['min_votes_per_group']} votes from every group; at most {rule['max_principles']} are kept. "
        f"{selection['n_qualified']} of {selection['n_considered']} statements qualified.",
        f"Analysis {analysis['number']}: `{analysis['sha256']}`. Votes: `{analysis['votes_sha256']}`.",
    ]
