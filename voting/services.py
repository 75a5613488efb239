"""What changes a conversation: opening it, joining it, voting and writing statements."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from voting.casting import VotingClosed
from voting.detection import detect_language
from voting.models import Conversation, Participant, Statement, Vote
from voting.personal_data import find_personal_data

STATEMENT_LIMIT = 280
# Control characters, and those that turn the direction of all that follows on the page.
INVISIBLE = dict.fromkeys(
    [*range(9), 0xB, *range(0xE, 0x20), 0x7F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
DESCRIBING_FIELDS = {
    "title",
    "language",
    "description",
    "asked_by",
    "use_of_results",
    "population",
    "round_size",
    "statement_limit",
    "reminds_moderators",
    "results_shown",
}


class StatementRefused(Exception):
    """The text cannot become a statement; the message tells its writer why."""


class AlreadySuggested(StatementRefused):
    """The very same statement is there already."""

    def __init__(self, existing: Statement) -> None:
        super().__init__(_("Somebody has suggested exactly this statement already."))
        self.existing = existing


class PersonalDataFound(StatementRefused):
    """The text has links or personal data in it, which the message names."""

    def __init__(self, explanations: list[str]) -> None:
        advice = _("Please say it without, then send it again: your text is still there.")
        super().__init__(" ".join([*explanations, advice]))


class ConversationRefused(Exception):
    """The conversation cannot be changed like that; the message tells the facilitator why."""


def create_conversation(
    *,
    owner: User | None,
    title: str,
    description: str = "",
    slug: str | None = None,
    **details: Any,
) -> Conversation:
    """Create a draft; without a slug, its address is made from the title. `details` are other fields."""
    wanted = slug or slugify(title)[:70] or "conversation"
    for candidate in [wanted] if slug else [wanted, *(f"{wanted}-{n}" for n in range(2, 1000))]:
        try:
            with transaction.atomic():
                return Conversation.objects.create(
                    owner=owner,
                    title=title,
                    description=description,
                    slug=candidate,
                    **_described(details),
                )
        except IntegrityError:
            continue
    raise ConversationRefused(f"The address “{wanted}” is taken. Please choose another one.")


def edit_conversation(*, conversation: Conversation, **details: Any) -> Conversation:
    """Change what participants read above the statements, or how long a round is; votes are not touched."""
    for name, value in _described(details).items():
        setattr(conversation, name, value)
    conversation.save(update_fields=list(details))
    return conversation


def open_conversation(*, conversation: Conversation) -> Conversation:
    """Begin to take votes."""
    if not Statement.objects.counted_in(conversation).exists():
        raise ConversationRefused("Add at least one statement first: people need something to vote on.")
    opened = _set_status(conversation, Conversation.Status.OPEN)
    count_statements_anew()
    return opened


def count_statements_anew() -> None:
    """Have PostgreSQL learn now, not a minute later, how many statements a conversation has.

    Until it knows, it may look for one among all of the conversation's, at every vote.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE voting_conversation, voting_statement")


def close_conversation(*, conversation: Conversation) -> Conversation:
    """Take no more votes and no more statements."""
    return _set_status(conversation, Conversation.Status.CLOSED)


