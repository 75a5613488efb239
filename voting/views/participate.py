"""What everybody sees: the conversations, and the card to vote on."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from voting.access import get_visible_conversation
from voting.admission import next_step
from voting.candidates import find_statement
from voting.cards import Card, cast_and_deal, deal_card
from voting.casting import VotingClosed, cast_vote
from voting.external import completion_address
from voting.forms import StatementForm, VoteForm
from voting.identity import find_participant, join_with_ticket, remember
from voting.models import Conversation, Participant, Statement
from voting.routing import NOBODY, read_seen
from voting.services import withdraw_vote
from voting.tallies import tally

CONVERSATIONS_PER_PAGE = 20
NO_VOTES_NOW = _("This statement takes no votes just now. Nothing you did before is lost.")
NOT_YET = _("Your vote was not counted yet: one step comes before it.")

View = Callable[..., HttpResponse]


def post_or_return(view: View) -> View:
    """Only POST does anything; whoever comes by link or reload is taken back to the conversation."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return redirect("voting:conversation", slug)
        return view(request, slug, *args, **kwargs)

    return guarded


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The conversations that are open, then those that are closed."""
    conversations = Conversation.objects.exclude(status=Conversation.Status.DRAFT)
    page = Paginator(
        conversations.order_by("-status", "-created_at", "slug"), CONVERSATIONS_PER_PAGE
    ).get_page(request.GET.get("page"))
    entries = [(conversation, tally(conversation)) for conversation in page]
    return render(request, "voting/home.html", {"page": page, "entries": entries})


@require_safe
def conversation(request: HttpRequest, slug: str) -> HttpResponse:
    """The question, a card to vote on, and the form to write a statement."""
    conversation = get_visible_conversation(request, slug)
    card = deal_card(
        conversation=conversation,
        participant=find_participant(request, conversation),
        wanted=request.GET.get("statement", ""),
        voted=request.GET.get("voted", ""),
        is_continued="continue" in request.GET,
    )
    return show_card(request, conversation, card)


@post_or_return
def vote(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Record one vote, then show the next statement."""
    conversation = get_visible_conversation(request, slug)
    statement = find_statement(conversation, number)
    if statement is None:
        raise Http404("There is no such statement.")
    form = VoteForm(request.POST)
    if not form.is_valid():
        raise BadRequest("A vote is agree, pass or disagree.")
    if not statement.takes_votes() or is_step_missing(request, conversation):
        return refuse(request, conversation)

    participant = join_with_ticket(request, conversation)
    try:
        response = keep_vote(request, participant, statement, **form.cleaned_data)
    except VotingClosed:
        return refuse(request, conversation)
    return remember(response, participant, conversation)


@post_or_return
def withdraw(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take a vote back, then show the same statement again."""
    conversation = get_visible_conversation(request, slug)
    statement = get_object_or_404(conversation.statements, number=number)
    participant = find_participant(request, conversation)
    if participant is None:
        raise Http404("You have no vote here.")
    try:
        withdraw_vote(participant=participant, statement=statement)
    except VotingClosed:
        return refuse(request, conversation)
    return go_on(request, conversation, participant, wanted=str(number))


def keep_vote(
    request: HttpRequest, participant: Participant, statement: Statement, **vote: Any
) -> HttpResponse:
    """Store the vote and answer with what comes after it: for htmx the next card, stored in one go."""
    conversation = statement.conversation
    if is_htmx(request) and "mine" not in request.POST:
        seen = read_seen(conversation.pk, participant.key) or NOBODY
        return show_card(request, conversation, cast_and_deal(seen=seen, statement=statement, **vote))
    cast_vote(participant=participant, statement=statement, **vote)
    if "mine" in request.POST:
        return redirect(own_vote(conversation, statement.number))
    address = reverse("voting:conversation", args=[conversation.slug])
    return redirect(f"{address}?voted={statement.number}#card")


def go_on(
    request: HttpRequest, conversation: Conversation, participant: Participant, wanted: str
) -> HttpResponse:
    """After a vote was taken back: its card again, in place for htmx, by redirect otherwise."""
    if is_htmx(request):
        card = deal_card(conversation=conversation, participant=participant, wanted=wanted)
        response = show_card(request, conversation, card)
    else:
        address = reverse("voting:conversation", args=[conversation.slug])
        response = redirect(f"{address}?{urlencode({'statement': wanted})}#card")
    return remember(response, participant, conversation)


def is_step_missing(request: HttpRequest, conversation: Conversation) -> bool:
    """Whether consent or answers are missing; costs nothing where a conversation asks for neither."""
    if conversation.consent_id is None and not conversation.asks_questions:
        return False
    return next_step(conversation, find_participant(request, conversation)) != ""


def own_vote(conversation: Conversation, number: int) -> str:
    """Where a vote stands among the participant's own."""
    return f"{reverse('voting:mine', args=[conversation.slug])}?changed={number}#vote-{number}"


def refuse(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    """No vote was taken: say so, and show what can be voted on."""
    participant = find_participant(request, conversation)
    notice = NOT_YET if conversation.is_open() and next_step(conversation, participant) else NO_VOTES_NOW
    card = deal_card(conversation=conversation, participant=participant, notice=str(notice))
    return show_card(request, conversation, card, status=409)


def show_card(
    request: HttpRequest, conversation: Conversation, card: Card, status: int = 200
) -> HttpResponse:
    template = "voting/_card.html" if is_htmx(request) else "voting/conversation.html"
    context = {"conversation": conversation, "card": card, "form": StatementForm()}
    if card.step == "screened_out":
        participant = find_participant(request, conversation)
        context["completion"] = completion_address(participant) if participant else ""
    if not is_htmx(request):
        context["tally"] = tally(conversation)
    return render(request, template, context, status=status)


def is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
