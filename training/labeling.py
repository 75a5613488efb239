"""People label a sample of pairs: which pairs, which one next, and what was said."""

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from random import Random

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from training.models import GenerationRun, LabelItem, LabelSheet, PairLabel
from training.preferences import PreferencePair, iterate_pairs
from training.results import n_readable

N_ITEMS = 100
N_CORE = 30
MOST_LOOKED_AT = 10_000
CERTAINTIES = ("least sure", "in between", "most sure")


class NothingToLabel(Exception):
    """The run is not finished, or holds no pair with two different answers and a label."""


@dataclass(frozen=True)
class Candidate:
    """A pair that may be drawn, known by its id; `certainty` is the label's distance from one half."""

    id: str
    principle: int
    certainty: float


@dataclass(frozen=True)
class Progress:
    """How far one person is."""

    n_done: int
    n_items: int
    n_core_left: int


def draw_sheet(
    *, run: GenerationRun, n_items: int = N_ITEMS, n_core: int = N_CORE, seed: int = 0, by: User | None = None
) -> LabelSheet:
    """Draw the sample that people label, or return the one drawn before (reads the run's pairs twice)."""
    drawn_before = LabelSheet.objects.filter(run=run).first()
    if drawn_before is not None:
        return drawn_before
    if not 1 <= n_core <= n_items:
        raise ValueError(f"the core must be between 1 and {n_items} pairs, not {n_core}")
    if run.status != GenerationRun.Status.FINISHED:
        raise NothingToLabel(
            f"Run {run.pk} is not finished: the sample is drawn once, from all of its pairs."
        )
    wanted = random_part(seed, MOST_LOOKED_AT / max(n_readable(run), 1))
    strata = draw_strata(candidates_of(iterate_pairs(run, wanted=wanted)), n_items, Random(seed))
    if not strata:
        raise NothingToLabel(f"Run {run.pk} holds no pair of different answers with a label.")
    drawn = {pair.id: pair for pair in iterate_pairs(run, wanted=wanted) if pair.id in strata}
    with transaction.atomic():
        sheet, is_new = LabelSheet.objects.get_or_create(
            run=run, defaults={"seed": seed, "n_core": min(n_core, len(strata)), "created_by": by}
        )
        if is_new:
            rows = enumerate(strata.items(), start=1)
            LabelItem.objects.bulk_create(
                make_item(sheet, position, drawn[id], stratum) for position, (id, stratum) in rows
            )
    return sheet


def random_part(seed: int, share: float) -> Callable[[str], bool]:
    """Of a large run a random part of the samples, the same for one seed, so that drawing takes seconds."""
    limit = min(share, 1.0) * 2**32
    return lambda sample_id: zlib.crc32(f"{seed}/{sample_id}".encode()) < limit


def candidates_of(pairs: Iterable[PreferencePair]) -> list[Candidate]:
    """The pairs worth a person's time: with a label, and two different answers."""
    return [
        Candidate(pair.id, pair.principle_ids[0], pair.label - 0.5)
        for pair in pairs
        if pair.label is not None and pair.status != "identical"
    ]


def draw_strata(candidates: Sequence[Candidate], n: int, draw: Random) -> dict[str, str]:
    """Draw ids in random order, as evenly as they last from every principle and third of certainty.

    Rounds go through the strata in a random order of their own, so that any beginning of the sample is
    itself spread over them. Returns each drawn id with its stratum's name.
    """
    strata: dict[str, list[str]] = defaultdict(list)
    ranked = sorted(candidates, key=lambda candidate: (candidate.certainty, candidate.id))
    for rank, candidate in enumerate(ranked):
        third = CERTAINTIES[3 * rank // len(ranked)]
        strata[f"principle {candidate.principle}, {third}"].append(candidate.id)
    for name in sorted(strata):
        draw.shuffle(strata[name])
    drawn: dict[str, str] = {}
    while len(drawn) < n and strata:
        for name in draw.sample(sorted(strata), len(strata)):
            drawn[strata[name].pop()] = name
            if not strata[name]:
                del strata[name]
    return dict(list(drawn.items())[:n])


def make_item(sheet: LabelSheet, position: int, pair: PreferencePair, stratum: str) -> LabelItem:
    """A pair as a person is shown it, with its answers in the order they were written."""
    answers = (pair.chosen, pair.rejected) if pair.first_is_chosen else (pair.rejected, pair.chosen)
    label = pair.label or 0.5
    return LabelItem(
        sheet=sheet,
        position=position,
        pair_id=pair.id,
        prompt_id=pair.prompt_id,
        prompt=pair.prompt,
        first=answers[0].text,
        second=answers[1].text,
        principle_ids=list(pair.principle_ids),
        stratum=stratum,
        label=label if pair.first_is_chosen else 1 - label,
    )


def first_stands_left(item: LabelItem, labeler: User) -> bool:
    """On which side the earlier answer stands: by chance, but always the same for one person."""
    told = f"{item.pair_id}/{labeler.pk}/{item.sheet.seed}"
    return sha256(told.encode()).digest()[0] % 2 == 0


def next_item(sheet: LabelSheet, labeler: User) -> LabelItem | None:
    """The core in its order; then whichever pair the fewest people have labeled."""
    open_items = sheet.items.exclude(labels__labeler=labeler).select_related("sheet")
    core = open_items.filter(position__lte=sheet.n_core).first()
    return core or open_items.annotate(n_labels=Count("labels")).order_by("n_labels", "position").first()


def last_label(sheet: LabelSheet, labeler: User) -> PairLabel | None:
    """What this person said last, to be looked at again or taken back."""
    said = PairLabel.objects.filter(item__sheet=sheet, labeler=labeler).select_related("item__sheet")
    return said.order_by("-labeled_at", "-pk").first()


def save_label(*, item: LabelItem, labeler: User, choice: str) -> PairLabel:
    """Keep what a person says of a pair; saying it again, or something else, leaves one label."""
    if choice not in PairLabel.Choice.values:
        raise ValueError(f"a label is one of {', '.join(PairLabel.Choice.values)}, not {choice!r}")
    label, _ = PairLabel.objects.update_or_create(
        item=item,
        labeler=labeler,
        defaults={
            "choice": choice,
            "first_stood_left": first_stands_left(item, labeler),
            "labeled_at": timezone.now(),
        },
    )
    return label


def withdraw_label(*, item: LabelItem, labeler: User) -> bool:
    """Take a label back; the pair is offered again."""
    n_deleted, _ = PairLabel.objects.filter(item=item, labeler=labeler).delete()
    return n_deleted > 0


def progress_of(sheet: LabelSheet, labeler: User) -> Progress:
    """How many pairs this person has labeled, and how many of the shared ones are left."""
    positions = PairLabel.objects.filter(item__sheet=sheet, labeler=labeler).values_list(
        "item__position", flat=True
    )
    n_core_done = sum(position <= sheet.n_core for position in positions)
    return Progress(len(positions), sheet.items.count(), sheet.n_core - n_core_done)


def principles_of(item: LabelItem, texts: Iterable[tuple[int, str]]) -> list[str]:
    """The sentences a pair is compared under."""
    known = dict(texts)
    return [known[id] for id in item.principle_ids if id in known]
