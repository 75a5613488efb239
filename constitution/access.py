"""Which drafts a person may change."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from constitution.models import Constitution, Principle
from constitution.services import AlreadyAdopted
from voting.access import get_facilitated_conversation

View = Callable[..., HttpResponse]


def get_draft(request: HttpRequest, slug: str, version: int) -> Constitution:
    """Fetch a draft of a conversation the signed-in user runs; an adopted version is closed."""
    conversation = get_facilitated_conversation(request, slug)
    versions = Constitution.objects.filter(conversation=conversation).select_related("rule", "conversation")
    draft = get_object_or_404(versions, version=version)
    if draft.is_adopted():
        raise AlreadyAdopted(draft)
    return draft


def get_draft_principle(request: HttpRequest, slug: str, version: int, pk: int) -> Principle:
    """Fetch one principle of such a draft; it may have been taken out a moment ago."""
    principles = Principle.objects.select_related("constitution__conversation")
    return principles.get(pk=pk, constitution=get_draft(request, slug, version))


def another_was_quicker(view: View) -> View:
    """Answer 409, and say so, where somebody adopted, discarded or removed what was about to be changed."""

    @wraps(view)
    def answer(request: HttpRequest, slug: str, version: int, **names: int) -> HttpResponse:
        try:
            return view(request, slug, version, **names)
        except (AlreadyAdopted, Constitution.DoesNotExist, Principle.DoesNotExist):
            conversation = get_facilitated_conversation(request, slug)
            now = Constitution.objects.filter(conversation=conversation, version=version).first()
            context = {"conversation": conversation, "tab": "constitutions", "constitution": now}
            return render(request, "constitution/overtaken.html", context | {"version": version}, status=409)

    return answer
