"""Where facilitators decide on what participants wrote."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from voting.access import get_facilitated_conversation
from voting.forms import ModerationForm
from voting.models import Conversation, Statement
from voting.moderation import moderate_statements

STATEMENTS_PER_PAGE = 50


@login_required
def moderation(request: HttpRequest, slug: str) -> HttpResponse:
    """The statements of one status, oldest first, each with the buttons to accept or reject it."""
    conversation = get_facilitated_conversation(request, slug)
    status = request.GET.get("status", "")
    if status not in Statement.Status.values:
        status = Statement.Status.PENDING
    if request.method == "POST":
        return decide(request, conversation, status)
    return show(request, conversation, status)


def decide(request: HttpRequest, conversation: Conversation, status: str) -> HttpResponse:
    """Carry out the decision, then show what is left."""
    form = ModerationForm(request.POST)
    if not form.is_valid():
        return show(request, conversation, status, form)
    decision = form.cleaned_data["decision"]
    n_statements = moderate_statements(
        conversation=conversation,
        numbers=form.cleaned_data["numbers"],
        decision=decision,
        reason=form.cleaned_data["reason"],
    )
    noun = "statement" if n_statements == 1 else "statements"
    messages.success(request, f"{n_statements} {noun} {decision}.")
    address = reverse("voting:moderation", args=[conversation.slug])
    return redirect(f"{address}?status={status}")


def show(
    request: HttpRequest, conversation: Conversation, status: str, form: ModerationForm | None = None
) -> HttpResponse:
    statements = conversation.statements.filter(status=status).order_by("created_at", "number")
    counts = dict(conversation.statements.order_by().values_list("status").annotate(Count("pk")))
    context = {
        "conversation": conversation,
        "tab": "moderation",
        "status": status,
        "form": form,
        "reasons": ModerationForm.REASONS,
        "statuses": [(value, label, counts.get(value, 0)) for value, label in Statement.Status.choices],
        "page": Paginator(statements, STATEMENTS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "voting/moderation.html", context, status=422 if form else 200)
