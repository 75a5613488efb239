"""Runs as pages show them: how each stands, in words."""

import time
from dataclasses import dataclass

from training.budget import MICROS, left_of
from training.estimate import duration, seconds_left
from training.models import GenerationRun
from training.prices import find_price
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
