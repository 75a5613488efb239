"""The one function through which every kind of run asks its model. Imports Inspect: load inside functions."""

from collections.abc import Sequence
from typing import Any

from inspect_ai.model import CachePolicy, ChatMessage, GenerateConfig, Model, ModelOutput, get_model
from inspect_ai.util import store
from tenacity import RetryError

TOKEN_USE = "token_use"


class ModelGaveUp(Exception):
    """The model could not be reached, or went on failing, through every try of one call."""


async def ask_model(
    messages: Sequence[ChatMessage],
    *,
    sample_id: str,
    step: str,
    attempt: int = 1,
    logprobs: bool = False,
    model: Model | None = None,
    **settings: Any,
) -> ModelOutput:
    """Ask the run's model once for one step of one sample, or return what it answered before.

    The answer is kept for good under sample, step and attempt, so that no two steps share one and none is
    paid for twice. `logprobs` asks for the probabilities of the answer's tokens, where the provider has
    them; `model` is asked instead of the run's own, where one is given; `settings` are Inspect's
    (`max_tokens`, `top_logprobs`, …) and shape this call alone.
    """
    config = GenerateConfig(logprobs=logprobs or None, **settings)
    cache = CachePolicy(expiry=None, scopes={"sample": sample_id, "step": step, "attempt": str(attempt)})
    try:
        output = await (model or get_model()).generate(list(messages), config=config, cache=cache)
    except RetryError as error:
        # Without its chain, which Inspect would render in full for every sample in flight.
        raise ModelGaveUp(describe(error.last_attempt.exception())) from None
    count_use(output)
    return output


def count_use(output: ModelOutput) -> None:
    """Add a call to the sample's token use, which its row carries into the run's sums."""
    use = store().get(TOKEN_USE, {"input": 0, "output": 0, "calls": 0})
    told = output.usage
    counted = {
        "input": use["input"] + (told.input_tokens if told else 0),
        "output": use["output"] + (told.output_tokens if told else 0),
        "calls": use["calls"] + 1,
    }
    store().set(TOKEN_USE, counted)


def describe(error: BaseException | None) -> str:
    """An error and what caused it, in one line."""
    parts = [str(error), str(error.__cause__)] if error and error.__cause__ else [str(error)]
    return " ".join(dict.fromkeys(part for part in parts if part))
