"""Signing in with a code sent by e-mail, where a conversation asks for it.

Whoever can read an address is one participant: their key follows from the address and cannot be turned back
into it. The address itself is kept only until the message is sent, the code only as a digest.
"""

import secrets
import uuid
from datetime import timedelta

from django.core.mail import send_mail
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from voting.models import Conversation, Participant, SignInCode
from voting.refusals import Refused
from voting.services import join

MINUTES_VALID = 20
MAX_TRIES = 5
N_DIGITS = 6
SALT = "voting.sign_in"


def request_code(*, conversation: Conversation, address: str, language: str) -> str:
    """Note that this address wants a code; an earlier one is void. Returns a token that names the person."""
    if not conversation.is_open():
        raise Refused(_("This conversation is closed: nobody can join it now."), status=409)
    person = person_of(conversation, address)
    SignInCode.objects.update_or_create(
        conversation=conversation,
        person=person,
        defaults={
            "address": address,
            "language": language,
            "code_digest": "",
            "n_tries": 0,
            "ends_at": timezone.now() + timedelta(minutes=MINUTES_VALID),
        },
    )
    return Signer(salt=SALT, sep="~").sign(person.hex)


def send_codes(*, conversation: Conversation) -> int:
    """Send the codes not sent yet, forgetting each address with its message."""
    waiting = conversation.sign_in_codes.exclude(address="").filter(ends_at__gt=timezone.now())
    return sum(_send_one(pk) for pk in list(waiting.values_list("pk", flat=True)))


def enter_with_code(*, conversation: Conversation, token: str, code: str) -> Participant:
    """The participant whom the code lets in, made at their first arrival; a code works once."""
    person = read_token(token)
    found = SignInCode.objects.filter(conversation=conversation, person=person, ends_at__gt=timezone.now())
    if found.filter(n_tries__lt=MAX_TRIES).exclude(code_digest="").update(n_tries=F("n_tries") + 1) != 1:
        raise Refused(_("This code is not valid any more. Ask for a new one."), status=410)
    right = found.values_list("code_digest", flat=True).first() or ""
    if not constant_time_compare(_digest(conversation, person, code), right):
        raise Refused(
            _("This is not the code that was sent last. Look again, then try once more."), status=422
        )
    with transaction.atomic():
        if found.delete()[0] == 0:
            raise Refused(_("This code was used already. Ask for a new one."), status=410)
        return join_once(conversation, person)


def join_once(conversation: Conversation, key: uuid.UUID) -> Participant:
    """The participant with this key; a new one only while the conversation is open."""
    known = conversation.participants.filter(key=key).first()
    if known is None and not conversation.is_open():
        raise Refused(_("This conversation is closed: nobody can join it now."), status=409)
    return known or join(conversation=conversation, key=key)


def person_of(conversation: Conversation, address: str) -> uuid.UUID:
    """The participant's key that belongs to an address in this conversation and in no other."""
    wanted = f"{conversation.pk}\n{address.strip().lower()}"
    return uuid.UUID(bytes=salted_hmac(SALT, wanted, algorithm="sha256").digest()[:16])


def read_token(token: str) -> uuid.UUID:
    """Who asked for a code, by the token in the address of the page that takes it."""
    try:
        return uuid.UUID(Signer(salt=SALT, sep="~").unsign(token))
    except (BadSignature, ValueError):
        raise Refused(_("This link is damaged. Use the link you were given, whole."), status=400) from None


def _send_one(pk: int) -> int:
    """Make one code and send it while its row is held, so that two workers never send two."""
    with transaction.atomic():
        waiting = SignInCode.objects.select_for_update(skip_locked=True, of=("self",)).exclude(address="")
        found = waiting.select_related("conversation").filter(pk=pk).first()
        if found is None:
            return 0
        code = f"{secrets.randbelow(10**N_DIGITS):0{N_DIGITS}}"
        with translation.override(found.language):
            context = {"conversation": found.conversation, "code": code, "minutes": MINUTES_VALID}
            body = render_to_string("voting/email/code.txt", context)
            subject = _("Your code: %(code)s") % {"code": code}
        send_mail(subject, body, None, [found.address])
        found.address = ""
        found.code_digest = _digest(found.conversation, found.person, code)
        found.save(update_fields=["address", "code_digest"])
    return 1


def _digest(conversation: Conversation, person: uuid.UUID, code: str) -> str:
    digits = "".join(letter for letter in code if letter.isdigit())
    return salted_hmac(SALT, f"{conversation.pk}\n{person.hex}\n{digits}", algorithm="sha256").hexdigest()
