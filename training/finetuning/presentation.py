"""A fine-tuning as its page shows it: how it stands, how long it may take, what came of it."""

from dataclasses import dataclass
from typing import Any

from training.finetuning.curves import SHOWN, STAGE_WORDS, StageFigure, draw_stages
from training.finetuning.progress import ProgressReader, read_curves, read_tail
from training.finetuning.services import is_broken_off, places_of
from training.models import FineTuningRun

Status = FineTuningRun.Status
TAGS = {"queued": "pending", "running": "open", "paused": "draft", "finished": "accepted", "failed": "failed"}
LOG_LINES = 60


@dataclass(frozen=True)
class ShownFineTuning:
    """A fine-tuning with the words for how it stands and what may be done with it."""

    run: FineTuningRun
    status: str
    tag: str
    is_moving: bool
    may_pause: bool
    may_go_on: bool
    may_cancel: bool
    stage_words: str


def shown_finetuning(run: FineTuningRun) -> ShownFineTuning:
    """Say how a fine-tuning stands; one marked running that no process holds was broken off (a query)."""
    was_broken_off = is_broken_off(run)
    status = "Broken off" if was_broken_off else run.get_status_display()
    is_moving = run.status in (Status.QUEUED, Status.RUNNING) and not was_broken_off
    if run.wish and is_moving:
        status = "Pausing" if run.wish == FineTuningRun.Wish.PAUSE else "Being cancelled"
    return ShownFineTuning(
        run=run,
        status=status,
        tag="failed" if was_broken_off else TAGS.get(run.status, "closed"),
        is_moving=is_moving,
        may_pause=run.status == Status.RUNNING and is_moving and not run.wish,
        may_go_on=run.status in (Status.PAUSED, Status.FAILED) or was_broken_off,
        may_cancel=run.status not in (Status.FINISHED, Status.CANCELLED),
        stage_words=STAGE_WORDS.get(run.stage_kind, run.stage_kind),
    )


def figures_of(run: FineTuningRun) -> list[StageFigure]:
    return draw_stages(read_curves(places_of(run).progress, SHOWN))


def log_of(run: FineTuningRun) -> str:
    """The last lines of the training's own log."""
    return "\n".join(read_tail(places_of(run).log).splitlines()[-LOG_LINES:])


def seconds_left(run: FineTuningRun) -> float | None:
    """How long the stage under way may still take, by its pace since it began or went on."""
    lines = [line for line in ProgressReader(places_of(run).progress).read_new() if "at" in line]
    here = [line for line in lines if line["stage"] == run.stage]
    if len(here) < 2 or here[-1]["step"] <= here[0]["step"] or not run.n_steps:
        return None
    recent = here[-20:]
    took, steps = recent[-1]["at"] - recent[0]["at"], recent[-1]["step"] - recent[0]["step"]
    return took / steps * (run.n_steps - here[-1]["step"]) if steps else None


def time_words(seconds: float | None) -> str:
    """A duration as people say it."""
    if seconds is None:
        return ""
    if seconds < 90:
        return "about a minute left in this stage" if seconds > 20 else "a moment left in this stage"
    if seconds < 5400:
        return f"about {round(seconds / 60)} minutes left in this stage"
    return f"about {round(seconds / 3600)} hours left in this stage"


def outcome_of(run: FineTuningRun) -> dict[str, Any] | None:
    """What became of the preferences on held-out pairs, in words and numbers; None if not measured."""
    change = run.result.get("change")
    if not change:
        return None
    before, after = run.result["before"], run.result["after"]
    interval = change["interval"]
    return {
        "title": title_of_change(change["rise"], interval),
        "rows": [
            ("Chosen answer likelier, per token", percent(before), percent(after)),
            ("Margin of the chosen answer, nats", number(before["margin"]), number(after["margin"])),
            ("Margin per token, nats", number(before["margin_per_token"]), number(after["margin_per_token"])),
        ],
        "n_pairs": change["n_pairs"],
        "moved": "fell" if change["rise"] < 0 else "rose",
        "rise": number(abs(change["rise"])),
        "interval": interval and f"{number(interval[0])} to {number(interval[1])}",
    }


def title_of_change(rise: float, interval: list[float] | None) -> str:
    if interval is None or interval[0] <= 0 <= interval[1]:
        return "Whether it prefers chosen answers more than before cannot be told"
    return f"It prefers chosen answers {'more' if rise > 0 else 'less'} than before"


def percent(measured: dict[str, Any]) -> str:
    return f"{100 * measured['share_preferred']:.0f} %"


def number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
