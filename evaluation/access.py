"""Who may start runs, and about which conversations."""

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from constitution.models import Constitution
from evaluation.models import ModelVariant
from training.providers import is_rehearsal
from voting.models import Conversation

Reader = User | AnonymousUser


def may_run(user: Reader, variant: ModelVariant) -> bool:
    """Asking a real model costs money and uses the site's key, so only staff may; anybody may rehearse."""
    return user.is_staff or is_rehearsal(variant.model)


def get_runnable_variant(request: HttpRequest, slug: str) -> ModelVariant:
    """Fetch a variant that the signed-in user may start runs of."""
    variant = get_object_or_404(ModelVariant.objects.select_related("constitution__conversation"), slug=slug)
    if not may_run(request.user, variant):
        raise PermissionDenied("Only staff may start runs of a model that costs money.")
    return variant


def readable_conversations(user: Reader) -> QuerySet[Conversation]:
    """Analyzed conversations whose results the user may read."""
    own = Conversation.objects.facilitated_by(user).values("pk")
    public = Conversation.objects.with_public_results().values("pk")
    analyzed = Conversation.objects.filter(analyses__isnull=False).distinct()
    return analyzed.filter(Q(pk__in=public) | Q(pk__in=own)).order_by("title")


def readable_constitutions(user: Reader) -> QuerySet[Constitution]:
    """Adopted constitutions that the user may read."""
    own = Conversation.objects.facilitated_by(user).values("pk")
    adopted = Constitution.objects.filter(status=Constitution.Status.ADOPTED).select_related("conversation")
    is_public = ~Q(conversation__status=Conversation.Status.DRAFT)
    return adopted.filter(is_public | Q(conversation__in=own)).order_by("conversation__slug", "-version")
