"""What a model wrote, sample by sample: taken once from Inspect's log, then read as plain JSON Lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.folders import iterate_lines

READABLE = ("ok", "unchanged")


@dataclass(frozen=True)
class RevisedSample:
    """One prompt with its answer, critiques and revisions."""

    id: str
    prompt: str
    prompt_id: str
    source_id: str
    tags: tuple[str, ...]
    steps: tuple[dict[str, Any], ...]
    flags: tuple[str, ...]

    @property
    def answer(self) -> dict[str, Any]:
        return self.steps[0]

    @property
    def last_revision(self) -> dict[str, Any] | None:
        """The revision that stands at the end: the last one that could be read and was taken over."""
        return final_step(self.steps)

    @property
    def final_text(self) -> str:
        return self.last_revision["text"] if self.last_revision else ""

    def has_failed(self) -> bool:
        """Whether nothing can be made of this sample: no answer, or no revision that could be read."""
        return not self.answer["text"] or self.last_revision is None


def is_readable_revision(step: Mapping[str, Any]) -> bool:
    return step["step"] == "revision" and step["status"] in READABLE


def final_step(steps: Sequence[Any]) -> Any:
    """The last revision that could be read and that no judge kept from being taken over, or None."""
    taken = (step for step in reversed(steps) if is_readable_revision(step) and step.get("is_kept", True))
    return next(taken, None)


def read_samples(path: Path) -> Iterator[RevisedSample]:
    """Yield the samples of one file, one at a time."""
    return map(to_sample, iterate_lines(path))


def to_sample(row: dict[str, Any]) -> RevisedSample:
    return RevisedSample(
        id=row["sample_id"],
        prompt=row["prompt"],
        prompt_id=row["prompt_id"],
        source_id=row["source_id"],
        tags=tuple(row["tags"]),
        steps=tuple(row["steps"]),
        flags=tuple(row["flags"]),
    )
