"""Who may read the results of a conversation."""

from django.contrib.auth.models import AnonymousUser, User
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from analysis.models import Analysis
from analysis.services import find_analysis
from voting.identity import find_participant
from voting.models import Conversation
from voting.visibility import may_see_results


def is_facilitator(user: User | AnonymousUser, conversation: Conversation) -> bool:
    return Conversation.objects.facilitated_by(user).filter(pk=conversation.pk).exists()


def get_public_conversation(request: HttpRequest, slug: str) -> Conversation:
    """Fetch a conversation that has begun; a draft exists only for those who run it."""
    conversation = get_object_or_404(Conversation, slug=slug)
    is_draft = conversation.status == Conversation.Status.DRAFT
    if is_draft and not is_facilitator(request.user, conversation):
        raise Http404("This conversation has not begun.")
    return conversation


def may_read_results(request: HttpRequest, conversation: Conversation) -> bool:
    """Everybody, once that is decided; whoever voted enough, where that is asked; facilitators always."""
    if conversation.shows_results or is_facilitator(request.user, conversation):
        return True
    return may_see_results(conversation, find_participant(request, conversation))


def get_readable_analysis(request: HttpRequest, slug: str, number: int | None = None) -> Analysis:
    """Fetch an analysis (the current one without a number) if this reader may see results."""
    conversation = get_public_conversation(request, slug)
    analysis = find_analysis(conversation, number) if may_read_results(request, conversation) else None
    if analysis is None:
        raise Http404("There is no such analysis.")
    return analysis


def get_asked_number(request: HttpRequest) -> int | None:
    """Read which analysis the address asks for: ?analysis=3."""
    asked = request.GET.get("analysis", "")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 9):
        raise Http404("Analyses are numbered 1, 2, 3 …")
    return int(asked) if asked else None
