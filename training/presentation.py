"""Runs and samples as pages show them: in words, with the principle beside what it shaped."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from constitution.models import Principle
from training.budget import MICROS, left_of
from training.critique.flags import FLAG_WORDS
from training.estimate import duration, seconds_left
from training.models import GenerationRun
from training.prices import find_price
from training.samples import RevisedSample
from training.services import is_claimed

STATUS_WORDS = {
    "queued": "Waiting",
    "running": "Running",
    "paused": "Paused",
    "canceled": "Canceled",
    "finished": "Finished",
    "failed": "Stopped",
}
STATUS_TAGS = {
    "Waiting": "pending",
    "Running": "open",
    "Paused": "pending",
    "Canceled": "closed",
    "Finished": "accepted",
    "Stopped": "failed",
}
STEP_STATUS_WORDS = {
    "empty": "The model wrote nothing.",
    "cut": "Cut off at the length limit, so not taken over.",
    "blocked": "Withheld by the provider's filter.",
    "critique_as_revision": "A critique instead of a revision, so not taken over.",
    "unchanged": "The same as before.",
}


@dataclass(frozen=True)
class ShownRun:
    """A run with the words for how it stands."""

    run: GenerationRun
    status: str
    tag: str
    is_moving: bool
    is_broken_off: bool
    cost: float | None
    time_left: str
    budget: str

    @property
    def may_pause(self) -> bool:
        return self.is_moving

    @property
    def may_resume(self) -> bool:
        return self.status in ("Paused", "Canceled", "Stopped")

    @property
    def may_cancel(self) -> bool:
        return self.status in ("Waiting", "Running", "Paused", "Stopped")


@dataclass(frozen=True)
class ShownStep:
    """One text of the dialogue, with a remark when it could not be used as it was."""

    name: str
    text: str
    remark: str


@dataclass(frozen=True)
class ShownRound:
    """A critique and a revision, and the principle behind both."""

    number: int
    position: int
    principle: str
    steps: list[ShownStep]


@dataclass(frozen=True)
class ShownSample:
    """One prompt's dialogue from first answer to final one."""

    prompt: str
    tags: tuple[str, ...]
    flags: list[str]
    answer: ShownStep
    rounds: list[ShownRound]
    final: str


def shown_run(run: GenerationRun) -> ShownRun:
    """Say how a run stands; one marked running that no process holds was broken off (a query)."""
    is_running = run.status == GenerationRun.Status.RUNNING
    is_broken_off = is_running and not is_claimed(run)
    status = "Stopped" if is_broken_off else STATUS_WORDS[run.status]
    is_moving = status in ("Waiting", "Running")
    left = seconds_left(run, time.time())
    return ShownRun(
        run=run,
        status=status,
        tag=STATUS_TAGS[status],
        is_moving=is_moving,
        is_broken_off=is_broken_off,
        cost=None if find_price(run.model) is None else run.cost_micros / MICROS,
        time_left=duration(left) if left is not None and is_moving else "",
        budget=left_of(run),
    )


def shown_sample(sample: RevisedSample, principles: Mapping[int, Principle]) -> ShownSample:
    """Group a sample's steps by round, each with its principle's text."""
    rounds = groupby(sample.steps[1:], key=lambda step: (step["round"], step["principle"]))
    return ShownSample(
        prompt=sample.prompt,
        tags=sample.tags,
        flags=[FLAG_WORDS[flag] for flag in sample.flags],
        answer=shown_step(sample.answer),
        rounds=[
            ShownRound(number, position, principles[position].text, [shown_step(step) for step in steps])
            for (number, position), steps in rounds
        ],
        final=sample.final_text,
    )


def shown_step(step: dict[str, Any]) -> ShownStep:
    name = {"answer": "First answer", "critique": "Critique", "revision": "Revision"}[step["step"]]
    return ShownStep(name, step["text"], STEP_STATUS_WORDS.get(step["status"], ""))
