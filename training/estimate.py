"""What a run will take, before it begins: calls, tokens, money and time."""

from dataclasses import dataclass
from math import ceil

from training.models import GenerationRun, GenerationShard
from training.prices import FREE, Price, cost_of, find_price
from training.services import Plan

LETTERS_PER_TOKEN = 4
USUAL_ANSWER = 300
"""Tokens of a usual answer, where no earlier run tells."""
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
    usual = pipeline.usual_calls_per_sample or pipeline.calls_per_sample
    n_calls = ceil(usual(plan.recipe) * n_samples)
    known = known_use(pipeline.kind, model)
    read, written = known or usual_use(plan)
    tokens = ceil(read * n_calls), ceil(written * n_calls)
    return Estimate(
        n_samples=n_samples,
        n_calls=n_calls,
        n_calls_at_most=pipeline.calls_per_sample(plan.recipe) * n_samples,
        input_tokens=tokens[0],
        output_tokens=tokens[1],
        dollars=dollars_of(find_price(model), *tokens, uses_batches),
        seconds=seconds_of(plan, model, n_calls, max_connections, uses_batches),
        is_measured=known is not None,
    )


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


def dollars_of(price: Price | None, read: int, written: int, uses_batches: bool) -> float | None:
    if price is None:
        return None
    return cost_of(price, read=read, written=written, is_batch=uses_batches).micros / 1_000_000


def seconds_of(plan: Plan, model: str, n_calls: int, max_connections: int, uses_batches: bool) -> float:
    """One worker's time; prepared answers come at once, and a batch takes about an hour for each step."""
    if find_price(model) is FREE:
        return n_calls / 200
    if uses_batches:
        usual = plan.pipeline.usual_calls_per_sample or plan.pipeline.calls_per_sample
        n_shards = ceil(len(plan.prompts) / plan.parameters["shard_size"])
        return usual(plan.recipe) * n_shards * HOURS_PER_BATCH * 3600
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
        return f"{max(1, round(seconds))} seconds"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    if seconds < 36 * 3600:
        return f"{round(seconds / 3600)} hours"
    return f"{round(seconds / 86400)} days"
