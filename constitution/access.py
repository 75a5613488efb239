"""Which drafts a person may change."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from constitution.models import Constitution, Principle
from voting.access import get_facilitated_conversation


def get_draft(request: HttpRequest, slug: str, version: int) -> Constitution:
    """Fetch a draft of a conversation the signed-in user runs; an adopted version is closed."""
    conversation = get_facilitated_conversation(request, slug)
    drafts = Constitution.objects.filter(conversation=conversation, version=version).select_related("rule")
    draft = drafts.filter(status=Constitution.Status.DRAFT).first()
    if draft is None:
        raise Http404("There is no draft of this version.")
    return draft


def get_draft_principle(request: HttpRequest, slug: str, version: int, pk: int) -> Principle:
    """Fetch one principle of such a draft."""
    principles = Principle.objects.select_related("constitution__conversation")
    return get_object_or_404(principles, pk=pk, constitution=get_draft(request, slug, version))
