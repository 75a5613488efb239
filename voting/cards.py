"""The card a participant sees: a statement to vote on, how far they are, and the vote they just cast."""

from dataclasses import dataclass
from random import Random

from voting.identity import make_ticket
from voting.models import Conversation, Participant, Statement, Vote
from voting.routing import next_card


@dataclass(frozen=True)
class Card:
    """Everything a card shows.

    `choice` is the present choice where a vote is being changed; `voted` is the vote just cast; `ticket`
    is the key of those who have no cookie yet.
    """

    statement: Statement | None
    n_done: int
    n_statements: int
    choice: int | None = None
    voted: Vote | None = None
    ticket: str = ""
    notice: str = ""


def deal_card(
    *,
    conversation: Conversation,
    participant: Participant | None,
    wanted: str = "",
    voted: str = "",
    notice: str = "",
) -> Card:
    """Deal the wanted statement if it can be voted on, else the one that routing draws."""
    drawn = next_card(conversation=conversation, participant=participant, random=_random_for(participant))
    statement = _find_statement(conversation, wanted) or drawn.statement
    vote = _find_vote(participant, statement.number) if statement and participant else None
    return Card(
        statement=statement,
        n_done=drawn.n_done,
        n_statements=drawn.n_statements,
        choice=None if vote is None else vote.choice,
        voted=_find_vote(participant, int(voted)) if participant and _is_number(voted) else None,
        ticket="" if participant else make_ticket(conversation),
        notice=notice,
    )


def _random_for(participant: Participant | None) -> Random:
    """The same card again until the next vote, so that loading the page again changes nothing."""
    if participant is None:
        return Random()
    return Random(f"{participant.key}:{participant.votes.count()}")


def _find_statement(conversation: Conversation, wanted: str) -> Statement | None:
    if not _is_number(wanted):
        return None
    return Statement.objects.counted_in(conversation).filter(number=int(wanted)).first()


def _find_vote(participant: Participant, number: int) -> Vote | None:
    return participant.votes.filter(statement__number=number).select_related("statement").first()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
