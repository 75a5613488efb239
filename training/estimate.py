"""What a run will take, before it begins: calls, tokens, money and time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from training.models import GenerationRun, GenerationShard
from training.pipelines import Asked
from training.prices import FREE, cost_of, find_price
from training.services import Plan

LETTERS_PER_TOKEN = 4
USUAL_ANSWER = 300
"""Tokens of a usual answer, where no earlier run tells."""
BRIEF_ANSWER = 4
"""Tokens of an answer that is one letter."""
USUAL_CONTEXT = 700
"""Tokens that instructions, worked examples and earlier steps add to a prompt, likewise."""
SECONDS_PER_CALL = 5.0
HOURS_PER_BATCH = 1.0


@dataclass(frozen=True)
class Estimate:
    """What a run will probably take; `is_measured` when an earlier run of the model tells its token use."""

    n_samples: int
    n_calls: int
    n_calls_at_most: int
    input_tokens: int
    output_tokens: int
    dollars: float | None
    seconds: float
    is_measured: bool

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def in_words(self) -> str:
        """One line, as the command prints it."""
        price = "price unknown" if self.dollars is None else f"${self.dollars:,.2f}"
        return (
            f"{self.n_samples:,} samples, about {self.n_calls:,} calls (at most {self.n_calls_at_most:,}), "
            f"{self.input_tokens:,} tokens read and {self.output_tokens:,} written, {price}, "
            f"{duration(self.seconds)}"
        )


def estimate_run(
    plan: Plan, *, model: str, max_connections: int = 20, uses_batches: bool = False
) -> Estimate:
    """Estimate from the length of the prompts, or from what earlier runs of this kind and model used."""
    pipeline, n_samples = plan.pipeline, len(plan.prompts)
    asks = pipeline.asks(plan.recipe, model)
    n_calls = ceil(n_samples * sum(asked.n_calls for asked in asks))
    known = known_use(pipeline.kind, model)
    uses = [use_of(asked, plan, known) for asked in asks]
    return Estimate(
        n_samples=n_samples,
        n_calls=n_calls,
        n_calls_at_most=pipeline.calls_per_sample(plan.recipe) * n_samples,
        input_tokens=ceil(sum(read for read, _ in uses)),
        output_tokens=ceil(sum(written for _, written in uses)),
        dollars=dollars_of(asks, uses, model if uses_batches else ""),
        seconds=seconds_of(plan, model, n_calls, max_connections, uses_batches),
        is_measured=known is not None,
    )


def use_of(asked: Asked, plan: Plan, known: tuple[float, float] | None) -> tuple[float, float]:
    """Tokens read and written by all calls of a run to one model."""
    read, written = known or usual_use(plan)
    if asked.is_brief and not known:
        written = BRIEF_ANSWER
    n_calls = asked.n_calls * len(plan.prompts)
    return read * n_calls, written * n_calls


def known_use(kind: str, model: str) -> tuple[float, float] | None:
    """Tokens read and written by a call, over the finished shards of this kind and model."""
    shards = GenerationShard.objects.filter(run__kind=kind, run__model=model, is_finished=True)
    uses = list(shards.order_by("-pk").values_list("token_use", flat=True)[:20])
    n_calls = sum(use["calls"] for use in uses)
    if not n_calls:
        return None
    return sum(use["input"] for use in uses) / n_calls, sum(use["output"] for use in uses) / n_calls


def usual_use(plan: Plan) -> tuple[float, float]:
    """Tokens read and written by a call, guessed from the prompts' lengths."""
    letters = sum(len(prompt.text) for prompt in plan.prompts) / len(plan.prompts)
    longest = plan.parameters["sampling"].get("max_tokens", USUAL_ANSWER)
    return letters / LETTERS_PER_TOKEN + USUAL_CONTEXT, min(USUAL_ANSWER, longest)


def dollars_of(asks: Sequence[Asked], uses: Sequence[tuple[float, float]], in_batches: str) -> float | None:
    """What all models asked for cost together, one of them perhaps in batches; None if a price is unknown."""
    micros = 0
    for asked, (read, written) in zip(asks, uses, strict=True):
        price = find_price(asked.model)
        if price is None:
            return None
        is_batch = asked.model == in_batches
        micros += cost_of(price, read=ceil(read), written=ceil(written), is_batch=is_batch).micros
    return micros / 1_000_000


def seconds_of(plan: Plan, model: str, n_calls: int, max_connections: int, uses_batches: bool) -> float:
    """One worker's time; prepared answers come at once, and a batch takes about an hour for each step."""
    if find_price(model) is FREE:
        return n_calls / 200
    if uses_batches:
        n_steps = sum(each.n_calls for each in plan.pipeline.asks(plan.recipe, model) if each.model == model)
        n_shards = ceil(len(plan.prompts) / plan.parameters["shard_size"])
        return n_steps * n_shards * HOURS_PER_BATCH * 3600
    return n_calls * SECONDS_PER_CALL / max_connections


def seconds_left(run: GenerationRun, now: float) -> float | None:
    """What is left of a running run, at the pace since it was taken up; None before there is a pace."""
    if run.status != GenerationRun.Status.RUNNING or run.taken_up_at is None:
        return None
    n_done = run.n_finished - run.n_when_taken_up
    spent = now - run.taken_up_at.timestamp()
    if n_done <= 0 or spent <= 0:
        return None
    return (run.n_samples - run.n_finished) * spent / n_done


def duration(seconds: float) -> str:
    """A length of time in two words."""
    if seconds < 90:
        n = max(1, round(seconds))
        return "1 second" if n == 1 else f"{n} seconds"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    if seconds < 36 * 3600:
        return f"{round(seconds / 3600)} hours"
    return f"{round(seconds / 86400)} days"
