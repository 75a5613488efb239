"""A run's labels beside people's: agreement, calibration, and a curve that brings them nearer."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import combinations
from typing import Any

import numpy as np
from django.contrib.auth.models import User

from training.agreement import FloatArray, agreement_of, bootstrap_by_prompt
from training.calibration import (
    N_BINS,
    Bin,
    accuracy,
    brier_parts,
    brier_score,
    expected_calibration_error,
    fit_isotonic,
    fit_temperature,
    recalibrate,
    reliability_bins,
    wilson_interval,
)
from training.models import GenerationRun, LabelCalibration, PairLabel

LEAST_LABELS = 20
# A hundred people make five thousand couples, and each takes some milliseconds.
MOST_COUPLES = 25
Figures = dict[str, Any]
Couple = tuple[int, int, list[tuple[str, bool, bool]]]


class TooFewLabels(Exception):
    """Not enough labels by people to fit a curve on some and measure it on others."""


@dataclass(frozen=True)
class Said:
    """One person's label beside the run's: both about the pair's earlier answer."""

    item: int
    labeler: int
    prompt: str
    principles: tuple[int, ...]
    choice: str
    label: float

    def is_decided(self) -> bool:
        """Whether the person chose one of both answers."""
        return self.choice in (PairLabel.Choice.FIRST, PairLabel.Choice.SECOND)

    @property
    def chose_first(self) -> bool:
        return self.choice == PairLabel.Choice.FIRST

    @property
    def certainty(self) -> float:
        """The run's label for the answer it prefers, 0.5 to 1."""
        return max(self.label, 1 - self.label)

    @property
    def outcome(self) -> int:
        """1 where the person chose the answer the run prefers."""
        return int(self.chose_first == (self.label >= 0.5))


def labels_of(run: GenerationRun) -> list[Said]:
    """All that people said of a run's pairs, in a fixed order."""
    rows = PairLabel.objects.filter(item__sheet__run=run).select_related("item").order_by("item", "labeler")
    return [
        Said(
            item=row.item_id,
            labeler=row.labeler_id,
            prompt=row.item.prompt_id,
            principles=tuple(row.item.principle_ids),
            choice=row.choice,
            label=row.item.label,
        )
        for row in rows
    ]


def people_figures(said: Sequence[Said]) -> Figures:
    """How people agree with the run and with each other; `None` where too little was said."""
    decided = [each for each in said if each.is_decided()]
    principles = sorted({id for each in said for id in each.principles})
    couples = couples_of(decided)
    return {
        "n_labels": len(said),
        "n_people": len({each.labeler for each in said}),
        "n_same": sum(each.choice == PairLabel.Choice.SAME for each in said),
        "n_unsure": sum(each.choice == PairLabel.Choice.UNSURE for each in said),
        "with_run": asdict(agreement_of(with_run(decided))),
        "by_principle": {
            id: asdict(agreement_of(with_run([each for each in decided if id in each.principles])))
            for id in principles
        },
        "n_couples": len(couples),
        "between_people": between_people(couples[:MOST_COUPLES]),
        "calibration": calibration_figures(decided) if decided else None,
    }


def with_run(decided: Iterable[Said]) -> Iterable[tuple[str, bool, bool]]:
    """(prompt, the run prefers the earlier answer, the person does), where the run prefers either."""
    return ((each.prompt, each.label > 0.5, each.chose_first) for each in decided if each.label != 0.5)


def couples_of(decided: Sequence[Said]) -> list[Couple]:
    """Each two people who both decided some pairs, those with most in common first; numbered, not named."""
    people = sorted({each.labeler for each in decided})
    choices = {person: {each.item: each for each in decided if each.labeler == person} for person in people}
    found = []
    for (a, first), (b, second) in combinations(enumerate(people, start=1), 2):
        common = sorted(choices[first].keys() & choices[second].keys())
        both = ((choices[first][item], choices[second][item]) for item in common)
        if common:
            found.append((a, b, [(one.prompt, one.chose_first, other.chose_first) for one, other in both]))
    return sorted(found, key=lambda couple: -len(couple[2]))


def between_people(couples: Iterable[Couple]) -> list[Figures]:
    """How far each two people agree over the pairs that both decided."""
    return [
        {"first": first, "second": second, "agreement": asdict(agreement_of(told))}
        for first, second, told in couples
    ]


