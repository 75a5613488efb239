"""The card a participant sees: a statement to vote on, how far they are, and the vote they just cast."""

from dataclasses import dataclass
from random import SystemRandom

from voting.admission import Step, next_step
from voting.candidates import candidates_of
from voting.casting import VotingClosed, store_vote
from voting.identity import make_ticket
from voting.models import Conversation, Participant, Statement, Vote
from voting.routing import Seen, choose_card, keep_showing, next_card

_random = SystemRandom()


@dataclass(frozen=True)
class CastVote:
    """What the line below a card says of the vote just cast; a Vote says the same."""

    statement: Statement
    choice: int
    is_important: bool


@dataclass(frozen=True)
class Card:
    """Everything a card shows.

    `present` is the vote there is already where one is being changed; `voted` is the vote just cast;
    `ticket` is the key of those who have no cookie yet; `step` is what they have to do before they vote;
    `is_pause` ends a round: continue, or stop here; `is_own` says that the person wrote the statement.
    """

    statement: Statement | None
    n_done: int
    n_statements: int
    present: Vote | None = None
    voted: Vote | CastVote | None = None
    ticket: str = ""
    notice: str = ""
    step: Step = ""
    is_pause: bool = False
    is_own: bool = False


def deal_card(
    *,
    conversation: Conversation,
    participant: Participant | None,
    wanted: str = "",
    voted: str = "",
    notice: str = "",
    is_continued: bool = False,
) -> Card:
    """Deal the wanted statement if it can be voted on, else the one that routing draws."""
    drawn = next_card(conversation=conversation, participant=participant, random=_random)
    found = _find_statement(conversation, wanted)
    statement = found or drawn.statement
    is_pause = not (found or is_continued) and is_end_of_round(drawn.n_done, conversation.round_size)
    step = next_step(conversation, participant)
    if participant and conversation.is_open() and not (found or is_pause or step):
        keep_showing(participant=participant, card=drawn)
    return Card(
        statement=statement,
        n_done=drawn.n_done,
        n_statements=drawn.n_statements,
        present=_find_vote(participant, found.number) if found and participant else None,
        voted=_find_vote(participant, int(voted)) if participant and _is_number(voted) else None,
        ticket="" if participant else make_ticket(conversation, None if found or step else drawn),
        notice=notice,
        step=step,
        is_pause=is_pause,
        is_own=participant is not None and _is_by(statement, participant.pk),
    )


def cast_and_deal(*, seen: Seen, statement: Statement, choice: int, is_important: bool = False) -> Card:
    """Cast the vote of whoever saw this much, and deal the card that follows it; one query, which writes."""
    conversation = statement.conversation
    drawn = choose_card(candidates_of(conversation), seen.after(statement, choice), _random)
    is_pause = is_end_of_round(drawn.n_done, conversation.round_size)
    shown = None if is_pause else drawn
    if store_vote(seen.participant, statement.pk, choice, is_important, then_shown=shown) is None:
        raise VotingClosed(f"Statement {statement.number} takes no vote from this participant now.")
    return Card(
        statement=drawn.statement,
        n_done=drawn.n_done,
        n_statements=drawn.n_statements,
        voted=CastVote(statement, choice, is_important),
        is_pause=is_pause,
        is_own=_is_by(drawn.statement, seen.participant),
    )


def is_end_of_round(n_done: int, round_size: int) -> bool:
    """Whether so many votes are full rounds: a moment to ask whether to go on."""
    return n_done > 0 and n_done % round_size == 0


def _is_by(statement: Statement | None, participant: int) -> bool:
    return statement is not None and statement.author_id == participant


def _find_statement(conversation: Conversation, wanted: str) -> Statement | None:
    if not _is_number(wanted):
        return None
    return Statement.objects.counted_in(conversation).filter(number=int(wanted)).first()


def _find_vote(participant: Participant, number: int) -> Vote | None:
    return participant.votes.filter(statement__number=number).select_related("statement").first()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
