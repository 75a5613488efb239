"""People whom a panel sends: a signed link names them, and a finished round leads them back.

The signature is HMAC-SHA256 over the conversation's slug, the panel's id and the time of expiry, a line
each. docs/identity.md shows how a panel makes one.
"""

import hashlib
import hmac
import secrets
import time
import uuid
from urllib.parse import quote

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from voting.models import Conversation, Entry, ExternalId, Participant, Vote
from voting.refusals import Refused
from voting.services import join

MAX_LENGTH = 128
MAX_DAYS_AHEAD = 31


def sign_external_id(*, secret: str, slug: str, external_id: str, expires: int) -> str:
    """The signature a panel puts on its link, in hexadecimal."""
    message = f"{slug}\n{external_id}\n{expires}".encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def enter_externally(
    *, conversation: Conversation, external_id: str, expires: str, signature: str, now: float | None = None
) -> Participant:
    """The participant whom the signed link names, made at their first arrival."""
    now = time.time() if now is None else now
    secret = _secret(conversation)
    if not (external_id and expires and signature and secret):
        raise Refused(_("This link is not signed. Use the link you were given, whole."))
    if len(external_id) > MAX_LENGTH or not external_id.isprintable() or not _is_time(expires):
        raise Refused(_("This link is damaged. Use the link you were given, whole."), status=400)
    right = sign_external_id(
        secret=secret, slug=conversation.slug, external_id=external_id, expires=int(expires)
    )
    if not constant_time_compare(signature, right):
        raise Refused(_("This link is not signed for this conversation. Use the link you were given."))
    if not now <= int(expires) <= now + MAX_DAYS_AHEAD * 86400:
        raise Refused(_("This link has expired. Ask those who sent it for a new one."), status=410)
    return _find_or_join(conversation, external_id)


def completion_address(participant: Participant) -> str:
    """Where the panel wants its person back, once they did a round or were screened out; else empty."""
    entry = Entry.objects.filter(conversation=participant.conversation_id).exclude(completion_url="").first()
    known = ExternalId.objects.filter(participant=participant).first()
    if entry is None or known is None:
        return ""
    if participant.is_screened_out:
        outcome = "screened_out"
    elif has_completed(participant):
        outcome = "complete"
    else:
        return ""
    return entry.completion_url.replace("{id}", quote(known.value, safe="")).replace("{outcome}", outcome)


def has_completed(participant: Participant) -> bool:
    """Whether the participant voted on one round of cards, or on all there are."""
    conversation = participant.conversation
    n_votes = Vote.objects.filter(participant=participant).count()
    if n_votes == 0 or n_votes >= conversation.round_size:
        return n_votes > 0
    open_statements = conversation.statements.filter(status__in=conversation.counted_statuses())
    return not open_statements.unseen_by(participant).exists()


def renew_panel_secret(*, conversation: Conversation) -> str:
    """A new secret for signing links; links signed with the old one stop working."""
    secret = secrets.token_urlsafe(32)
    Entry.objects.update_or_create(conversation=conversation, defaults={"panel_secret": secret})
    return secret


def _find_or_join(conversation: Conversation, external_id: str) -> Participant:
    """One participant per id, also when the link is opened twice at once: the key follows from the id."""
    known = conversation.external_ids.filter(value=external_id).select_related("participant").first()
    if known is not None:
        return known.participant
    if not conversation.is_open():
        raise Refused(_("This conversation is closed: nobody can join it now."), status=409)
    digest = salted_hmac("voting.external", f"{conversation.pk}\n{external_id}", algorithm="sha256").digest()
    with transaction.atomic():
        participant = join(conversation=conversation, key=uuid.UUID(bytes=digest[:16]))
        ExternalId.objects.bulk_create(
            [ExternalId(conversation=conversation, participant=participant, value=external_id)],
            ignore_conflicts=True,
        )
    return participant


def _secret(conversation: Conversation) -> str:
    entry = Entry.objects.filter(conversation=conversation).first()
    return entry.panel_secret if entry else ""


def _is_time(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 11
