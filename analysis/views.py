"""Pages and files of an analysis: results for everyone, running it for facilitators."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from analysis.access import (
    get_asked_number,
    get_public_conversation,
    get_readable_analysis,
    is_facilitator,
    may_read_results,
)
from analysis.forms import AnalyzeForm
from analysis.jobs import queue_analysis
from analysis.maps import draw_map
from analysis.models import Analysis
from analysis.progress import find_progress
from analysis.report import Report
from analysis.services import analysis_to_dict, find_analysis
from analysis.tables import DEFAULT_SORT, search_rows, sort_rows, statements_csv
from voting.access import get_facilitated_conversation
from voting.models import Conversation
from voting.version import CODE_VERSION

STATEMENTS_PER_PAGE = 50
ANALYSES_PER_PAGE = 25


@require_GET
@vary_on_headers("HX-Request")
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what people agree on and where they differ, or say why there is nothing to show yet.

    Asked by a script, only what changed since: a newer analysis, or nothing.
    """
    conversation = get_public_conversation(request, slug)
    may_facilitate = is_facilitator(request.user, conversation)
    context: dict[str, Any] = {"conversation": conversation, "may_facilitate": may_facilitate}
    number, is_fragment = get_asked_number(request), bool(request.headers.get("HX-Request"))
    if not may_read_results(request, conversation):
        return show_hidden(request, context, is_fragment)
    analysis = find_analysis(conversation, number)
    if analysis is None and number is not None:
        raise Http404("There is no such analysis.")
    etag = make_results_etag(conversation, analysis, may_facilitate)
    if is_fragment and (unchanged := get_conditional_response(request, etag=etag)):
        return unchanged
    context |= {"etag": etag, "is_live": number is None, **(describe(analysis) if analysis else {})}
    page = "results.html" if analysis else "results_empty.html"
    response = render(request, f"analysis/{'_' if is_fragment else ''}{page}", context)
    if is_fragment:
        response["ETag"] = etag
    return response


def show_hidden(request: HttpRequest, context: dict[str, Any], is_fragment: bool) -> HttpResponse:
    """Say who may read; a page that is open already is told to ask no more."""
    if is_fragment:
        raise Http404("These results are not public.")
    return render(request, "analysis/results_hidden.html", context)


def describe(analysis: Analysis) -> dict[str, Any]:
    """What the page of an analysis shows; a hidden cost on large conversations."""
    report = Report(analysis)
    return {"analysis": analysis, "report": report, "map": draw_map(analysis, report.groups)}


def make_results_etag(conversation: Conversation, analysis: Analysis | None, may_facilitate: bool) -> str:
    """What the results depend on; an analysis itself never changes."""
    number = analysis.pk if analysis else 0
    state = f"{conversation.status}-{conversation.results_shown}-{may_facilitate:d}"
    return f'"{CODE_VERSION}-{get_language()}-{number}-{state}"'


@require_GET
def statements(request: HttpRequest, slug: str) -> HttpResponse:
    """List every statement with its numbers, sorted and searched by the address."""
    number = get_asked_number(request)
    analysis = get_readable_analysis(request, slug, number)
    report = Report(analysis)
    sort, words = request.GET.get("sort", DEFAULT_SORT), request.GET.get("q", "").strip()
    found = sort_rows(search_rows(report.rows, words), sort)
    page = Paginator(found, STATEMENTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "conversation": analysis.conversation,
        "analysis": analysis,
        "asked_number": number,
        "report": report,
        "page": page,
        "sort": sort,
        "words": words,
    }
    return render(request, "analysis/statements.html", context)


@require_GET
def download(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Hand out the whole analysis as JSON."""
    analysis = get_readable_analysis(request, slug, number)
    response = JsonResponse(analysis_to_dict(analysis), json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{slug}-analysis-{number}.json"'
    return response


@require_GET
def download_csv(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Hand out the statements of an analysis as a table for a spreadsheet."""
    analysis = get_readable_analysis(request, slug, number)
    response = HttpResponse(statements_csv(analysis), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-analysis-{number}.csv"'
    return response


@login_required
@require_GET
@vary_on_headers("HX-Request")
def manage(request: HttpRequest, slug: str) -> HttpResponse:
    """List a conversation's analyses and offer to make one; asked by htmx, only the list."""
    conversation = get_facilitated_conversation(request, slug)
    analyses = conversation.analyses.prefetch_related("groups")
    context = {
        "conversation": conversation,
        "tab": "analyses",
        "form": AnalyzeForm(),
        "page": Paginator(analyses, ANALYSES_PER_PAGE).get_page(request.GET.get("page")),
        "current": find_analysis(conversation),
        "progress": find_progress(conversation),
        "has_votes": conversation.votes.exists(),
    }
    page = "_analyses.html" if request.headers.get("HX-Request") else "manage.html"
    return render(request, f"analysis/{page}", context)


@login_required
@require_POST
def analyze(request: HttpRequest, slug: str) -> HttpResponse:
    """Queue an analysis of the votes as they stand when a worker begins."""
    conversation = get_facilitated_conversation(request, slug)
    form = AnalyzeForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was started: choose one of the numbers of groups in the list.")
    elif not conversation.votes.exists():
        messages.error(request, "There are no votes to analyze yet. Share the conversation first.")
    elif queue_analysis(conversation=conversation, lock_k=form.cleaned_data["lock_k"]):
        messages.success(request, "The analysis is queued. You may leave this page; it will be listed here.")
    else:
        messages.info(request, "An analysis is waiting already, so no second one was queued.")
    return redirect("analysis:manage", slug)
