"""What moderators did with the statements of a conversation, for everybody to read."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from voting.access import get_visible_conversation

DECISIONS_PER_PAGE = 50


@require_safe
def moderation_log(request: HttpRequest, slug: str) -> HttpResponse:
    """Every decision, newest first; the words only of statements that are published."""
    conversation = get_visible_conversation(request, slug)
    decisions = conversation.decisions.select_related(
        "statement__conversation", "target__conversation"
    ).prefetch_related("statement__translations", "target__translations")
    context = {
        "conversation": conversation,
        "counted_statuses": conversation.counted_statuses(),
        "page": Paginator(decisions, DECISIONS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "voting/moderation_log.html", context)
