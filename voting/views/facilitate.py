"""What facilitators do with their conversations: create, describe, seed, open and close."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from voting.access import get_facilitated_conversation
from voting.forms import ConversationForm, SeedForm, StatusForm
from voting.models import Conversation
from voting.services import (
    ConversationRefused,
    StatementRefused,
    add_seed_statements,
    close_conversation,
    create_conversation,
    edit_conversation,
    open_conversation,
)
from voting.tallies import Choices, choices_by_statement, count_now, tally

CONVERSATIONS_PER_PAGE = 50
STATEMENTS_PER_PAGE = 100


@login_required
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """The facilitator's own conversations with their numbers."""
    conversations = Conversation.objects.facilitated_by(request.user)
    page = Paginator(conversations, CONVERSATIONS_PER_PAGE).get_page(request.GET.get("page"))
    entries = [(conversation, tally(conversation)) for conversation in page]
    return render(request, "voting/dashboard.html", {"page": page, "entries": entries})


@login_required
def create(request: HttpRequest) -> HttpResponse:
    """A form for a new conversation, which begins as a draft."""
    form = ConversationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        conversation = create_conversation(
            owner=request.user,  # type: ignore[arg-type]
            **form.cleaned_data,
        )
        messages.success(request, "Your draft is ready. Add statements, then open it.")
        return redirect("voting:manage", conversation.slug)
    return render(request, "voting/create.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_safe
def manage(request: HttpRequest, slug: str) -> HttpResponse:
    """Status, numbers, statements and the forms to change them."""
    return show(request, get_facilitated_conversation(request, slug))


@login_required
@require_POST
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what participants read above the statements."""
    conversation = get_facilitated_conversation(request, slug)
    form = ConversationForm(request.POST)
    if not form.is_valid():
        return show(request, conversation, edit_form=form, status=422)
    edit_conversation(conversation=conversation, **form.cleaned_data)
    messages.success(request, "Saved.")
    return redirect("voting:manage", slug)


@login_required
@require_POST
def set_status(request: HttpRequest, slug: str) -> HttpResponse:
    """Open or close the conversation."""
    conversation = get_facilitated_conversation(request, slug)
    form = StatusForm(request.POST)
    if form.is_valid() and form.cleaned_data["status"] == Conversation.Status.OPEN:
        try:
            open_conversation(conversation=conversation)
            messages.success(request, "The conversation is open: anybody with its address can vote.")
        except ConversationRefused as error:
            messages.error(request, str(error))
    elif form.is_valid():
        close_conversation(conversation=conversation)
        messages.success(request, "The conversation is closed. All votes are kept.")
    return redirect("voting:manage", slug)


@login_required
@require_POST
def seed(request: HttpRequest, slug: str) -> HttpResponse:
    """Add the organizers' own statements, one per line."""
    conversation = get_facilitated_conversation(request, slug)
    form = SeedForm(request.POST)
    if not form.is_valid():
        return show(request, conversation, seed_form=form, status=422)
    try:
        result = add_seed_statements(
            conversation=conversation,
            texts=form.cleaned_data["texts"].splitlines(),
            is_metadata=form.cleaned_data["is_metadata"],
        )
    except StatementRefused as error:
        form.add_error("texts", str(error))
        return show(request, conversation, seed_form=form, status=422)
    messages.success(request, f"Added: {len(result.added)}. There already: {len(result.known)}.")
    for warning in result.warnings:
        messages.warning(request, f"{warning} Is that meant to be there?")
    return redirect("voting:manage", slug)


def show(
    request: HttpRequest,
    conversation: Conversation,
    edit_form: ConversationForm | None = None,
    seed_form: SeedForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The manage page, with a form that was filled in wrongly where there is one."""
    page = Paginator(conversation.statements.select_related("merged_into"), STATEMENTS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    choices = choices_by_statement(page.object_list)
    context = {
        "conversation": conversation,
        "tab": "statements",
        "tally": count_now(conversation),
        "edit_form": edit_form or ConversationForm(instance=conversation),
        "seed_form": seed_form or SeedForm(),
        "page": page,
        "rows": [(statement, choices.get(statement.pk, Choices())) for statement in page],
    }
    return render(request, "voting/manage.html", context, status=status)
