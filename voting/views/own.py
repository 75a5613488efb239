"""A participant's own pages: thanks, votes and statements, the way back, download and deletion."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from voting.access import get_visible_conversation
from voting.embedding import first_party_path
from voting.external import completion_address
from voting.identity import find_by_return_token, find_participant, forget, make_return_token, remember
from voting.models import Conversation, Participant
from voting.own_data import collect_own_data, count_own_votes, delete_participant, list_own_answers
from voting.refusals import Refused
from voting.tallies import choices_by_statement, tally
from voting.visibility import may_see_results

VOTES_PER_PAGE = 50
STATEMENTS_PER_PAGE = 20

OwnView = Callable[..., HttpResponse]


def own_page(view: OwnView) -> Callable[..., HttpResponse]:
    """For those who take part; everybody else is shown the conversation, where one begins."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str, *args: Any) -> HttpResponse:
        conversation = get_visible_conversation(request, slug)
        participant = find_participant(request, conversation)
        if participant is None:
            return redirect("voting:conversation", slug)
        return view(request, conversation, participant, *args)

    return never_cache(guarded)


@require_safe
@own_page
def thanks(request: HttpRequest, conversation: Conversation, participant: Participant) -> HttpResponse:
    """Thank the participant: what they gave, the results so far, and the private way back."""
    context = {
        "conversation": conversation,
        "own": count_own_votes(participant),
        "tally": tally(conversation),
        "return_link": return_link(request, conversation, participant),
        "completion": completion_address(participant),
        "may_see_results": may_see_results(conversation, participant),
        "invite_link": invite_link(request, conversation),
    }
    return render(request, "voting/thanks.html", context)


@require_safe
@own_page
def mine(request: HttpRequest, conversation: Conversation, participant: Participant) -> HttpResponse:
    """Every vote, to be changed, and what became of the participant's statements."""
    votes = (
        participant.votes.select_related("statement__conversation")
        .prefetch_related("statement__translations")
        .order_by("-cast_at", "-pk")
    )
    page = Paginator(votes, VOTES_PER_PAGE).get_page(request.GET.get("page"))
    written = participant.statements.prefetch_related("parts").order_by("-number")
    written_page = Paginator(written, STATEMENTS_PER_PAGE).get_page(request.GET.get("written"))
    may_see_votes = may_see_results(conversation, participant)
    choices = choices_by_statement(written_page.object_list) if may_see_votes else {}
    context = {
        "conversation": conversation,
        "participant": participant,
        "answers": list_own_answers(participant),
        "counted_statuses": conversation.counted_statuses(),
        "page": page,
        "may_see_votes": may_see_votes,
        "written_page": written_page,
        "statements": [(statement, choices.get(statement.pk)) for statement in written_page],
        "return_link": return_link(request, conversation, participant),
    }
    return render(request, "voting/mine.html", context)


@require_safe
@own_page
def download(request: HttpRequest, conversation: Conversation, participant: Participant) -> HttpResponse:
    """Everything kept about the participant, as a JSON file."""
    response = JsonResponse(
        collect_own_data(participant), json_dumps_params={"indent": 2, "ensure_ascii": False}
    )
    response["Content-Disposition"] = f'attachment; filename="my-data-{conversation.slug}.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def delete(request: HttpRequest, conversation: Conversation, participant: Participant) -> HttpResponse:
    """Say what deletion means, then delete the participant with all that is theirs."""
    if request.method != "POST":
        context = {"conversation": conversation, "own": count_own_votes(participant)}
        return render(request, "voting/delete.html", context)
    delete_participant(participant=participant)
    messages.success(request, _("Your data is deleted. This browser is not connected to it any more."))
    return forget(redirect("voting:conversation", conversation.slug), conversation)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def come_back(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Continue as the participant of a private link; asks first where this would replace another one."""
    conversation = get_visible_conversation(request, slug)
    participant = find_by_return_token(token, conversation)
    if participant is None:
        raise Refused(
            _("This link leads to nobody: it was cut off, or the data behind it was deleted."), status=404
        )
    present = find_participant(request, conversation)
    if present and present != participant and request.method != "POST":
        return render(request, "voting/come_back.html", {"conversation": conversation})
    return remember(redirect("voting:conversation", slug), participant, conversation)


def invite_link(request: HttpRequest, conversation: Conversation) -> str:
    """The conversation's own address, to be passed on: it carries nobody's key."""
    path = first_party_path(reverse("voting:conversation", args=[conversation.slug]))
    return f"{request.scheme}://{request.get_host()}{path}"


def return_link(request: HttpRequest, conversation: Conversation, participant: Participant) -> str:
    token = make_return_token(participant, conversation)
    path = first_party_path(reverse("voting:come_back", args=[conversation.slug, token]))
    return f"{request.scheme}://{request.get_host()}{path}"
