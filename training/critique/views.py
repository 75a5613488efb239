"""Pages of a critique–revision run: its dialogues, what was flagged, the smoke set."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import Truncator
from django.views.decorators.http import require_POST

from constitution.documents import document_of
from constitution.paging import is_long
from constitution.presentation import PrincipleView, read_document
from training.calibration import wilson_interval
from training.critique.finding import Found, count_samples, find_samples, flag_rates, tag_rates
from training.critique.flags import FLAG_WORDS
from training.critique.index import LENGTHS, Wanted
from training.critique.presentation import shown_sample
from training.critique.smoke import is_smoke, report_smoke, smoke_of, start_smoke
from training.jobs import queue_run
from training.log_views import log_context
from training.models import GenerationRun
from training.presentation import shown_run
from training.results import finished_logs, n_readable
from training.run_access import may_run

SAMPLES_PER_PAGE = 10
LENGTH_WORDS = {"short": "under 300 characters", "middle": "300 to 1,199", "long": "1,200 or more"}


def revision_run(request: HttpRequest, run: GenerationRun) -> HttpResponse:
    """Show one run: how it stands, what shaped it, what was flagged, and the dialogues that are wanted."""
    principles = principles_of(run)
    wanted = wanted_by(request)
    found = find_samples(run, wanted)
    page = Paginator(range(found.n), SAMPLES_PER_PAGE).get_page(request.GET.get("page"))
    samples = found.page(page.start_index() - 1, page.end_index()) if found.n else []
    is_marked = request.GET.get("texts") != "plain"
    context = {
        "run": run,
        "shown": shown_run(run),
        "page": page,
        "samples": [shown_sample(*pair, principles, is_marked=is_marked) for pair in samples],
        "n_principles": len(principles),
        "n_finished": n_readable(run),
        "wanted": wanted,
        "is_marked": is_marked,
        **log_context(request, run),
        "helpful_shares": helpful_shares(run),
        **filters_of(run, principles),
        **smoke_context(run),
    }
    return render(request, "training/run.html", context)


def wanted_by(request: HttpRequest) -> Wanted:
    """What the address asks for; values nobody offers are left out."""
    asked = request.GET
    length = asked.get("length", "")
    flag = asked.get("flag", "")
    return Wanted(
        principle=asked.get("principle", ""),
        flag=flag if flag in FLAG_WORDS else "",
        tag=asked.get("tag", ""),
        length=length if length in LENGTHS else "",
        words=asked.get("words", "")[:200].strip(),
    )


def filters_of(run: GenerationRun, principles: dict[int, PrincipleView]) -> dict[str, Any]:
    """Rates of flags and tags, and what can be filtered by."""
    found = find_samples(run, Wanted())
    counts = count_samples(found)
    flags = flag_rates(counts["flags"], found.n)
    return {
        "is_here": is_here(run, found),
        "flags": flags,
        "never": [rate for rate in flags if not rate.n],
        "none_bound": 100 * wilson_interval(0, found.n)[1] if found.n else None,
        "tags": tag_rates(counts["tags"], found.n),
        "principles": None if is_long(len(principles)) else options_of(principles, counts["principles"]),
        "lengths": LENGTH_WORDS.items(),
    }


def options_of(principles: dict[int, PrincipleView], counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Principles to choose from: the beginning of each, and of how many dialogues it is part."""
    return [
        (str(number), f"{Truncator(principle.text).chars(60)} ({counts.get(str(number), 0):,})")
        for number, principle in principles.items()
    ]


def helpful_shares(run: GenerationRun) -> list[tuple[str, str]]:
    """What share of helpful data each dataset made of this run asked for (a query)."""
    told = run.exports.values_list("options", flat=True)
    shares = (
        (f"{options['helpful']['share']:.0%}", options["format"]) for options in told if options["helpful"]
    )
    return list(dict.fromkeys(shares))


def is_here(run: GenerationRun, found: Found) -> bool:
    """Whether the files of all finished shards are on this machine."""
    return len(found.parts) == len(finished_logs(run))


def smoke_context(run: GenerationRun) -> dict[str, Any]:
    """The smoke set's report, on the page of a run and on that of the smoke set itself."""
    if is_smoke(run):
        return {"is_smoke": True, "smoke": run, "smoke_report": report_smoke(run)}
    smoke = smoke_of(run)
    return {"smoke": smoke, "smoke_report": report_smoke(smoke) if smoke else None}


def principles_of(run: GenerationRun) -> dict[int, PrincipleView]:
    """The constitution's principles by number, with statements and votes as its document has them."""
    views = read_document(document_of(run.constitution)).principles
    return {principle.number: principle for principle in views}


@require_POST
@login_required
def answer_smoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Queue the smoke set with all that shapes this run's answers."""
    run = get_object_or_404(GenerationRun, pk=pk, kind=GenerationRun.Kind.REVISION)
    if not may_run(request.user, run.model, run.parameters):
        raise PermissionDenied("Only staff may ask a model that costs money.")
    try:
        queue_run(run=start_smoke(run))
    except ValueError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The smoke set is being answered. What came of it will stand on this page.")
    return redirect("training:run", run.pk)
