"""The dataset card: what a reader must know before training on a dataset; it holds no clock."""

from pathlib import Path
from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from constitution.models import Constitution
from training.models import GenerationRun

if TYPE_CHECKING:
    from training.datasets import Tally


def write_card(path: Path, run: GenerationRun, format: str, tally: "Tally") -> None:
    """Write README.md from its template."""
    n_rows = max(tally.n_rows, 1)
    context = {
        "run": run,
        "constitution": run.constitution,
        "format": format,
        "tally": tally,
        "n_dropped": sum(tally.dropped.values()),
        "dropped": sorted(tally.dropped.items()),
        "principles": principle_counts(run.constitution, tally),
        "flags": sorted(tally.flags.items()),
        "tags": sorted(tally.tags.items()),
        "sampling": sorted(run.parameters["sampling"].items()),
        "mean_chosen": tally.length_of_chosen // n_rows,
        "mean_rejected": tally.length_of_rejected // n_rows,
        "longer_share": 100 * tally.n_longer // n_rows,
    }
    path.write_text(render_to_string("training/card.md", context), encoding="utf-8")


def principle_counts(constitution: Constitution, tally: "Tally") -> list[tuple[int, str, int]]:
    """Each principle with how many revisions it shaped, those that shaped none included."""
    rows = constitution.principles.order_by("position")
    return [(row.position, one_line(row.text), tally.principles[row.position]) for row in rows]


def one_line(text: str) -> str:
    """Text that cannot break out of a table cell."""
    return " ".join(text.split()).replace("|", "\\|")
