"""Pages for facilitators: choose a rule, see what it yields, draft."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from analysis.services import find_analysis
from constitution.forms import DraftForm
from constitution.preview import preview_rule
from constitution.services import NothingQualifies, RuleRefused, draft_constitution, save_rule
from voting.access import get_facilitated_conversation
from voting.models import Conversation

VERSIONS_PER_PAGE = 20


@login_required
@require_GET
@vary_on_headers("HX-Request")
def manage(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the rule with its yield and all versions; asked by htmx, only the yield."""
    conversation = get_facilitated_conversation(request, slug)
    given = request.GET if "min_level" in request.GET else None
    form = DraftForm(given, initial=DraftForm.initial_values())
    if request.headers.get("HX-Request"):
        return _render_yield(request, conversation, form)
    return _render_manage(request, conversation, form)


def _render_yield(request: HttpRequest, conversation: Conversation, form: DraftForm) -> HttpResponse:
    context = {"conversation": conversation, "form": form, "preview": preview_rule(conversation, form)}
    return render(request, "constitution/_yield.html", context)


def _render_manage(
    request: HttpRequest, conversation: Conversation, form: DraftForm, status: int = 200
) -> HttpResponse:
    versions = conversation.constitutions.select_related("rule", "analysis").defer("document")
    context = {
        "conversation": conversation,
        "tab": "constitutions",
        "form": form,
        "preview": preview_rule(conversation, form),
        "analysis": find_analysis(conversation),
        "page": Paginator(versions, VERSIONS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "constitution/manage.html", context, status=status)


@login_required
@require_POST
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Save the rule and draft a new version from the current analysis; or only show what it would yield."""
    conversation = get_facilitated_conversation(request, slug)
    analysis = find_analysis(conversation)
    form = DraftForm(request.POST)
    if analysis is None or not form.is_valid():
        return _render_manage(request, conversation, form, status=422)
    if "preview" in request.POST:
        return _render_manage(request, conversation, form)
    given = form.cleaned_data
    title = given.pop("title")
    try:
        rule = save_rule(**given | {"name": given["name"] or None})
        constitution = draft_constitution(analysis=analysis, rule=rule, title=title or None)
    except (RuleRefused, NothingQualifies) as error:
        form.add_error(None, str(error))
        return _render_manage(request, conversation, form, status=422)
    messages.success(
        request, f"Version {constitution.version} is drafted. Read its words before you adopt it."
    )
    return redirect("constitution:draft", slug, constitution.version)
