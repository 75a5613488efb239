"""News by e-mail, for participants who ask for it: "new statements for you".

Off unless a facilitator offers it. An address is written to only after it was confirmed, at most every third
day, and every message carries a signed link that ends it. Ending it, or deleting one's data, deletes the
address.
"""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from voting.identity import make_return_token
from voting.models import Conversation, Entry, Participant, Statement, Subscription
from voting.refusals import Refused

DAYS_BETWEEN = 3
HOURS_TO_CONFIRM = 48
SALT = "voting.subscription"


def subscribe(*, participant: Participant, address: str, language: str) -> Subscription:
    """Note the wish and the address; a job asks that address to confirm. Another address begins anew."""
    if not offers_news(participant.conversation):
        raise Refused(_("This conversation sends no news by e-mail."), status=409)
    found, is_new = Subscription.objects.get_or_create(
        participant=participant, defaults={"address": address, "language": language}
    )
    if not is_new and found.address != address:
        found.delete()
        return subscribe(participant=participant, address=address, language=language)
    return found


def confirm(token: str) -> Subscription:
    """Begin to send; what is open to this participant now is no news to them."""
    subscription = find_subscription(token)
    if subscription.confirmed_at is None:
        subscription.told = list(unseen(subscription).values_list("pk", flat=True))
        subscription.confirmed_at = timezone.now()
        subscription.save(update_fields=["told", "confirmed_at"])
    return subscription


def unsubscribe(token: str) -> None:
    """Forget the address at once; doing it again changes nothing."""
    Subscription.objects.filter(pk=_read_token(token)).delete()


def find_subscription(token: str) -> Subscription:
    """Whose link this is; refused when it is damaged or was ended."""
    chosen = Subscription.objects.select_related("participant__conversation")
    found = chosen.filter(pk=_read_token(token)).first()
    if found is None:
        raise Refused(_("This was ended already: nothing is sent to you."), status=410)
    return found


def send_requests(*, conversation: Conversation) -> int:
    """Ask new addresses to confirm."""
    waiting = _subscriptions(conversation).filter(asked_at=None)
    return sum(_ask(pk) for pk in list(waiting.values_list("pk", flat=True)))


def send_news(*, conversation: Conversation) -> int:
    """Write to everyone for whom there are new statements and who was not written to of late."""
    if not (conversation.is_open() and offers_news(conversation)):
        return 0
    due = _due(conversation)
    return sum(_tell(pk) for pk in list(due.values_list("pk", flat=True)))


def forget_unconfirmed() -> int:
    """Delete the addresses that nobody confirmed in time."""
    since = timezone.now() - timedelta(hours=HOURS_TO_CONFIRM)
    return Subscription.objects.filter(confirmed_at=None, created_at__lt=since).delete()[0]


def offers_news(conversation: Conversation) -> bool:
    return Entry.objects.filter(conversation=conversation, offers_news=True).exists()


def ending_path(participant: Participant) -> str:
    """Where the participant ends the news that come to a confirmed address of theirs; empty without one."""
    found = Subscription.objects.filter(participant=participant).exclude(confirmed_at=None).first()
    return _path(found, "unsubscribe") if found else ""


def unseen(subscription: Subscription) -> QuerySet[Statement]:
    """The statements that the participant could vote on and has not, but none of their own."""
    participant = subscription.participant
    statements = participant.conversation.statements.counted_in(participant.conversation)
    return statements.unseen_by(participant).filter(Q(author=None) | ~Q(author=participant))


def _subscriptions(conversation: Conversation) -> QuerySet[Subscription]:
    return Subscription.objects.filter(participant__conversation=conversation)


def _due(conversation: Conversation) -> QuerySet[Subscription]:
    of_late = timezone.now() - timedelta(days=DAYS_BETWEEN)
    confirmed = _subscriptions(conversation).exclude(confirmed_at=None)
    return confirmed.filter(Q(sent_at=None) | Q(sent_at__lt=of_late))


def _ask(pk: int) -> int:
    """Ask one address to confirm, while its row is held."""
    with transaction.atomic():
        subscription = _hold(Subscription.objects.filter(pk=pk, asked_at=None))
        if subscription is None:
            return 0
        with translation.override(subscription.language):
            _send(
                subscription,
                _("Please confirm: news by e-mail"),
                "confirm",
                _link(subscription, "confirm"),
                [],
            )
        subscription.asked_at = timezone.now()
        subscription.save(update_fields=["asked_at"])
    return 1


def _tell(pk: int) -> int:
    """Tell one person what is new since the last time, while the row is held; no news, no message."""
    with transaction.atomic():
        subscription = _hold(Subscription.objects.filter(pk=pk))
        if subscription is None or not _due(subscription.participant.conversation).filter(pk=pk).exists():
            return 0
        new = list(unseen(subscription).exclude(pk__in=subscription.told))
        if not new:
            return 0
        with translation.override(subscription.language):
            subject = ngettext("%(n)s new statement for you", "%(n)s new statements for you", len(new))
            _send(subscription, subject % {"n": len(new)}, "news", _way_back(subscription), new)
        subscription.told = [*subscription.told, *(statement.pk for statement in new)]
        subscription.sent_at = timezone.now()
        subscription.save(update_fields=["told", "sent_at"])
    return 1


def _hold(found: QuerySet[Subscription]) -> Subscription | None:
    free = found.select_for_update(skip_locked=True, of=("self",))
    return free.select_related("participant__conversation").first()


def _send(subscription: Subscription, subject: str, name: str, link: str, new: list[Statement]) -> None:
    """One plain message; the headers let mail programs offer an end with one click."""
    ending = _link(subscription, "unsubscribe")
    conversation = subscription.participant.conversation
    context = {"conversation": conversation, "link": link, "ending": ending, "new": new}
    EmailMessage(
        subject=f"{subject} · {' '.join(conversation.title.split())}"[:200],
        body=render_to_string(f"voting/email/{name}.txt", context),
        to=[subscription.address],
        headers={"List-Unsubscribe": f"<{ending}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    ).send()


def _link(subscription: Subscription, page: str) -> str:
    return settings.SITE_URL + _path(subscription, page)


def _path(subscription: Subscription, page: str) -> str:
    token = Signer(salt=SALT, sep="~").sign(str(subscription.pk))
    slug = subscription.participant.conversation.slug
    return reverse(f"voting:{page}_news", args=[slug, token])


def _way_back(subscription: Subscription) -> str:
    conversation = subscription.participant.conversation
    token = make_return_token(subscription.participant, conversation)
    return settings.SITE_URL + reverse("voting:come_back", args=[conversation.slug, token])


def _read_token(token: str) -> int:
    try:
        return int(Signer(salt=SALT, sep="~").unsign(token))
    except (BadSignature, ValueError):
        raise Refused(_("This link is damaged. Use the link you were given, whole."), status=400) from None
