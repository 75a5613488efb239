"""Writing a statement: what comes near it is shown first, so that people vote on it instead."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from voting.access import get_visible_conversation
from voting.candidates import find_statement
from voting.cards import deal_card
from voting.casting import VotingClosed, cast_vote
from voting.forms import StatementForm, VoteForm
from voting.identity import find_participant, join_with_ticket, remember
from voting.models import Conversation, Participant, Statement
from voting.nearest import nearest_statements
from voting.routing import NEAR_RULE, is_open_before, note_showing
from voting.services import AlreadySuggested, StatementRefused, submit_statement
from voting.tallies import tally
from voting.views.participate import NO_VOTES_NOW, is_htmx, is_step_missing, post_or_return

STEP_BEFORE_WRITING = _("One step comes before you can write: it is named above. Your text is still here.")
NO_STATEMENTS_NOW = _(
    "This conversation takes no new statements. Yours was not kept: copy it if you need it."
)
THANKS_NEAR = _("Thank you, that vote counts. What you wrote is still in the field, should it be missing.")
THANKS_WAITING = _("Thank you. A moderator reads your statement, then others can vote on it.")
THANKS_SHOWN = _("Thank you. Others can vote on your statement now.")


@dataclass(frozen=True)
class Neighbor:
    """A published statement that comes near, and how the person voted on it, if they did."""

    statement: Statement
    choice: int | None


@post_or_return
def submit(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep a participant's own statement for moderation, once they have seen what comes near it."""
    conversation = get_visible_conversation(request, slug)
    form = StatementForm(request.POST, limit=conversation.statement_limit)
    if not form.is_valid():
        return show_form(request, conversation, form, status=422)
    if not conversation.is_open() or is_step_missing(request, conversation):
        form.add_error("text", STEP_BEFORE_WRITING if conversation.is_open() else NO_STATEMENTS_NOW)
        return show_form(request, conversation, form, status=409)
    text = form.cleaned_data["text"]
    near = find_neighbors(request, conversation, text)
    if is_new(request, near, text):
        return show_form(request, conversation, form, status=422, near=near, is_check=True)

    participant = join_with_ticket(request, conversation)
    try:
        submit_statement(participant=participant, text=text)
    except StatementRefused as error:
        form.add_error("text", str(error))
        existing = error.existing if isinstance(error, AlreadySuggested) else None
        response = show_form(request, conversation, form, status=422, near=near, existing=existing)
    else:
        response = thank(request, conversation)
    return remember(response, participant, conversation)


@post_or_return
def near(request: HttpRequest, slug: str) -> HttpResponse:
    """What comes near the text being written, for htmx; nothing to do where that has not changed."""
    conversation = get_visible_conversation(request, slug)
    found = find_neighbors(request, conversation, request.POST.get("text", ""))
    if numbers_of(found) == request.POST.get("seen", ""):
        return HttpResponse(status=204)
    return render(request, "voting/_near.html", near_context(request, conversation, found))


@post_or_return
def vote_near(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Vote on a statement that comes near instead of sending one's own; the text stays in its field."""
    conversation = get_visible_conversation(request, slug)
    statement = find_statement(conversation, number)
    form = VoteForm(request.POST)
    if statement is None:
        raise Http404("There is no such statement.")
    if not form.is_valid():
        raise BadRequest("A vote is agree, pass or disagree.")
    if not statement.takes_votes() or is_step_missing(request, conversation):
        return show_near(request, conversation, find_participant(request, conversation), NO_VOTES_NOW, 409)
    participant = join_with_ticket(request, conversation)
    is_answered = is_open_before(participant, statement)
    try:
        is_important = participant.votes.filter(statement=statement, is_important=True).exists()
        choice = form.cleaned_data["choice"]
        cast_vote(participant=participant, statement=statement, choice=choice, is_important=is_important)
    except VotingClosed:
        return show_near(request, conversation, participant, NO_VOTES_NOW, 409)
    note_showing(participant, statement.number, NEAR_RULE, None)
    response = show_near(request, conversation, participant, THANKS_NEAR, is_answered=is_answered)
    return remember(response, participant, conversation)


def find_neighbors(request: HttpRequest, conversation: Conversation, text: str) -> list[Neighbor]:
    return neighbors_of(conversation, find_participant(request, conversation), text)


def neighbors_of(conversation: Conversation, participant: Participant | None, text: str) -> list[Neighbor]:
    """The published statements nearest to the text, with the participant's votes on them."""
    statements = [one.statement for one in nearest_statements(conversation, text, participant=participant)]
    choices: dict[int, int] = {}
    if participant is not None and statements:
        votes = participant.votes.filter(statement__in=statements)
        choices = dict(votes.values_list("statement_id", "choice"))
    return [Neighbor(statement, choices.get(statement.pk)) for statement in statements]


def is_new(request: HttpRequest, near: list[Neighbor], text: str) -> bool:
    """Whether the writer was not shown all of these; the very same text is refused anyway."""
    seen = request.POST.get("seen", "").split(",")
    is_repeated = any(one.statement.text.casefold() == text.casefold() for one in near)
    return not is_repeated and any(str(one.statement.number) not in seen for one in near)


def numbers_of(near: list[Neighbor]) -> str:
    return ",".join(str(one.statement.number) for one in near)


def near_context(request: HttpRequest, conversation: Conversation, near: list[Neighbor]) -> dict[str, Any]:
    """What `_near.html` needs; ticket, text and step go along, so that a vote loses none of them."""
    return {
        "conversation": conversation,
        "near": near,
        "seen": numbers_of(near),
        "ticket": request.POST.get("ticket", ""),
        "draft": request.POST.get("text", ""),
        "is_check": "check" in request.POST,
    }


def show_near(
    request: HttpRequest,
    conversation: Conversation,
    participant: Participant | None,
    notice: object,
    status: int = 200,
    *,
    is_answered: bool = False,
) -> HttpResponse:
    """The list after a vote from it, with the next card if the present one is answered by that vote.

    Without htmx the whole page, with the text in its field.
    """
    text = request.POST.get("text", "")
    near = neighbors_of(conversation, participant, text)
    if is_htmx(request):
        context = {**near_context(request, conversation, near), "near_notice": notice}
        if is_answered:
            context["card"] = deal_card(conversation=conversation, participant=participant)
        return render(request, "voting/_near.html", context, status=status)
    form = StatementForm(initial={"text": text}, limit=conversation.statement_limit)
    return show_form(request, conversation, form, status=status, near=near, near_notice=notice)


def thank(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    """A statement was kept: say what happens next, over an empty form."""
    message = THANKS_WAITING if conversation.is_strictly_moderated else THANKS_SHOWN
    if is_htmx(request):
        context = {"conversation": conversation, "form": StatementForm(), "thanks": message}
        return render(request, "voting/_statement_form.html", context)
    messages.success(request, message)
    return redirect("voting:conversation", conversation.slug)


def show_form(
    request: HttpRequest,
    conversation: Conversation,
    form: StatementForm,
    *,
    status: int,
    near: list[Neighbor] | None = None,
    **context: Any,
) -> HttpResponse:
    """The statement form with what was wrong; without htmx, in its place on the whole page."""
    context = {**near_context(request, conversation, near or []), "form": form, **context}
    if is_htmx(request):
        return render(request, "voting/_statement_form.html", context, status=status)
    participant = find_participant(request, conversation)
    card = deal_card(conversation=conversation, participant=participant)
    context |= {"card": card, "tally": tally(conversation)}
    return render(request, "voting/conversation.html", context, status=status)