def calibration_figures(decided: Sequence[Said], labels: FloatArray | None = None) -> Figures:
    """Brier score, calibration error, accuracy and bins, of the run's labels or of recalibrated ones.

    Intervals draw prompts anew.
    """
    p = np.array([each.certainty for each in decided]) if labels is None else labels
    y = np.array([each.outcome for each in decided], dtype=np.float64)
    bins = reliability_bins(p, y)
    tallies = tally_by_prompt(p, y, [each.prompt for each in decided])
    return {
        "n": len(decided),
        "n_prompts": len(tallies),
        "accuracy": with_interval(accuracy(p, y), tallies, lambda sums: sums[:, 1] / sums[:, 0]),
        "brier": with_interval(brier_score(p, y), tallies, lambda sums: sums[:, 2] / sums[:, 0]),
        "ece": with_interval(expected_calibration_error(bins), tallies, ece_of_sums),
        "parts": asdict(brier_parts(p, y)),
        "bins": [bin_figures(bin) for bin in bins],
    }


def bin_figures(bin: Bin) -> Figures:
    """A bin with the bounds of its share."""
    if bin.share is None:
        return asdict(bin) | {"low_share": None, "high_share": None}
    low, high = wilson_interval(bin.share * bin.n, bin.n)
    return asdict(bin) | {"low_share": low, "high_share": high}


def tally_by_prompt(p: FloatArray, y: FloatArray, prompts: Sequence[str]) -> FloatArray:
    """Per prompt: labels, right ones, squared differences, then label minus outcome in each bin."""
    edges = np.linspace(0.5, 1, N_BINS + 1)
    place = np.clip(np.searchsorted(edges, p, side="left") - 1, 0, N_BINS - 1)
    gaps = np.where(place[:, None] == np.arange(N_BINS), (p - y)[:, None], 0.0)
    right = np.where(p == 0.5, 0.5, y)
    rows = np.column_stack([np.ones_like(p), right, (p - y) ** 2, gaps])
    names, index = np.unique(np.asarray(prompts, dtype=str), return_inverse=True)
    sums = np.zeros((len(names), rows.shape[1]))
    np.add.at(sums, index, rows)
    return sums


def ece_of_sums(sums: FloatArray) -> FloatArray:
    """The expected calibration error of summed tallies: Σ over bins |Σ(p − y)| / n."""
    error: FloatArray = np.abs(sums[:, 3:]).sum(axis=1) / sums[:, 0]
    return error


def with_interval(value: float, tallies: FloatArray, statistic: Any) -> Figures:
    low, high = bootstrap_by_prompt(tallies, statistic)
    return {"value": value, "low": low, "high": high}


def fit_calibration(
    *, run: GenerationRun, method: str, seed: int = 0, by: User | None = None
) -> LabelCalibration:
    """Fit a curve on half of the labeled prompts, measure it on the other half, and keep both."""
    if method not in LabelCalibration.Method.values:
        raise ValueError(f"a method is one of {', '.join(LabelCalibration.Method.values)}, not {method!r}")
    decided = [each for each in labels_of(run) if each.is_decided()]
    fitted_on = [each for each in decided if is_for_fitting(each.prompt, seed)]
    held_out = [each for each in decided if not is_for_fitting(each.prompt, seed)]
    if len(decided) < LEAST_LABELS or not fitted_on or not held_out:
        raise TooFewLabels(
            f"A curve needs at least {LEAST_LABELS} labels in which people chose an answer, over several "
            f"prompts; there are {len(decided)}."
        )
    parameters = fit_curve(method, fitted_on)
    labels = recalibrate([each.certainty for each in held_out], parameters)
    return LabelCalibration.objects.create(
        run=run,
        method=method,
        parameters=parameters,
        seed=seed,
        n_fitted=len(fitted_on),
        n_held_out=len(held_out),
        figures={"before": calibration_figures(held_out), "after": calibration_figures(held_out, labels)},
        created_by=by,
    )


def fit_curve(method: str, said: Sequence[Said]) -> Figures:
    """The curve as `recalibrate` takes it."""
    labels, outcomes = [each.certainty for each in said], [each.outcome for each in said]
    if method == LabelCalibration.Method.TEMPERATURE:
        return {"method": "temperature", "slope": fit_temperature(labels, outcomes)}
    x, y = fit_isotonic(labels, outcomes)
    return {"method": "isotonic", "x": x, "y": y}


def is_for_fitting(prompt: str, seed: int) -> bool:
    """Half of the prompts, by chance; all labels of one prompt stay together."""
    return sha256(f"{seed}/{prompt}".encode()).digest()[0] % 2 == 0
