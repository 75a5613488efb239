"""Pages of a preference run: its pairs, the agreement of judges and people, and calibration."""

from collections.abc import Mapping
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import Truncator
from django.views.decorators.http import require_GET, require_POST

from constitution.models import Principle
from constitution.paging import is_long, paged
from training.folders import run_folder
from training.label_access import SignedInRequest, get_preference_run, may_change
from training.log_views import log_context
from training.models import GenerationRun, LabelCalibration
from training.people import TooFewLabels, fit_calibration, labels_of, people_figures
from training.preference_jobs import report_or_queue
from training.preference_presentation import (
    FILTERS,
    agreement_row,
    in_words,
    interval_of,
    is_shown,
    orders_row,
    reliability_diagram,
    shown_pair,
)
from training.preferences import iterate_pairs, judges_of
from training.presentation import shown_run
from training.results import finished_logs, n_readable

PAIRS_PER_PAGE = 12
CURVES_PER_PAGE = 5
# Filters look at so many pairs, in about a second; how many there are in a large run nobody would wait for.
MOST_LOOKED_AT = 20_000


def preference_run(request: HttpRequest, run: GenerationRun) -> HttpResponse:
    """Show one preference run: how it stands, what shaped it, and the pairs that pass the filters."""
    principles = principles_of(run)
    context = {
        "run": run,
        "shown": shown_run(run),
        "judges": judges_of(run),
        "answerers": [entry["model"] for entry in run.parameters["answerers"]] or [run.model],
        "figures": report_or_queue(run) if is_here(run) else None,
        "principles": None if is_long(len(principles)) else options_of(principles),
        "n_principles": len(principles),
        "filters": FILTERS.items(),
        "is_here": is_here(run),
        **log_context(request, run),
        "n_readable": n_readable(run),
        "most_looked_at": MOST_LOOKED_AT,
        **page_of_pairs(request.GET, run, principles),
    }
    return render(request, "training/preference_run.html", context)


def options_of(principles: dict[int, Principle]) -> list[tuple[int, str]]:
    """Principles to choose from: each number with the beginning of its text."""
    return [(position, Truncator(principle.text).chars(70)) for position, principle in principles.items()]


def page_of_pairs(
    asked: Mapping[str, str], run: GenerationRun, principles: dict[int, Principle]
) -> dict[str, Any]:
    """One page of the pairs that pass the filters; what is no filter is passed over."""
    only = asked.get("only", "")
    principle = number_in(asked, "principle") if number_in(asked, "principle") in principles else None
    number = max(1, number_in(asked, "page"))
    start = (number - 1) * PAIRS_PER_PAGE
    looked_at = islice(pairs_here(run), MOST_LOOKED_AT)
    chosen = (pair for pair in looked_at if is_shown(pair, principle=principle, only=only))
    pairs = list(islice(chosen, start, start + PAIRS_PER_PAGE + 1))
    return {
        "pairs": [shown_pair(pair, principles) for pair in pairs[:PAIRS_PER_PAGE]],
        "number": number,
        "start": start,
        "has_next": len(pairs) > PAIRS_PER_PAGE,
        "chosen_principle": principle,
        "only": only if only in FILTERS else "",
    }


def number_in(asked: Mapping[str, str], name: str) -> int:
    """A number from the address, or 0 where there is none."""
    text = asked.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


