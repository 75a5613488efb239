"""Deciding on what participants wrote; every decision is kept in a log that everybody can read.

docs/moderation.md says what each does to votes and analyses.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from voting.models import Conversation, Decision, GroupCounts, Statement
from voting.models.conversations import StatementQuerySet
from voting.services import AlreadySuggested, add_statement, clean_statement

ACTIONS = {
    Statement.Status.ACCEPTED: Decision.Action.ACCEPT,
    Statement.Status.REJECTED: Decision.Action.REJECT,
}
MOST_PARTS = 5


class ModerationRefused(Exception):
    """The decision cannot be carried out; the message tells the moderator why. Nothing was changed."""


def moderate_statements(
    *,
    conversation: Conversation,
    numbers: Collection[int],
    decision: str,
    reason: str = "",
    moderator: User | None = None,
) -> int:
    """Accept or reject many statements at once, and say how many; a reason is kept for rejections.

    Those that are so already, or merged into another, stay as they are.
    """
    reason = " ".join(reason.split())[:200] if decision == Statement.Status.REJECTED else ""
    with transaction.atomic():
        settled = [decision, Statement.Status.MERGED]
        statements = list(_hold(conversation, numbers).exclude(status__in=settled))
        for statement in statements:
            _log(statement, ACTIONS[Statement.Status(decision)], moderator, reason=reason)
            statement.status, statement.rejection_reason = decision, reason
        Statement.objects.bulk_update(statements, ["status", "rejection_reason"])
    return len(statements)


def merge_statements(
    *, conversation: Conversation, numbers: Collection[int], into: int, moderator: User | None = None
) -> int:
    """Say that statements say the same as the one numbered `into`, and say how many.

    Their votes are kept, but no longer count and are not moved: people agreed to other words.
    """
    with transaction.atomic():
        held = {statement.number: statement for statement in _hold(conversation, [*numbers, into])}
        target = held.pop(into, None)
        if target is None:
            raise ModerationRefused(f"There is no statement {into} to merge into.")
        if target.status not in conversation.counted_statuses():
            raise ModerationRefused(
                f"Statement {into} takes no votes ({target.get_status_display().lower()}), "
                "so nothing can be merged into it. Accept it first."
            )
        statements = [one for one in held.values() if one.status != Statement.Status.MERGED]
        if not statements:
            raise ModerationRefused(f"Choose at least one statement other than {into}, not merged already.")
        for statement in statements:
            _log(statement, Decision.Action.MERGE, moderator, target=target)
            statement.status, statement.merged_into = Statement.Status.MERGED, target
            statement.rejection_reason = ""
        Statement.objects.bulk_update(statements, ["status", "merged_into", "rejection_reason"])
    return len(statements)


def unmerge_statement(*, statement: Statement, moderator: User | None = None) -> Statement:
    """Take a merging back: the statement is again what it was before."""
    with transaction.atomic():
        statement = _hold_one(statement)
        if statement.status != Statement.Status.MERGED:
            raise ModerationRefused(f"Statement {statement.number} is not merged into another.")
        if is_merging_frozen(statement):
            raise ModerationRefused(
                f"An analysis was made since statement {statement.number} was merged, without its votes. "
                "It stays merged, so that what was published stays true."
            )
        merging = _merging_of(statement)
        _log(statement, Decision.Action.UNMERGE, moderator, target=statement.merged_into)
        statement.status = merging.status_before if merging else Statement.Status.PENDING
        statement.rejection_reason = _last_reason(statement)
        statement.merged_into = None
        statement.save(update_fields=["status", "merged_into", "rejection_reason"])
    return statement


def is_merging_frozen(statement: Statement) -> bool:
    """Whether an analysis was made since the statement was merged."""
    merging = _merging_of(statement)
    counts = GroupCounts.objects.filter(conversation_id=statement.conversation_id).first()
    return bool(merging and counts and counts.counted_at > merging.made_at)


def correct_wording(*, statement: Statement, text: str, moderator: User | None = None) -> Statement:
    """Mend a slip of the pen before anybody has voted: later, people would have voted on other words."""
    text = clean_statement(text, limit=statement.conversation.statement_limit)
    with transaction.atomic():
        statement = _hold_one(statement)
        if statement.votes.exists():
            raise ModerationRefused(
                f"Statement {statement.number} has votes, so its words stay. "
                "Reject it, or merge it into one that says it better."
            )
        twin = statement.conversation.statements.filter(text__iexact=text).exclude(pk=statement.pk).first()
        if twin is not None:
            raise ModerationRefused(f"Statement {twin.number} says exactly this. Merge them instead.")
        if text != statement.text:
            _log(statement, Decision.Action.CORRECT, moderator, value_before=statement.text)
            statement.text = text
            statement.save(update_fields=["text"])
    return statement


def split_statement(
    *, statement: Statement, texts: Sequence[str], moderator: User | None = None
) -> list[Statement]:
    """Make statements of one idea each, accepted at once, in place of one that holds several."""
    limit = statement.conversation.statement_limit
    cleaned = list(dict.fromkeys(clean_statement(text, limit=limit) for text in texts if text.strip()))
    if not 2 <= len(cleaned) <= MOST_PARTS:
        raise ModerationRefused(f"Write 2 to {MOST_PARTS} statements, one per line.")
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update(no_key=True).get(pk=statement.conversation_id)
        statement = _hold_one(statement)
        if statement.status == Statement.Status.MERGED:
            raise ModerationRefused(
                f"Statement {statement.number} is merged into another. Take that back first."
            )
        parts = [_add_part(conversation, statement, text) for text in cleaned]
        reason = f"Split into {', '.join(str(part.number) for part in parts)}"
        _log(statement, Decision.Action.SPLIT, moderator, reason=reason)
        statement.status, statement.rejection_reason = Statement.Status.REJECTED, reason
        statement.save(update_fields=["status", "rejection_reason"])
    return parts


def set_language(*, statement: Statement, language: str, moderator: User | None = None) -> Statement:
    """Say in which language a statement is written, where the guess was wrong or unsure."""
    with transaction.atomic():
        statement = _hold_one(statement)
        if language != statement.language:
            _log(statement, Decision.Action.SET_LANGUAGE, moderator, value_before=statement.language)
            statement.language = language
            statement.save(update_fields=["language"])
    return statement


def _add_part(conversation: Conversation, whole: Statement, text: str) -> Statement:
    try:
        return add_statement(
            conversation,
            text,
            author=whole.author,
            is_seed=whole.is_seed,
            is_metadata=whole.is_metadata,
            language=whole.language,
            split_from=whole,
            status=Statement.Status.ACCEPTED,
        )
    except AlreadySuggested as error:
        raise ModerationRefused(
            f"Statement {error.existing.number} says exactly “{text}” already. Write the others without it."
        ) from error


def _hold(conversation: Conversation, numbers: Collection[int]) -> StatementQuerySet:
    """These statements, locked in one order, so that two moderators never wait for each other."""
    return conversation.statements.filter(number__in=numbers).select_for_update(of=("self",)).order_by("pk")


def _hold_one(statement: Statement) -> Statement:
    """The statement as it is now; nobody's first vote can be stored before the transaction ends."""
    return (
        Statement.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=statement.pk)
    )


def _merging_of(statement: Statement) -> Decision | None:
    return statement.decisions.filter(action=Decision.Action.MERGE).first()


def _last_reason(statement: Statement) -> str:
    """Why it was rejected before it was merged, if it was."""
    before = statement.decisions.filter(action__in=[Decision.Action.ACCEPT, Decision.Action.REJECT]).first()
    return before.reason if before else ""


def _log(statement: Statement, action: str, moderator: User | None, **details: Any) -> Decision:
    return Decision.objects.create(
        conversation_id=statement.conversation_id,
        statement=statement,
        action=action,
        status_before=statement.status,
        moderator=moderator,
        **details,
    )
