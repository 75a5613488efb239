"""Who is voting: a pseudonym per conversation, kept in a signed cookie, made with the first vote.

A person who only looks gets no cookie. The page they look at carries a ticket instead: the signed key their
participant would get. So a first vote that is sent twice (a double click) still makes one participant.
"""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from voting.abuse import count, limit_newcomers
from voting.cookies import cookie_name, cookie_salt
from voting.models import Conversation, Entry, Participant
from voting.proof_of_work import check_proof
from voting.refusals import Refused
from voting.routing import RULE, NextCard, note_showing
from voting.services import join

ONE_YEAR = 365 * 24 * 3600
# For so long the proof of a ticket is good for one frame only.
PROOF_SECONDS = ONE_YEAR


@dataclass(frozen=True)
class Ticket:
    """The key of a person who has no cookie yet; and the card they were shown, if any."""

    key: uuid.UUID
    number: int = 0
    chance: float | None = None


def find_participant(request: HttpRequest, conversation: Conversation) -> Participant | None:
    """The participant whose cookie, or whose frame's token, came with the request, if any."""
    key: object = frame_key(request)
    if key is None:
        key = request.get_signed_cookie(_cookie_name(conversation), default=None, salt=_salt(conversation))
    if not isinstance(key, str | uuid.UUID):
        return None
    return conversation.participants.filter(key=key).first()


def join_with_ticket(request: HttpRequest, conversation: Conversation) -> Participant:
    """The participant of this request, made now if this is their first vote or statement."""
    participant = find_participant(request, conversation)
    if participant is not None:
        return participant
    check_newcomer(request, conversation)
    participant = join(conversation=conversation, key=newcomer_key(request, conversation))
    ticket = _read_ticket(request.POST.get("ticket", ""), conversation)
    if ticket and ticket.chance is not None:
        note_showing(participant, ticket.number, RULE, ticket.chance)
    return participant


def newcomer_key(request: HttpRequest, conversation: Conversation) -> uuid.UUID:
    """The frame's or the form's own key, so that a form sent twice is one person; else a new one."""
    ticket = _read_ticket(request.POST.get("ticket", ""), conversation)
    return frame_key(request) or (ticket.key if ticket else uuid.uuid4())


def frame_key(request: HttpRequest) -> uuid.UUID | None:
    """The key in the address of a frame on another site, where cookies may be blocked."""
    frame = getattr(request, "frame", None)
    return frame.key if frame else None


def check_newcomer(request: HttpRequest, conversation: Conversation) -> None:
    """Refuse whoever lacks the link or the work that is asked for, and crowds from one network."""
    limit_newcomers(request)
    entry = Entry.objects.filter(conversation=conversation).first() or Entry()
    if entry.mode == Entry.Mode.INVITATION:
        raise Refused(_("This conversation is for invited people. Open the link of your invitation first."))
    if entry.mode == Entry.Mode.EXTERNAL:
        raise Refused(_("This conversation is entered by a signed link. Open the link you were given first."))
    if entry.mode in (Entry.Mode.EMAIL, Entry.Mode.OPENID):
        raise Refused(_("This conversation asks people to sign in. Do that first; nothing was changed."))
    ticket = (
        request.POST.get("ticket", "") if _read_ticket(request.POST.get("ticket", ""), conversation) else ""
    )
    check_proof(ticket=ticket, proof=request.POST.get("proof", ""), bits=entry.proof_of_work_bits)
    if entry.proof_of_work_bits and frame_key(request) and count(f"proof:{ticket}", PROOF_SECONDS)[0] > 1:
        raise Refused(_("That was sent twice. Load the page again."), status=409)


def make_ticket(conversation: Conversation, card: NextCard | None = None) -> str:
    """A signed key for somebody who has no cookie yet, and the card they see with its chance."""
    words = [str(uuid.uuid4())]
    if card is not None and card.statement is not None and card.chance is not None:
        words += [str(card.statement.number), repr(card.chance)]
    return signing.Signer(salt=_salt(conversation)).sign("/".join(words))


def remember(response: HttpResponse, participant: Participant, conversation: Conversation) -> HttpResponse:
    """Let the browser keep the participant's key, for this conversation's pages only."""
    response.set_signed_cookie(
        _cookie_name(conversation),
        str(participant.key),
        salt=_salt(conversation),
        max_age=ONE_YEAR,
        path=reverse("voting:conversation", args=[conversation.slug]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def forget(response: HttpResponse, conversation: Conversation) -> HttpResponse:
    """Let the browser drop the participant's key."""
    path = reverse("voting:conversation", args=[conversation.slug])
    response.delete_cookie(_cookie_name(conversation), path=path, samesite="Lax")
    return response


def make_return_token(participant: Participant, conversation: Conversation) -> str:
    """The signed key for a private link with which the participant continues on any device."""
    return signing.Signer(salt=f"{_salt(conversation)}.return").sign(participant.key.hex)


def find_by_return_token(token: str, conversation: Conversation) -> Participant | None:
    """The participant of a private link, unless it was tampered with or the participant is gone."""
    try:
        key = uuid.UUID(signing.Signer(salt=f"{_salt(conversation)}.return").unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    return conversation.participants.filter(key=key).first()


def _read_ticket(ticket: str, conversation: Conversation) -> Ticket | None:
    try:
        key, *card = signing.Signer(salt=_salt(conversation)).unsign(ticket).split("/")
        return Ticket(uuid.UUID(key), int(card[0]), float(card[1])) if card else Ticket(uuid.UUID(key))
    except (signing.BadSignature, ValueError):
        return None


def _cookie_name(conversation: Conversation) -> str:
    return cookie_name(conversation.pk)


def _salt(conversation: Conversation) -> str:
    return cookie_salt(cookie_name(conversation.pk))