@require_GET
@login_required
def agreement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show how far orders, judges and people agree, and whether labels mean what they say."""
    run = get_preference_run(pk)
    figures = report_or_queue(run) if is_here(run) else None
    people = people_figures(labels_of(run))
    texts = {principle.position: principle.text for principle in principles_of(run).values()}
    curve_page = Paginator(run.calibrations.all(), CURVES_PER_PAGE).get_page(request.GET.get("curves"))
    context: dict[str, Any] = {
        "run": run,
        "figures": figures,
        "is_here": is_here(run),
        "people": people,
        "with_run": agreement_row("People and the run", people["with_run"]),
        "between_people": [
            agreement_row(f"Person {row['first']} and person {row['second']}", row["agreement"])
            for row in people["between_people"]
        ],
        "calibration": shown_calibration(people["calibration"]),
        "curve_page": curve_page,
        "stored": [shown_stored(stored) for stored in curve_page],
        "methods": LabelCalibration.Method.choices,
        "may_change": may_change(request.user, run),
    }
    if figures:
        context |= shown_figures(figures)
        principle_page = paged(figures["principles"], request.GET.get("principles"))
        context["principle_page"] = principle_page
        context["by_principle"] = [principle_row(row, people, texts) for row in principle_page]
    return render(request, "training/agreement.html", context)


@require_POST
@login_required
def calibrate(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Fit a curve to people's labels and keep it."""
    run = get_preference_run(pk, by=request.user)
    try:
        fit_calibration(run=run, method=request.POST.get("method", ""), by=request.user)
    except (TooFewLabels, ValueError) as error:
        messages.error(request, str(error))
    return redirect("training:agreement", pk=run.pk)


def principles_of(run: GenerationRun) -> dict[int, Principle]:
    """The constitution's principles by position, with the statements behind them."""
    rows = run.constitution.principles.prefetch_related("sources__statement")
    return {principle.position: principle for principle in rows}


def is_here(run: GenerationRun) -> bool:
    """Whether the run's files are on this machine."""
    return all((run_folder(run) / log["samples"]).is_file() for log in finished_logs(run))


def pairs_here(run: GenerationRun) -> Any:
    """The pairs, or none where the run's files are kept elsewhere."""
    return iterate_pairs(run) if is_here(run) else iter(())


def shown_figures(figures: dict[str, Any]) -> dict[str, Any]:
    """The run's own figures as rows of tables."""
    return {
        "orders": [orders_row(row["judge"], row) | row for row in figures["judges"]],
        "all_orders": orders_row("All judges", figures["orders"]),
        "between_judges": [
            agreement_row(f"{row['first']} and {row['second']}", row["agreement"])
            for row in figures["between_judges"]
        ],
    }


def principle_row(row: dict[str, Any], people: dict[str, Any], texts: dict[int, str]) -> dict[str, Any]:
    """One principle's figures as a row of the table."""
    return (
        orders_row(texts.get(row["id"], ""), row)
        | {"id": row["id"], "n_pairs": row["n_pairs"], "n_ties": row["n_ties"]}
        | {"certainty": in_words(row["certainty"])}
        | {"people": people_cell(people, row["id"])}
    )


def people_cell(people: dict[str, Any], principle: int) -> dict[str, Any] | None:
    told = people["by_principle"].get(principle)
    return agreement_row("", told) if told and told["n"] else None


def shown_calibration(figures: dict[str, Any] | None) -> dict[str, Any] | None:
    """Calibration figures with their drawing."""
    if figures is None:
        return None
    measures = {name: interval_of(figures[name]) for name in ("accuracy", "brier", "ece")}
    filled = [bin for bin in figures["bins"] if bin["n"]]
    label = sum(bin["n"] * bin["label"] for bin in filled) / figures["n"]
    share = sum(bin["n"] * bin["share"] for bin in filled) / figures["n"]
    parts = {name: in_words(value) for name, value in figures["parts"].items()}
    shown = {"n": figures["n"], "n_prompts": figures["n_prompts"], "parts": parts, "bins": filled}
    mean = {"label": 100 * label, "share": 100 * share}
    return measures | shown | mean | {"drawing": reliability_diagram(figures)}


def shown_stored(stored: LabelCalibration) -> dict[str, Any]:
    """A stored curve with its figures before and after, on the labels held out."""
    rows = [
        {
            "name": name,
            "before": interval_of(stored.figures["before"][key]),
            "after": interval_of(stored.figures["after"][key]),
        }
        for key, name in (
            ("ece", "Expected calibration error"),
            ("brier", "Brier score"),
            ("accuracy", "Accuracy"),
        )
    ]
    return {"calibration": stored, "rows": rows, "slope": stored.parameters.get("slope")}
