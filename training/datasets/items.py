"""What a run has to teach, one item at a time, before it takes the form of a format's rows."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from training.models import GenerationRun
from training.preferences import PreferencePair, iterate_pairs
from training.samples import RevisedSample, is_readable_revision
from training.services import iterate_samples

CONSTITUTION = "constitution"
HELPFUL = "helpful"
Message = dict[str, str]
Drop = Callable[[str], None]


@dataclass(frozen=True)
class Item:
    """A dialogue up to the answer, the better answer, perhaps a worse one, and where they come from.

    `label` is the probability that `chosen` is the better answer; `weight` is 0 where nothing can be learned
    from the comparison. `details` are the columns that say what made the row.
    """

    prompt: tuple[Message, ...]
    chosen: str
    rejected: str = ""
    label: float = 1.0
    weight: float = 1.0
    source: str = CONSTITUTION
    tags: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def request(self) -> str:
        """The first thing the user says: what split and language go by."""
        return next((message["content"] for message in self.prompt if message["role"] == "user"), "")

    @property
    def flags(self) -> tuple[str, ...]:
        return tuple(self.details.get("flags", ()))


def items_of(
    run: GenerationRun, drop: Drop, *, calibration: Mapping[str, Any] | None = None
) -> Iterator[Item]:
    """The items of a finished run; `drop` is told the reason for each sample that gives none."""
    if run.kind == GenerationRun.Kind.REVISION:
        return revision_items(run, drop)
    if run.kind == GenerationRun.Kind.PREFERENCE:
        return preference_items(run, drop, calibration)
    raise ValueError(f"a {run.kind} run holds no training rows; only revision and preference runs do")


def revision_items(run: GenerationRun, drop: Drop) -> Iterator[Item]:
    """The final revision against the first answer, of each sample that has both."""
    for sample in iterate_samples(run):
        reason = reason_to_drop(sample)
        if reason:
            drop(reason)
            continue
        yield Item(
            prompt=({"role": "user", "content": sample.prompt},),
            chosen=sample.final_text,
            rejected=sample.answer["text"],
            tags=sample.tags,
            details=revision_details(sample, run),
        )


def reason_to_drop(sample: RevisedSample) -> str:
    """Why no row can be made of a sample, or nothing."""
    if not sample.answer["text"].strip():
        return "the first answer is empty"
    if sample.last_revision is None:
        has_some = any(map(is_readable_revision, sample.steps))
        return "no revision was worth keeping" if has_some else "no revision could be read"
    if not sample.final_text.strip():
        return "the revision is empty"
    if sample.final_text == sample.answer["text"]:
        return "the revision equals the first answer"
    return ""


def revision_details(sample: RevisedSample, run: GenerationRun) -> dict[str, Any]:
    """Which principles, constitution, model and settings made a row."""
    revision = sample.last_revision or {}
    revised = [step for step in sample.steps if is_readable_revision(step) and step["status"] == "ok"]
    revised = [step for step in revised if step.get("is_kept", True)]
    return {
        "principle_ids": [step["principle"] for step in revised],
        "constitution_sha256": run.constitution_sha256,
        "model": sample.answer["model"] or run.model,
        "seed": run.parameters["seed"],
        "sampling": json.dumps(run.parameters["sampling"], sort_keys=True),
        "step": revision.get("round", 0),
        "parse_status": "ok" if "unread_step" not in sample.flags else "some steps unread",
        "flags": list(sample.flags),
        "label_source": "",
        "verdict": (revision.get("verdict") or {}).get("result", ""),
        "source_prompt_id": sample.prompt_id,
        "source_prompt_name": sample.source_id,
        "sample_id": sample.id,
        "run_id": str(run.pk),
        "is_rehearsal": run.is_rehearsal,
    }


def preference_items(run: GenerationRun, drop: Drop, calibration: Mapping[str, Any] | None) -> Iterator[Item]:
    """The pairs that have a label; ties among them, with weight 0."""
    for pair in iterate_pairs(run, calibration=calibration):
        reason = reason_to_drop_pair(pair)
        if reason:
            drop(reason)
            continue
        yield Item(
            prompt=({"role": "user", "content": pair.prompt},),
            chosen=pair.chosen.text,
            rejected=pair.rejected.text,
            label=0.5 if pair.label is None else pair.label,
            weight=pair.weight,
            tags=pair.tags,
            details=pair_details(pair),
        )


def reason_to_drop_pair(pair: PreferencePair) -> str:
    """Why no row can be made of a pair, or nothing."""
    if pair.label is None:
        return "a judge declined" if pair.status == "refused" else "no judge's word could be read"
    if not pair.chosen.text.strip() or not pair.rejected.text.strip():
        return "an answer is empty"
    if pair.chosen.text == pair.rejected.text:
        return "both answers are the same"
    return ""


def pair_details(pair: PreferencePair) -> dict[str, Any]:
    """Which principles, constitution, models and settings made a row."""
    return {
        "principle_ids": list(pair.principle_ids),
        "constitution_sha256": pair.constitution_sha256,
        "model": pair.chosen.model or pair.model,
        "seed": pair.seed,
        "sampling": json.dumps(dict(pair.sampling), sort_keys=True),
        "step": 0,
        "parse_status": pair.status,
        "flags": pair_flags(pair),
        "label_source": label_source(pair),
        "verdict": "",
        "source_prompt_id": pair.prompt_id,
        "source_prompt_name": pair.source_id,
        "sample_id": pair.id,
        "run_id": pair.run_id,
        "is_rehearsal": pair.is_rehearsal,
    }


def label_source(pair: PreferencePair) -> str:
    """How the label was come by, and whether it was brought nearer to people's."""
    return f"{pair.label_source}, calibrated ({pair.calibration})" if pair.calibration else pair.label_source


def pair_flags(pair: PreferencePair) -> list[str]:
    """What a reader of the row should know about the comparison."""
    said = {
        "chosen_refuses": pair.chosen.refuses,
        "rejected_refuses": pair.rejected.refuses,
        "chosen_cut": pair.chosen.status == "cut",
        "rejected_cut": pair.rejected.status == "cut",
        "orders_disagree": pair.orders_disagree(),
        "label_clamped": pair.is_clamped,
    }
    return [name for name, is_so in said.items() if is_so]
