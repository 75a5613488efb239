"""Pages for researchers: a chat with a variant. Only its owner sees it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from evaluation.access import get_runnable_variant
from evaluation.jobs import answer_trial_turn
from evaluation.models import TrialChat, TrialTurn
from evaluation.trials.forms import ChatForm, MessageForm
from evaluation.trials.services import ChatRefused, ask_again, begin_chat
from evaluation.trials.services import say as keep_message
from training.providers import ModelUnavailable


@require_POST
@login_required
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a chat with a variant."""
    variant = get_runnable_variant(request, slug)
    form = ChatForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose among the classifiers that are offered.")
        return redirect("evaluation:variant", slug)
    try:
        chat = begin_chat(variant=variant, owner=signed_in(request), **form.cleaned_data)
    except ModelUnavailable as error:
        messages.error(request, str(error))
        return redirect("evaluation:variant", slug)
    return redirect("evaluation:chat", chat.pk)


@require_GET
@login_required
@never_cache
@vary_on_headers("HX-Request")
def chat(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the chat, or its turns alone while one waits for its answer."""
    return show(request, get_chat(request, pk), MessageForm())


@require_POST
@login_required
def say(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say something; the answer comes from a job."""
    found = get_chat(request, pk)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return show(request, found, form)
    try:
        turn = keep_message(chat=found, message=form.cleaned_data["message"])
    except ChatRefused as error:
        form.add_error("message", str(error))
        return show(request, found, form)
    answer_trial_turn.defer(turn_id=turn.pk)
    return redirect(reverse("evaluation:chat", args=[pk]) + "#last")


@require_POST
@login_required
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask again for an answer that failed."""
    try:
        turn = ask_again(chat=get_chat(request, pk))
    except ChatRefused as error:
        messages.info(request, str(error))
    else:
        answer_trial_turn.defer(turn_id=turn.pk)
    return redirect(reverse("evaluation:chat", args=[pk]) + "#last")


@require_POST
@login_required
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete the chat with all that was said."""
    found = get_chat(request, pk)
    found.delete()
    messages.success(request, "The chat is deleted.")
    return redirect("evaluation:variant", found.variant.slug)


def show(request: HttpRequest, found: TrialChat, form: MessageForm) -> HttpResponse:
    turns = list(found.turns.all())
    is_waiting = bool(turns) and turns[-1].status == TrialTurn.Status.WAITING
    context = {"chat": found, "turns": turns, "form": form, "is_waiting": is_waiting}
    name = "_turns" if request.headers.get("HX-Request") else "chat"
    status = 422 if form.errors else 200
    return render(request, f"evaluation/trials/{name}.html", context, status=status)


def get_chat(request: HttpRequest, pk: UUID) -> TrialChat:
    """One of the signed-in person's own chats."""
    chats = TrialChat.objects.select_related("variant__constitution__conversation")
    return get_object_or_404(chats, pk=pk, owner=signed_in(request))


def signed_in(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
