"""Deciding on what participants wrote."""

from collections.abc import Collection

from voting.models import Conversation


def moderate_statements(
    *, conversation: Conversation, numbers: Collection[int], decision: str, reason: str = ""
) -> int:
    """Accept or reject many statements at once, and say how many; a reason is kept for rejections."""
    reason = " ".join(reason.split())[:200] if decision == "rejected" else ""
    return conversation.statements.filter(number__in=numbers).update(status=decision, rejection_reason=reason)
