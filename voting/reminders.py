"""Writing to those who run a conversation while statements wait for them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Count, Min, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from voting.models import Conversation, Statement

# A statement may wait so long before its moderator hears of it, and so long passes between two messages.
PATIENCE = timedelta(hours=24)


def remind_moderators(*, now: datetime | None = None) -> int:
    """Write to the owners of open conversations where a statement waits for a day; say to how many.

    The time is noted before the message is sent, so a job that is run twice sends nothing twice.
    """
    now = now or timezone.now()
    n_sent = 0
    for conversation in _neglected(now):
        noted = Conversation.objects.filter(pk=conversation.pk, reminded_at=conversation.reminded_at)
        if noted.update(reminded_at=now):
            n_sent += _write_to(conversation, conversation.n_waiting)  # type: ignore[attr-defined]
    return n_sent


def _neglected(now: datetime) -> list[Conversation]:
    pending = Q(statements__status=Statement.Status.PENDING)
    return list(
        Conversation.objects.open()
        .filter(reminds_moderators=True)
        .filter(Q(reminded_at=None) | Q(reminded_at__lte=now - PATIENCE))
        .exclude(Q(owner=None) | Q(owner__email=""))
        .annotate(n_waiting=Count("statements", filter=pending))
        .annotate(oldest=Min("statements__created_at", filter=pending))
        .filter(oldest__lte=now - PATIENCE)
        .select_related("owner")
    )


def _write_to(conversation: Conversation, n_waiting: int) -> int:
    """Send one message; it holds no statement, because mail can be read on its way."""
    assert conversation.owner is not None
    context = {
        "conversation": conversation,
        "n_waiting": n_waiting,
        "address": settings.SITE_URL + reverse("voting:moderation", args=[conversation.slug]),
        "settings_address": settings.SITE_URL + reverse("voting:manage", args=[conversation.slug]),
    }
    return send_mail(
        subject=f"{n_waiting} waiting: {conversation.title}"[:120].replace("\n", " "),
        message=render_to_string("voting/email/reminder.txt", context),
        from_email=None,
        recipient_list=[conversation.owner.email],
    )
