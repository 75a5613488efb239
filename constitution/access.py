"""Which drafts a person may change."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from constitution.models import Constitution, Principle
from constitution.services import AlreadyAdopted
from voting.access import get_facilitated_conversation

View = Callable[..., HttpResponse]


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


def another_was_quicker(view: View) -> View:
    """Say so when somebody adopted, discarded or removed what this request was about to change."""

    @wraps(view)
    def answer(request: HttpRequest, slug: str, version: int, **names: int) -> HttpResponse:
        try:
            return view(request, slug, version, **names)
        except (AlreadyAdopted, Constitution.DoesNotExist, Principle.DoesNotExist):
            messages.warning(
                request,
                f"Version {version} was changed by somebody else a moment ago. "
                "Your change was not made; everything else is kept. This is how it stands now.",
            )
            return redirect("constitution:manage", slug)

    return answer
