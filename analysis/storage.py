"""An opinion map becomes rows: many at once through COPY, in the transaction of the caller."""

from collections.abc import Iterable
from typing import Any, LiteralString

import numpy as np
from django.db import connection
from django.db.models import Max

from analysis.models import Analysis, OpinionGroup
from opinion import OpinionMap
from voting.models import Conversation, GroupCounts
from voting.version import CODE_VERSION

POSITIONS: LiteralString = (
    "COPY analysis_position (analysis_id, participant_id, group_number, x, y, n_votes) FROM STDIN"
)
RESULTS: LiteralString = (
    "COPY analysis_statementresult (analysis_id, statement_id, text, n_agree, n_disagree, n_pass, gac, "
    "gac_level, gac_disagree, gac_lower, weakest_agreement, extremity, priority, "
    "center, loading_x, loading_y) FROM STDIN"
)
SUPPORT: LiteralString = (
    "COPY analysis_support (group_id, statement_id, n_agree, n_disagree, n_pass) FROM STDIN"
)
PRIORITIES = """
UPDATE voting_statement SET priority = fresh.priority
FROM unnest(%s::integer[], %s::float8[]) AS fresh (number, priority)
WHERE voting_statement.conversation_id = %s AND voting_statement.number = fresh.number
"""


def lock_analyses(conversation: Conversation) -> None:
    """Let one transaction at a time add analyses to a conversation, without holding up its voters."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"analyses of {conversation.pk}"]
        )


def store_opinion_map(
    *,
    conversation: Conversation,
    opinion_map: OpinionMap,
    document: dict[str, Any],
    result_sha256: str,
) -> Analysis:
    """Write the analysis and all its rows; `document` is the map's own JSON."""
    last = conversation.analyses.aggregate(last=Max("number"))["last"] or 0
    analysis = Analysis.objects.create(
        conversation=conversation,
        number=last + 1,
        votes_sha256=opinion_map.votes_sha256,
        result_sha256=result_sha256,
        code_version=CODE_VERSION,
        parameters=document["parameters"],
        n_participants=opinion_map.n_participants,
        n_statements=opinion_map.n_statements,
        n_votes=opinion_map.n_votes,
        k=opinion_map.k,
        silhouette_by_k=document["silhouette_by_k"],
        representative=document["representative"],
        majority=document["majority"],
        uncertain=document["uncertain"],
        uncertainty=document.get("uncertainty"),
    )
    statement_ids = dict(conversation.statements.values_list("number", "pk"))
    _store_positions(analysis, opinion_map)
    _store_results(analysis, opinion_map, statement_ids, document)
    _store_support(analysis, opinion_map, statement_ids)
    return analysis


def tell_routing(conversation: Conversation, opinion_map: OpinionMap) -> None:
    """Tell the routing of the next votes how the groups voted, and each statement's priority."""
    counts = np.stack([opinion_map.agrees, opinion_map.disagrees, opinion_map.passes], axis=-1)
    by_statement = counts.transpose(1, 0, 2).tolist()
    known = {
        "sizes": [group.size for group in opinion_map.groups],
        "counts": dict(zip(map(str, opinion_map.statement_ids.tolist()), by_statement, strict=True)),
    }
    if opinion_map.groups:
        GroupCounts.objects.update_or_create(conversation=conversation, defaults=known)
    with connection.cursor() as cursor:
        cursor.execute(
            PRIORITIES, [opinion_map.statement_ids.tolist(), opinion_map.priority.tolist(), conversation.pk]
        )


def _store_positions(analysis: Analysis, opinion_map: OpinionMap) -> None:
    ids = dict(analysis.conversation.participants.values_list("number", "pk"))
    rows = zip(
        opinion_map.participant_ids.tolist(),
        opinion_map.group_of.tolist(),
        opinion_map.positions.tolist(),
        opinion_map.n_votes_by_participant.tolist(),
        strict=True,
    )
    _copy(
        POSITIONS,
        (
            (analysis.pk, ids[number], None if group < 0 else group, x, y, n_votes)
            for number, group, (x, y), n_votes in rows
        ),
    )


def _store_results(
    analysis: Analysis, opinion_map: OpinionMap, statement_ids: dict[int, int], document: dict[str, Any]
) -> None:
    texts = {statement["id"]: statement["text"] for statement in document["statements"]}
    columns = zip(
        opinion_map.statement_ids.tolist(),
        opinion_map.total_agrees.tolist(),
        opinion_map.total_disagrees.tolist(),
        opinion_map.total_passes.tolist(),
        opinion_map.gac.tolist(),
        opinion_map.gac_level.tolist(),
        opinion_map.gac_disagree.tolist(),
        opinion_map.gac_lower.tolist(),
        opinion_map.weakest_agreement.tolist(),
        opinion_map.extremity.tolist(),
        opinion_map.priority.tolist(),
        opinion_map.center.tolist(),
        *opinion_map.components.tolist(),
        strict=True,
    )
    _copy(
        RESULTS,
        ((analysis.pk, statement_ids[number], texts[number], *numbers) for number, *numbers in columns),
    )


def _store_support(analysis: Analysis, opinion_map: OpinionMap, statement_ids: dict[int, int]) -> None:
    groups = OpinionGroup.objects.bulk_create(
        OpinionGroup(analysis=analysis, number=group.id, size=group.size) for group in opinion_map.groups
    )
    pks = [statement_ids[number] for number in opinion_map.statement_ids.tolist()]
    for group, agrees, disagrees, passes in zip(
        groups, opinion_map.agrees, opinion_map.disagrees, opinion_map.passes, strict=True
    ):
        counts = zip(pks, agrees.tolist(), disagrees.tolist(), passes.tolist(), strict=True)
        _copy(SUPPORT, ((group.pk, *row) for row in counts))


def _copy(command: LiteralString, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row(row)
