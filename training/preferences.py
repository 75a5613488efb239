"""Preference pairs: what a preference run found, read one pair at a time.

`iterate_pairs` is the one way to read them; datasets, pages and reports are all made from it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from training.calibration import recalibrate
from training.comparisons import name_of
from training.models import GenerationRun
from training.providers import is_rehearsal
from training.results import iterate_rows
from training.soft_labels import (
    Judgement,
    LabelStatus,
    SoftLabel,
    average_judgements,
    identical_label,
    is_tie,
)


@dataclass(frozen=True)
class JudgedAnswer:
    """One answer as it stands in a pair: its text, who wrote it, and whether it refuses to help.

    `status` is "ok" or "cut" (at the length limit). `origin` says where it comes from: "sampled", or the step
    of an earlier run ("answer", "revision 4").
    """

    text: str
    model: str
    status: str
    refuses: bool
    origin: str


@dataclass(frozen=True)
class PreferencePair:
    """A prompt with two answers, which of them is better, and all that decided it.

    Fields
    ------
    id : digest of sample and answers; the same pair keeps it in every reading
    run_id, sample_id, prompt_id, source_id, tags : where it stands, as in every result row
    prompt : the user's request
    chosen, rejected : the answers, by the label; never assumed from where they come from. Where there is no
        label (`label` is None) or none is better (`identical`), they stand in the order they were written in.
    first_is_chosen : whether `chosen` is the earlier of the two answers
    label : probability that `chosen` is the better one, 0.5 to 1; None when no judge's word could be read
    weight : 1.0 where the pair can be learned from; 0.0 for ties and where the label is missing
    status : ok · tie (within the run's margin of 0.5) · identical (the same text twice, never judged) ·
        refused (a judge declined) · unread (no judge could be understood in both orders)
    labels_by_order : `label` when `chosen` stood first and when it stood second; None like `label`
    position_effect : the first of these minus the second, −1 to 1; above 0, standing first helped
    labels_by_judge, labels_by_principle : `label` by each judge, and under each principle (by its id)
    judgements : every single one, in the order asked, with those that could not be read
    principle_ids : the principles it was judged under, whether or not the judgement could be read
    judges : the judges' model names, with “, given the constitution” where that was their system prompt
    label_source : "log-probabilities", "samples (5)", both joined by " and ", or "" when nothing was read
    is_clamped : judged after step-by-step reasoning, so every single label lies within 0.4 and 0.6
    constitution_sha256, model, seed, sampling : what shaped it (`model` wrote the answers where they have no
        other `model` of their own)
    is_rehearsal : prepared answers or a prepared judge; nobody should train on it
    calibration : how `label` was brought nearer to people's ("temperature" or "isotonic"), or "" where it is
        as the judges gave it; the labels by order, judge and principle always are
    """

    id: str
    run_id: str
    sample_id: str
    prompt_id: str
    source_id: str
    tags: tuple[str, ...]
    prompt: str
    chosen: JudgedAnswer
    rejected: JudgedAnswer
    first_is_chosen: bool
    label: float | None
    weight: float
    status: str
    labels_by_order: tuple[float, float] | None
    position_effect: float | None
    labels_by_judge: Mapping[str, float]
    labels_by_principle: Mapping[int, float]
    judgements: tuple[Judgement, ...]
    principle_ids: tuple[int, ...]
    judges: tuple[str, ...]
    label_source: str
    is_clamped: bool
    constitution_sha256: str
    model: str
    seed: int
    sampling: Mapping[str, Any]
    is_rehearsal: bool
    calibration: str = ""

    def is_tie(self) -> bool:
        """Whether the answers are about equally good, or the same."""
        return self.status in (LabelStatus.TIE, LabelStatus.IDENTICAL)

    def orders_disagree(self) -> bool:
        """Whether the two orders of the options lead to different choices."""
        orders = self.labels_by_order
        return orders is not None and (orders[0] - 0.5) * (orders[1] - 0.5) < 0


def iterate_pairs(
    run: GenerationRun,
    *,
    calibration: Mapping[str, Any] | None = None,
    wanted: Callable[[str], bool] | None = None,
) -> Iterator[PreferencePair]:
    """Yield every pair of a preference run's finished shards, in the order of its prompts, one at a time.

    Ties and pairs without a label are among them: their weight is 0. `calibration` is the `parameters` of a
    LabelCalibration, applied to each label; a label that it brings within the tie margin becomes a tie.
    `wanted` says by a sample's id whether to look at it at all.
    """
    if run.kind != GenerationRun.Kind.PREFERENCE:
        raise ValueError(
            f"run {run.pk} is of the kind “{run.kind}”; only a preference run holds judged pairs"
        )
    for row in iterate_rows(run):
        if wanted is not None and not wanted(row["sample_id"]):
            continue
        for comparison in row["comparisons"]:
            pair = read_pair(run, row, comparison)
            yield pair if calibration is None else calibrated(pair, calibration, run.parameters["tie_margin"])


def calibrated(pair: PreferencePair, calibration: Mapping[str, Any], tie_margin: float) -> PreferencePair:
    """The pair with its label brought nearer to people's; chosen and rejected stay what they are."""
    if pair.label is None or pair.status == LabelStatus.IDENTICAL:
        return pair
    label = float(recalibrate([pair.label], calibration)[0])
    status = LabelStatus.TIE if is_tie(label, tie_margin) else LabelStatus.OK
    weight = float(status == LabelStatus.OK)
    return replace(pair, label=label, status=status.value, weight=weight, calibration=calibration["method"])


def count_labels(run: GenerationRun) -> Counter[str]:
    """How many pairs came out in which way."""
    return Counter(pair.status for pair in iterate_pairs(run))


def read_pair(run: GenerationRun, row: dict[str, Any], comparison: dict[str, Any]) -> PreferencePair:
    """Put one comparison of a result row together with the label that its judgements give."""
    judgements = tuple(Judgement(**judgement) for judgement in comparison["judgements"])
    first, second = (read_answer(row["answers"][comparison[side]]) for side in ("first", "second"))
    label = label_of(run, first, second, judgements)
    first_is_chosen = label.p_first is None or label.p_first >= 0.5
    judges = judges_of(run)
    return PreferencePair(
        id=pair_id(row, comparison),
        run_id=str(run.pk),
        **{name: row[name] for name in ("sample_id", "prompt_id", "source_id", "prompt")},
        tags=tuple(row["tags"]),
        chosen=first if first_is_chosen else second,
        rejected=second if first_is_chosen else first,
        first_is_chosen=first_is_chosen,
        label=turned(label.p_first, first_is_chosen),
        weight=label.weight,
        status=label.status.value,
        labels_by_order=labels_by_order(label, first_is_chosen),
        position_effect=label.position_effect,
        labels_by_judge={judge: turn(p, first_is_chosen) for judge, p in label.by_judge.items()},
        labels_by_principle={id: turn(p, first_is_chosen) for id, p in label.by_principle.items()},
        judgements=judgements,
        principle_ids=tuple(comparison["principles"]),
        judges=judges,
        label_source=label_source(judgements),
        is_clamped=bool(run.parameters["reasoning"]),
        constitution_sha256=run.constitution_sha256,
        model=run.model,
        seed=run.parameters["seed"],
        sampling=run.parameters["sampling"],
        is_rehearsal=run.is_rehearsal or any(is_rehearsal(judge) for judge in judges),
    )


def judges_of(run: GenerationRun) -> tuple[str, ...]:
    """The judges' names; without any named, the run's own model judges."""
    return tuple(name_of(judge) for judge in run.parameters["judges"]) or (run.model,)


def read_answer(answer: dict[str, Any]) -> JudgedAnswer:
    return JudgedAnswer(**{name: answer[name] for name in JudgedAnswer.__dataclass_fields__})


def label_of(
    run: GenerationRun, first: JudgedAnswer, second: JudgedAnswer, judgements: tuple[Judgement, ...]
) -> SoftLabel:
    if first.text == second.text:
        return identical_label()
    return average_judgements(judgements, tie_margin=run.parameters["tie_margin"])


def pair_id(row: dict[str, Any], comparison: dict[str, Any]) -> str:
    """A digest of the sample and of the places of both answers."""
    told = f"{row['sample_id']}/{comparison['first']}/{comparison['second']}"
    return sha256(told.encode()).hexdigest()[:24]


def turn(p: float, first_is_chosen: bool) -> float:
    """A probability that the first answer is better, as one that the chosen answer is."""
    return p if first_is_chosen else 1 - p


def turned(p: float | None, first_is_chosen: bool) -> float | None:
    return None if p is None else turn(p, first_is_chosen)


def labels_by_order(label: SoftLabel, first_is_chosen: bool) -> tuple[float, float] | None:
    """The chosen answer's probability when it stood first, and when it stood second."""
    if label.by_order is None:
        return None
    first_stood_first, first_stood_second = label.by_order
    if first_is_chosen:
        return first_stood_first, first_stood_second
    return 1 - first_stood_second, 1 - first_stood_first


def label_source(judgements: tuple[Judgement, ...]) -> str:
    """How the probabilities were come by, each way once."""
    return " and ".join(
        sorted({judgement.source for judgement in judgements if judgement.p_first is not None})
    )
