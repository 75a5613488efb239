"""What stands before the first card: the consent text and the facilitator's questions."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from voting.access import get_visible_conversation
from voting.admission import ConsentOutdated, answer_questions, give_consent, next_step
from voting.admission_forms import AnswersForm, ConsentForm
from voting.identity import find_participant, join_with_ticket, make_ticket, remember
from voting.models import Conversation, Participant


@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the present consent text, and record which version was agreed to."""
    conversation = get_visible_conversation(request, slug)
    if next_step(conversation, find_participant(request, conversation)) != "consent":
        return go_on(request, conversation)
    if request.method != "POST":
        return show_consent(request, conversation)
    form = ConsentForm(request.POST)
    if not conversation.is_open() or not form.is_valid():
        return go_on(request, conversation)

    participant = join_with_ticket(request, conversation)
    try:
        participant = give_consent(participant=participant, version=form.cleaned_data["version"])
    except ConsentOutdated:
        response = show_consent(request, conversation, has_changed=True)
    else:
        response = go_on(request, conversation, participant)
    return remember(response, participant, conversation)


@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask what the facilitator wants to know; every question can be left unsaid."""
    conversation = get_visible_conversation(request, slug)
    step = next_step(conversation, find_participant(request, conversation))
    if step != "questions":
        return go_on(request, conversation)
    form = AnswersForm(request.POST or None, conversation=conversation)
    if not conversation.is_open() or not form.is_valid():
        context = {"conversation": conversation, "form": form, "ticket": ticket(request, conversation)}
        return render(request, "voting/questions.html", context, status=422 if form.errors else 200)

    participant = join_with_ticket(request, conversation)
    participant = answer_questions(participant=participant, chosen=form.chosen())
    return remember(go_on(request, conversation, participant), participant, conversation)


def show_consent(
    request: HttpRequest, conversation: Conversation, *, has_changed: bool = False
) -> HttpResponse:
    participant = find_participant(request, conversation)
    context = {
        "conversation": conversation,
        "has_changed": has_changed,
        "is_again": participant is not None and participant.consent_id is not None,
        "ticket": ticket(request, conversation),
    }
    return render(request, "voting/consent.html", context, status=409 if has_changed else 200)


def go_on(
    request: HttpRequest, conversation: Conversation, participant: Participant | None = None
) -> HttpResponse:
    """To whatever comes next for this person."""
    participant = participant or find_participant(request, conversation)
    step = next_step(conversation, participant) if conversation.is_open() else ""
    if step in ("consent", "questions"):
        return redirect(f"voting:{step}", conversation.slug)
    return redirect(f"{reverse('voting:conversation', args=[conversation.slug])}#card")


def ticket(request: HttpRequest, conversation: Conversation) -> str:
    """The key of those who have no cookie yet."""
    return "" if find_participant(request, conversation) else make_ticket(conversation)
