"""Where facilitators write what participants read in other languages."""

import csv

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from voting.access import get_facilitated_conversation
from voting.models import Conversation
from voting.translation_tables import (
    TableRefused,
    read_table,
    rows_of_parts,
    rows_of_statements,
    save_texts,
    translatable_statements,
    write_table,
)

STATEMENTS_PER_PAGE = 50
LONGEST_TEXT = 10_000


class FileForm(forms.Form):
    file = forms.FileField(label="A filled-in file (CSV)")


@login_required
def translations(request: HttpRequest, slug: str) -> HttpResponse:
    """A table of every text with its translation into one language, and the gaps."""
    conversation = get_facilitated_conversation(request, slug)
    language = _wanted_language(request, conversation)
    if request.method != "POST":
        return show(request, conversation, language)
    texts = {
        name.removeprefix("text-"): str(value)
        for name, value in request.POST.items()
        if name.startswith("text-")
    }
    if any(len(text) > LONGEST_TEXT for text in texts.values()):
        messages.error(request, f"A translation has at most {LONGEST_TEXT:,} characters. Nothing was saved.")
    else:
        n = save_texts(conversation=conversation, language=language, texts=texts)
        messages.success(request, f"Saved: {n} changed.")
    return redirect(f"{reverse('voting:translations', args=[slug])}?{request.GET.urlencode()}")


@login_required
@require_safe
def download_translations(request: HttpRequest, slug: str) -> HttpResponse:
    """Every text in every language, gaps included, as CSV."""
    conversation = get_facilitated_conversation(request, slug)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="translations-{slug}.csv"'
    response.write("\ufeff")
    csv.writer(response).writerows(
        write_table(conversation, [code for code, _ in other_languages(conversation)])
    )
    return response


@login_required
@require_POST
def upload_translations(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a filled-in file in, whole or not at all."""
    conversation = get_facilitated_conversation(request, slug)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return show(request, conversation, _wanted_language(request, conversation), form)
    try:
        n = read_table(conversation=conversation, content=form.cleaned_data["file"].read())
    except TableRefused as error:
        form.add_error("file", str(error))
        return show(request, conversation, _wanted_language(request, conversation), form)
    messages.success(request, f"The file is taken in: {n} changed.")
    return redirect("voting:translations", slug)


def show(
    request: HttpRequest, conversation: Conversation, language: str, file_form: FileForm | None = None
) -> HttpResponse:
    page = Paginator(translatable_statements(conversation), STATEMENTS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    parts = rows_of_parts(conversation, language) if page.number == 1 else []
    everything = rows_of_statements(translatable_statements(conversation), language)
    context = {
        "conversation": conversation,
        "tab": "translations",
        "target": language,
        "languages": other_languages(conversation),
        "rows": parts + rows_of_statements(page.object_list, language),
        "page": page,
        "n_gaps": sum(row.translation is None for row in everything),
        "n_statements": len(everything),
        "file_form": file_form or FileForm(),
    }
    return render(request, "voting/translations.html", context, status=422 if file_form else 200)


def other_languages(conversation: Conversation) -> list[tuple[str, str]]:
    """Every language of the site but the conversation's own."""
    return [pair for pair in settings.LANGUAGES if pair[0] != conversation.language]


def _wanted_language(request: HttpRequest, conversation: Conversation) -> str:
    codes = [code for code, _ in other_languages(conversation)]
    wanted = request.GET.get("language", "")
    return wanted if wanted in codes else codes[0]
