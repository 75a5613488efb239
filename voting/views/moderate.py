"""Where facilitators decide on what participants wrote."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from voting.access import get_facilitated_conversation
from voting.models import Conversation, Statement
from voting.moderation import ModerationRefused, merge_statements, moderate_statements, unmerge_statement
from voting.moderation_forms import ModerationForm
from voting.nearest import near_duplicates

STATEMENTS_PER_PAGE = 50


@login_required
def moderation(request: HttpRequest, slug: str) -> HttpResponse:
    """The statements of one status, oldest first, each with the buttons to decide on it."""
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
    try:
        n_statements = carry_out(conversation, form.cleaned_data, request.user)  # type: ignore[arg-type]
    except ModerationRefused as error:
        form.add_error(None, str(error))
        return show(request, conversation, status, form)
    noun = "statement" if n_statements == 1 else "statements"
    messages.success(request, f"{n_statements} {noun} {form.cleaned_data['decision']}.")
    address = reverse("voting:moderation", args=[conversation.slug])
    return redirect(f"{address}?status={status}")


def carry_out(conversation: Conversation, decided: dict[str, Any], moderator: User) -> int:
    """Do what was decided, all of it or nothing where something is refused; say on how many statements."""
    numbers, decision = decided["numbers"], decided["decision"]
    if decision == Statement.Status.MERGED:
        return merge_statements(
            conversation=conversation, numbers=numbers, into=decided["target"], moderator=moderator
        )
    if decision == "unmerged":
        statements = list(conversation.statements.filter(number__in=numbers))
        with transaction.atomic():
            for statement in statements:
                unmerge_statement(statement=statement, moderator=moderator)
        return len(statements)
    return moderate_statements(
        conversation=conversation,
        numbers=numbers,
        decision=decision,
        reason=decided["reason"],
        moderator=moderator,
    )


def show(
    request: HttpRequest, conversation: Conversation, status: str, form: ModerationForm | None = None
) -> HttpResponse:
    statements = conversation.statements.filter(status=status).select_related("merged_into")
    counts = dict(conversation.statements.order_by().values_list("status").annotate(Count("pk")))
    page = Paginator(statements.order_by("created_at", "number"), STATEMENTS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    near = near_duplicates(conversation, list(page)) if status == Statement.Status.PENDING else {}
    context = {
        "conversation": conversation,
        "tab": "moderation",
        "status": status,
        "form": form,
        "reasons": ModerationForm.REASONS,
        "counted_statuses": conversation.counted_statuses(),
        "statuses": [(value, label, counts.get(value, 0)) for value, label in Statement.Status.choices],
        "page": page,
        "rows": [(statement, near.get(statement.pk, [])) for statement in page],
    }
    return render(request, "voting/moderation.html", context, status=422 if form else 200)
