"""A constitution as one document: all that was decided and what it rests on. Its hash names it."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import rfc8785

from constitution.dissent import MOST_PER_GROUP, STRONG_AGREEMENT, WEAK_AGREEMENT, find_dissent
from constitution.models import Constitution, Principle
from constitution.selection import Candidate, Selection, load_candidates, select_statements
from voting.version import CODE_VERSION

SCHEMA = 1
_ORDER = """
schema name slug title version status id number letter group size kind conversation population rule analysis
selection text framing weight rationale needs_editing min_level min_votes_per_group max_principles order
n_participants n_statements n_votes groups principles statements counts by_group agree disagree pass agreement
statement gac gac_level gac_lower dissent edits before after made_at ratification result reason adopted_at
code_version votes_sha256 sha256
"""
READING_ORDER = {key: place for place, key in enumerate(_ORDER.split())}


def document_sha256(document: dict[str, Any]) -> str:
    """SHA-256 of the canonical form (RFC 8785), without the hash that the document itself may carry."""
    unsigned = {key: value for key, value in document.items() if key != "sha256"}
    return hashlib.sha256(rfc8785.dumps(unsigned)).hexdigest()


def document_of(constitution: Constitution) -> dict[str, Any]:
    """The document as adopted, with its hash; of a draft, what it would be now, without one."""
    if constitution.document is None:
        return build_document(constitution, adopted_at=None) | {"sha256": None}
    return _in_reading_order(constitution.document | {"sha256": constitution.sha256})


def _in_reading_order(value: Any) -> Any:
    """PostgreSQL forgets the order of keys; give them back in the order of `READING_ORDER`."""
    if isinstance(value, list):
        return [_in_reading_order(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _in_reading_order(value[key]) for key in sorted(value, key=_rank)}


def _rank(key: str) -> tuple[int, str]:
    return READING_ORDER.get(key, len(READING_ORDER)), key


def build_document(constitution: Constitution, *, adopted_at: datetime | None) -> dict[str, Any]:
    """Write down a draft as it stands; a handful of queries."""
    conversation, analysis = constitution.conversation, constitution.analysis
    selection = select_statements(analysis, constitution.rule)
    candidates = {candidate.statement_id: candidate for candidate in load_candidates(analysis)}
    principles = constitution.principles.order_by("position").prefetch_related("sources__statement")
    return {
        "schema": SCHEMA,
        "title": constitution.title,
        "version": constitution.version,
        "status": "adopted" if adopted_at else "draft",
        "conversation": {"slug": conversation.slug, "title": conversation.title},
        "population": constitution.population,
        "rule": _rule(constitution),
        "analysis": _analysis(constitution),
        "selection": _selection(selection),
        "principles": [_principle(principle, candidates) for principle in principles],
        "dissent": _dissent(selection),
        "edits": _edits(constitution),
        "ratification": {"result": None, "reason": "not held"},
        "adopted_at": _utc(adopted_at),
        "code_version": CODE_VERSION,
    }


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _rule(constitution: Constitution) -> dict[str, Any]:
    rule = constitution.rule
    return {
        "name": rule.name,
        "min_level": rule.min_level,
        "min_votes_per_group": rule.min_votes_per_group,
        "max_principles": rule.max_principles,
        "order": rule.order,
    }


def _analysis(constitution: Constitution) -> dict[str, Any]:
    analysis = constitution.analysis
    return {
        "number": analysis.number,
        "sha256": analysis.result_sha256,
        "votes_sha256": analysis.votes_sha256,
        "n_participants": analysis.n_participants,
        "n_statements": analysis.n_statements,
        "n_votes": analysis.n_votes,
        "groups": [
            {"id": group.number, "letter": group.letter, "size": group.size}
            for group in analysis.groups.order_by("number")
        ],
    }


def _selection(selection: Selection) -> dict[str, int]:
    return {
        "n_considered": selection.n_considered,
        "n_below_level": selection.n_below_level,
        "n_few_votes": selection.n_few_votes,
        "n_failing_both": selection.n_failing_both,
        "n_qualified": selection.n_qualified,
        "n_over_limit": selection.n_over_limit,
    }


def _principle(principle: Principle, candidates: dict[int, Candidate]) -> dict[str, Any]:
    return {
        "id": principle.position,
        "text": principle.text,
        "framing": principle.framing,
        "weight": principle.weight,
        "rationale": principle.rationale,
        "needs_editing": principle.needs_editing,
        "statements": [
            {"id": source.statement.number, "text": source.original_text}
            | _figures(candidates.get(source.statement_id))
            for source in principle.sources.all()
        ],
    }


def _figures(candidate: Candidate | None) -> dict[str, Any]:
    """The votes on a statement. None for one that a moderator rejected after the draft was made."""
    if candidate is None:
        return {"counts": None, "by_group": [], "gac": None, "gac_level": None, "gac_lower": None}
    return {
        "counts": {"agree": candidate.agree, "disagree": candidate.disagree, "pass": candidate.passes},
        "by_group": [
            {"group": votes.group, "agree": votes.agree, "disagree": votes.disagree, "pass": votes.passes}
            for votes in candidate.by_group
        ],
        "gac": candidate.gac,
        "gac_level": candidate.level,
        "gac_lower": candidate.lower,
    }


def _dissent(selection: Selection) -> dict[str, Any]:
    """Positions of one group that the consensus sinks, with what counts as one."""
    return {
        "strong_agreement": STRONG_AGREEMENT,
        "weak_agreement": WEAK_AGREEMENT,
        "most_per_group": MOST_PER_GROUP,
        "positions": [
            {
                "group": dissent.group,
                "agreement": dissent.agreement,
                "statement": {"id": dissent.candidate.number, "text": dissent.candidate.text}
                | _figures(dissent.candidate),
            }
            for dissent in find_dissent(selection.sunk)
        ],
    }


def _edits(constitution: Constitution) -> list[dict[str, Any]]:
    return [
        {
            "kind": edit.kind,
            "statements": edit.statements,
            "before": edit.before,
            "after": edit.after,
            "made_at": _utc(edit.made_at),
        }
        for edit in constitution.edits.all()
    ]
