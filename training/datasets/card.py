"""The dataset card: what a reader must know before training on a dataset; it holds no clock."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

from constitution.models import Constitution
from training.datasets.rows import FORMATS
from training.datasets.splitting import HELD_OUT
from training.datasets.tally import Tally
from training.datasets.tracing import RULES, Provenance
from training.models import GenerationRun
from voting.models import Participant

if TYPE_CHECKING:
    from training.datasets.writing import ExportOptions


def write_card(
    path: Path, run: GenerationRun, options: "ExportOptions", tally: Tally, provenance: Provenance
) -> None:
    """Write README.md from its template."""
    context = {
        "run": run,
        "is_revision": run.kind == GenerationRun.Kind.REVISION,
        "constitution": run.constitution,
        "format": options.format,
        "is_of_pairs": FORMATS[options.format].is_of_pairs,
        "keeps_ties": FORMATS[options.format].keeps_ties,
        "options": options,
        "has_held_out": tally.rows_by_split[HELD_OUT] > 0,
        "n_held_out": tally.rows_by_split[HELD_OUT],
        "tally": tally,
        "n_dropped": sum(tally.dropped.values()),
        "withdrawal_rule": RULES.get(options.without_withdrawn, ""),
        "provenance": provenance,
        "principles": principle_counts(run.constitution, tally, provenance),
        "prompts_from": one_line(run.prompts_from),
        "consents": consents_of(run.constitution),
        "sampling": sorted(run.parameters["sampling"].items()),
        **counts(tally),
    }
    path.write_text(render_to_string("training/card.md", context), encoding="utf-8")


def counts(tally: Tally) -> dict[str, Any]:
    """The tally's numbers as the card shows them."""
    n_items, n_pairs = max(tally.n_items, 1), max(tally.n_pairs, 1)
    return {
        "dropped": sorted(tally.dropped.items()),
        "flags": sorted(tally.flags.items()),
        "verdicts": by_count(tally.verdicts),
        "tags": sorted(tally.tags.items()),
        "languages": by_count(tally.languages),
        "sources": sorted(tally.items_by_source.items()),
        "helpful_percent": round(100 * tally.helpful_share, 1),
        "mean_chosen": tally.length_of_chosen // n_items,
        "mean_rejected": tally.length_of_rejected // n_pairs,
        "longer_share": 100 * tally.n_longer // n_pairs,
    }


def by_count(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))


def principle_counts(
    constitution: Constitution, tally: Tally, provenance: Provenance
) -> list[tuple[int, str, str, int]]:
    """Each principle with its statements and how often it shaped an item, those that shaped none included."""
    return [
        (
            row.position,
            one_line(row.text),
            ", ".join(map(str, provenance.sources.get(row.position, ()))),
            tally.principles[row.position],
        )
        for row in constitution.principles.order_by("position")
    ]


def consents_of(constitution: Constitution) -> list[dict[str, Any]]:
    """Each consent text of the conversation with how many of its present participants agreed to it."""
    conversation = constitution.conversation
    people = Participant.objects.filter(conversation=conversation)
    found = [
        {"version": text.version, "text": text.text, "n_people": people.filter(consent=text).count()}
        for text in conversation.consent_texts.order_by("version")
    ]
    n_without = people.filter(consent=None).count()
    return [*found, {"version": None, "text": "", "n_people": n_without}] if n_without else found


def one_line(text: str) -> str:
    """Text that cannot break out of a table cell."""
    return " ".join(text.split()).replace("|", "\\|")