def join(*, conversation: Conversation, key: uuid.UUID | None = None) -> Participant:
    """Get the participant with this key, or make one with the conversation's next number.

    The number is taken and used in one statement, so people who join at the same moment never meet; and
    the key is unique, so the same first vote sent twice makes one participant.
    """
    key = key or uuid.uuid4()
    known = conversation.participants.filter(key=key).first()
    if known is not None:
        return known
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH numbered AS (
                UPDATE voting_conversation SET last_participant_number = last_participant_number + 1
                WHERE id = %s RETURNING id, last_participant_number
            )
            INSERT INTO voting_participant (conversation_id, number, key, created_at)
            SELECT id, last_participant_number, %s, now() FROM numbered
            ON CONFLICT (key) DO NOTHING
            """,
            [conversation.pk, key],
        )
    return conversation.participants.get(key=key)


def withdraw_vote(*, participant: Participant, statement: Statement) -> None:
    """Take a vote back, as if the statement had never been seen; once voting is over, votes stay."""
    if not statement.takes_votes():
        raise VotingClosed(f"Votes on statement {statement.number} cannot be changed now.")
    votes = Vote.objects.filter(participant=participant, statement=statement)
    votes.filter(conversation__status=Conversation.Status.OPEN).delete()


def submit_statement(*, participant: Participant, text: str) -> Statement:
    """Keep a participant's statement for moderation; sending it again changes nothing.

    One statement to the database checks and keeps it (migration 0017_write_statements_at_once).
    """
    text = clean_statement(text, limit=participant.conversation.statement_limit)
    refuse_personal_data(text)
    given = (participant.conversation_id, participant.pk, text, detect_language(text))
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome, statement_id FROM voting_write_statement(%s, %s, %s, %s)", given)
        outcome, pk = cursor.fetchone()
    if outcome == "closed":
        raise StatementRefused(_("This conversation is closed, so it takes no new statements."))
    if outcome == "step":
        raise StatementRefused(_("One step comes before you can write: open the conversation again."))
    found = Statement.objects.get(pk=pk)
    if outcome == "known" and found.author_id != participant.pk:
        raise AlreadySuggested(found)
    return found


@dataclass
class SeedResult:
    """What became of a list of seed statements."""

    added: list[Statement] = field(default_factory=list)
    known: list[Statement] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def add_seed_statements(
    *, conversation: Conversation, texts: Iterable[str], is_metadata: bool = False
) -> SeedResult:
    """Add the organizers' own statements, accepted at once; blank lines and known statements are skipped."""
    lines = [(line, text) for line, text in enumerate(texts, start=1) if text.strip()]
    cleaned = [_clean_line(line, text, conversation.statement_limit) for line, text in lines]
    result = SeedResult()
    result.warnings = [finding.explain() for text in cleaned for finding in find_personal_data(text)]
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        for text in cleaned:
            try:
                statement = add_statement(
                    conversation,
                    text,
                    language=detect_language(text),
                    status=Statement.Status.ACCEPTED,
                    is_seed=True,
                    is_metadata=is_metadata,
                )
                result.added.append(statement)
            except AlreadySuggested as error:
                result.known.append(error.existing)
    return result


def clean_statement(text: str, *, limit: int = STATEMENT_LIMIT) -> str:
    """One line of plain text within the limit, or a StatementRefused that says what to do."""
    text = " ".join(text.translate(INVISIBLE).split())
    if not text:
        raise StatementRefused(_("Please write a statement first."))
    if len(text) > limit:
        message = _("Please keep to %(limit)s characters; this has %(length)s. One idea is best.")
        raise StatementRefused(message % {"limit": limit, "length": len(text)})
    return text


def refuse_personal_data(text: str) -> None:
    """Raise PersonalDataFound, naming every link and every trace of a person in the text."""
    found = find_personal_data(text)
    if found:
        raise PersonalDataFound([finding.explain() for finding in found])


def add_statement(conversation: Conversation, text: str, **fields: object) -> Statement:
    """Add a statement under the next number; the caller holds the conversation's row."""
    existing = conversation.statements.filter(text__iexact=text).first()
    if existing is not None:
        raise AlreadySuggested(existing)
    conversation.last_statement_number += 1
    conversation.save(update_fields=["last_statement_number"])
    return Statement.objects.create(
        conversation=conversation, number=conversation.last_statement_number, text=text, **fields
    )


def _described(details: dict[str, Any]) -> dict[str, Any]:
    unknown = set(details) - DESCRIBING_FIELDS
    if unknown:
        raise TypeError(f"A conversation is not described by {', '.join(sorted(unknown))}.")
    return details


def _clean_line(line: int, text: str, limit: int) -> str:
    try:
        return clean_statement(text, limit=limit)
    except StatementRefused as error:
        raise StatementRefused(f"Line {line}: {error}") from error


def _set_status(conversation: Conversation, status: str) -> Conversation:
    conversation.status = status
    conversation.save(update_fields=["status"])
    return conversation
