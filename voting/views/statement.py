"""One statement as its moderator sees it: its votes, its history, and everything that can be done with it."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from voting.access import get_facilitated_conversation
from voting.models import Statement
from voting.moderation import (
    ModerationRefused,
    correct_wording,
    is_merging_frozen,
    merge_statements,
    set_language,
    split_statement,
    unmerge_statement,
)
from voting.moderation_forms import CorrectionForm, LanguageForm, MergeForm, SplitForm
from voting.nearest import near_duplicates
from voting.services import StatementRefused
from voting.tallies import Choices, choices_by_statement

Deed = Callable[[Statement, dict[str, str], User], object]
FORMS: dict[str, type[forms.Form]] = {
    "correct": CorrectionForm,
    "split": SplitForm,
    "set_language": LanguageForm,
    "merge": MergeForm,
    "unmerge": forms.Form,
}
DEEDS: dict[str, tuple[str, Deed]] = {
    "correct": (
        "The wording is corrected.",
        lambda statement, sent, user: correct_wording(statement=statement, text=sent["text"], moderator=user),
    ),
    "split": (
        "The statement is split; the new ones take votes.",
        lambda statement, sent, user: split_statement(
            statement=statement, texts=sent["texts"].splitlines(), moderator=user
        ),
    ),
    "set_language": (
        "The language is set.",
        lambda statement, sent, user: set_language(
            statement=statement, language=sent["language"], moderator=user
        ),
    ),
    "merge": (
        "The statement is merged.",
        lambda statement, sent, user: merge_statements(
            conversation=statement.conversation,
            numbers=[statement.number],
            into=int(sent["target"]),
            moderator=user,
        ),
    ),
    "unmerge": (
        "The statement stands by itself again.",
        lambda statement, _sent, user: unmerge_statement(statement=statement, moderator=user),
    ),
}


@login_required
def statement(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show the statement, or do to it what its forms ask for."""
    conversation = get_facilitated_conversation(request, slug)
    found = get_object_or_404(
        conversation.statements.select_related("conversation", "merged_into"), number=number
    )
    if request.method == "POST":
        return change(request, found, request.POST.get("deed", ""))
    return show(request, found, {})


def change(request: HttpRequest, statement: Statement, deed: str) -> HttpResponse:
    """Do what one of the forms asks for, or show the form again with the reason why not."""
    if deed not in DEEDS:
        return show(request, statement, {}, status=422)
    form = FORMS[deed](request.POST)
    if not form.is_valid():
        return show(request, statement, {deed: form}, status=422)
    done, do = DEEDS[deed]
    try:
        do(statement, form.cleaned_data, request.user)  # type: ignore[arg-type]
    except (ModerationRefused, StatementRefused) as error:
        form.add_error(None, str(error))
        return show(request, statement, {deed: form}, status=422)
    messages.success(request, done)
    return redirect("voting:statement", statement.conversation.slug, statement.number)


def show(
    request: HttpRequest, statement: Statement, filled: dict[str, forms.Form], status: int = 200
) -> HttpResponse:
    conversation = statement.conversation
    given = {"text": statement.text, "texts": statement.text, "language": statement.language}
    choices = choices_by_statement([statement]).get(statement.pk, Choices())
    context = {
        "conversation": conversation,
        "tab": "moderation",
        "statement": statement,
        "choices": choices,
        "has_votes": any((choices.agrees, choices.passes, choices.disagrees)),
        "near": near_duplicates(conversation, [statement]).get(statement.pk, []),
        "counted_statuses": conversation.counted_statuses(),
        "is_frozen": statement.status == Statement.Status.MERGED and is_merging_frozen(statement),
        "decisions": statement.decisions.select_related("moderator", "target"),
        "forms": {name: filled.get(name) or kind(initial=given) for name, kind in FORMS.items()},
    }
    return render(request, "voting/statement.html", context, status=status)
