"""Who may start and control runs, and of which constitutions."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet

from constitution.models import Constitution
from training.providers import is_rehearsal
from voting.models import Conversation

Reader = User | AnonymousUser
COSTLY = ("anthropic", "openai", "openai-api", "hf")


def may_run(user: Reader, model: str, options: Mapping[str, Any] | None = None) -> bool:
    """Asking a real model costs money and uses the site's key, so only staff may; anybody may rehearse.

    That goes for the run's own model and for those its options name: judges, and others that answer.
    """
    return user.is_staff or (is_rehearsal(model) and rehearses(options or {}))


def rehearses(option: Any) -> bool:
    """Whether an option, or what it holds, names no model but rehearsed ones, and no address of a server."""
    if isinstance(option, str):
        return option.split("/", 1)[0] not in COSTLY
    if isinstance(option, Mapping):
        asked = str(option.get("model", "rehearsal/"))
        return is_rehearsal(asked) and not option.get("base_url") and all(map(rehearses, option.values()))
    return not isinstance(option, list | tuple) or all(map(rehearses, option))


def usable_constitutions(user: Reader) -> QuerySet[Constitution]:
    """Adopted constitutions that the user may read."""
    own = Conversation.objects.facilitated_by(user).values("pk")
    adopted = Constitution.objects.filter(status=Constitution.Status.ADOPTED).select_related("conversation")
    is_public = ~Q(conversation__status=Conversation.Status.DRAFT)
    return adopted.filter(is_public | Q(conversation__in=own)).order_by("conversation__slug", "-version")
