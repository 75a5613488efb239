"""Invitations: links that each let one person in, handed out as a list or sent by e-mail.

A link carries the signed code of its row, so the database alone does not open any door. Spending one is a
single conditional update; no row says which participant came by which invitation.
"""

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from voting.models import Conversation, Invitation, Participant
from voting.refusals import Refused
from voting.services import join

MAX_AT_ONCE = 10_000
SALT = "voting.invitation"


class InvitationsRefused(Exception):
    """The invitations cannot be made; the message tells the facilitator why."""


def make_invitations(*, conversation: Conversation, n: int) -> list[Invitation]:
    """So many new links, to be handed out."""
    if not 1 <= n <= MAX_AT_ONCE:
        raise InvitationsRefused(f"Between 1 and {MAX_AT_ONCE} invitations can be made at once.")
    return Invitation.objects.bulk_create(Invitation(conversation=conversation) for _ in range(n))


def invite_by_email(*, conversation: Conversation, addresses: Iterable[str]) -> int:
    """Note whom to write to, nobody twice; a job sends the messages and forgets the addresses."""
    wanted = sorted({address.strip().lower() for address in addresses if address.strip()})
    wrong = [address for address in wanted if not _is_address(address)]
    if wrong:
        raise InvitationsRefused(f"This is no e-mail address: {wrong[0]}. Nobody was invited yet.")
    if len(wanted) > MAX_AT_ONCE:
        raise InvitationsRefused(f"At most {MAX_AT_ONCE} people can be invited at once.")
    before = conversation.invitations.count()
    Invitation.objects.bulk_create(
        (
            Invitation(
                conversation=conversation, address=address, address_digest=_digest(conversation, address)
            )
            for address in wanted
        ),
        ignore_conflicts=True,
    )
    return conversation.invitations.count() - before


def send_waiting(*, conversation: Conversation) -> int:
    """Send the invitations not sent yet, forgetting each address with its message."""
    n_sent = 0
    waiting = conversation.invitations.exclude(address="").values_list("pk", flat=True)
    for pk in list(waiting):
        n_sent += _send_one(pk)
    return n_sent


def accept_invitation(*, conversation: Conversation, token: str, key: uuid.UUID) -> Participant:
    """Spend the invitation on a new participant; the same key again is the same person's second click."""
    invitation = find_invitation(conversation, token)
    if invitation is None:
        raise Refused(_("This invitation is not valid here. Use the link you were sent, whole."))
    if not conversation.is_open():
        raise Refused(_("This conversation is closed: nobody can join it now."), status=409)
    with transaction.atomic():
        spent = Invitation.objects.filter(pk=invitation.pk, is_spent=False).update(is_spent=True)
        known = conversation.participants.filter(key=key).first()
        if known is not None and spent == 0:
            return known
        if spent == 0:
            raise Refused(
                _("This invitation was used already. To come back, use your private link."),
                status=410,
            )
        return join(conversation=conversation, key=key)


def find_invitation(conversation: Conversation, token: str) -> Invitation | None:
    """The invitation whose signed code the link carries."""
    try:
        code = uuid.UUID(signing.Signer(salt=SALT, sep="~").unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    return conversation.invitations.filter(code=code).first()


def invitation_link(invitation: Invitation) -> str:
    """The whole address to hand to one person."""
    token = signing.Signer(salt=SALT, sep="~").sign(invitation.code.hex)
    path = reverse("voting:invitation", args=[invitation.conversation.slug, token])
    return settings.SITE_URL + path


def _send_one(pk: int) -> int:
    """Send one message while its row is held, so that two workers never send it twice."""
    with transaction.atomic():
        waiting = Invitation.objects.select_for_update(skip_locked=True, of=("self",)).exclude(address="")
        invitation = waiting.select_related("conversation").filter(pk=pk).first()
        if invitation is None:
            return 0
        _send_message(invitation)
        invitation.address = ""
        invitation.sent_at = timezone.now()
        invitation.save(update_fields=["address", "sent_at"])
    return 1


def _send_message(invitation: Invitation) -> None:
    """In the conversation's language: the address says nothing about its person."""
    conversation = invitation.conversation
    with override(conversation.language):
        context = {"conversation": conversation, "link": invitation_link(invitation)}
        body = render_to_string("voting/email/invitation.txt", context)
        subject = " ".join((_("Invitation: %(title)s") % {"title": conversation.title}).split())
        send_mail(subject, body, None, [invitation.address])


def _digest(conversation: Conversation, address: str) -> str:
    return salted_hmac("voting.invited", f"{conversation.pk}\n{address}", algorithm="sha256").hexdigest()


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
