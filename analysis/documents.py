"""The JSON document of an analysis, rebuilt from its rows, and its hash."""

import hashlib
import json
from collections import defaultdict
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import rfc8785

from analysis.models import Analysis, Support

SCHEMA = 1


def analysis_to_dict(analysis: Analysis) -> dict[str, Any]:
    """Build the published document (docs/data-formats.md); ids are the conversation's own numbers."""
    document = {
        "schema": SCHEMA,
        "conversation": analysis.conversation.slug,
        "votes_sha256": analysis.votes_sha256,
        "parameters": analysis.parameters,
        "n_participants": analysis.n_participants,
        "n_statements": analysis.n_statements,
        "n_votes": analysis.n_votes,
        "k": analysis.k,
        "silhouette_by_k": analysis.silhouette_by_k,
        "groups": [{"id": group.number, "size": group.size} for group in analysis.groups.all()],
        "participants": _participants(analysis),
        "statements": _statements(analysis),
        "representative": analysis.representative,
        "majority": analysis.majority,
        "uncertain": analysis.uncertain,
    }
    if analysis.uncertainty is not None:
        document["uncertainty"] = analysis.uncertainty
    return document


def canonical_sha256(document: dict[str, Any]) -> str:
    """SHA-256 of the document in canonical form (RFC 8785): the same for everyone who recomputes it."""
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def _participants(analysis: Analysis) -> list[dict[str, Any]]:
    rows = analysis.positions.order_by("participant__number").values_list(
        "participant__number", "group_number", "x", "y", "n_votes"
    )
    return [
        {"id": number, "group": group, "x": x, "y": y, "n_votes": n_votes}
        for number, group, x, y, n_votes in rows
    ]


def _statements(analysis: Analysis) -> list[dict[str, Any]]:
    by_group = _support_by_statement(analysis)
    results = analysis.results.order_by("statement__number").select_related("statement")
    return [
        {
            "id": result.statement.number,
            "text": result.text,
            "counts": {"agree": result.n_agree, "disagree": result.n_disagree, "pass": result.n_pass},
            "by_group": by_group[result.statement_id],
            "gac": result.gac,
            "gac_level": result.gac_level,
            "gac_disagree": result.gac_disagree,
            "gac_lower": result.gac_lower,
            "weakest_agreement": result.weakest_agreement,
            "extremity": result.extremity,
            "priority": result.priority,
        }
        for result in results
    ]


def _support_by_statement(analysis: Analysis) -> dict[int, list[dict[str, int]]]:
    by_statement: dict[int, list[dict[str, int]]] = defaultdict(list)
    rows = Support.objects.filter(group__analysis=analysis).order_by("statement", "group__number")
    for statement, group, agrees, disagrees, passes in rows.values_list(
        "statement_id", "group__number", "n_agree", "n_disagree", "n_pass"
    ):
        by_statement[statement].append(
            {"group": group, "agree": agrees, "disagree": disagrees, "pass": passes}
        )
    return by_statement


def write_document(analysis: Analysis, path: Path) -> None:
    """Write the document beside its place and move it there, so that no reader sees half a file."""
    text = json.dumps(analysis_to_dict(analysis), ensure_ascii=False, indent=1)
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        unfinished = Path(file.name)
    try:
        unfinished.write_text(text + "\n", encoding="utf-8")
        unfinished.chmod(0o644)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
