"""Who may start and control runs, and of which constitutions."""

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet

from constitution.models import Constitution
from training.providers import is_rehearsal
from voting.models import Conversation

Reader = User | AnonymousUser


def may_run(user: Reader, model: str) -> bool:
    """Asking a real model costs money and uses the site's key, so only staff may; anybody may rehearse."""
    return user.is_staff or is_rehearsal(model)


def usable_constitutions(user: Reader) -> QuerySet[Constitution]:
    """Adopted constitutions that the user may read."""
    own = Conversation.objects.facilitated_by(user).values("pk")
    adopted = Constitution.objects.filter(status=Constitution.Status.ADOPTED).select_related("conversation")
    is_public = ~Q(conversation__status=Conversation.Status.DRAFT)
    return adopted.filter(is_public | Q(conversation__in=own)).order_by("conversation__slug", "-version")
