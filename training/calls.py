"""The one function through which every kind of run asks its model. Imports Inspect: load inside functions."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from inspect_ai.log import transcript
from inspect_ai.model import ChatMessage, GenerateConfig, Model, ModelOutput, get_model
from inspect_ai.util import store
from pydantic import JsonValue

from training.prices import Amount, cost_of, find_price, worst_cost
from training.session import current_session

TOKEN_USE = "token_use"  # nosec B105  (a field of the log, no password)
MAX_TOKENS = 1024


class ModelGaveUp(Exception):
    """The model could not be reached, or went on failing, through every try of one call."""


@dataclass(frozen=True)
class Call:
    """One question to a model, and the key under which its answer is kept."""

    model: Model
    messages: list[ChatMessage]
    config: GenerateConfig
    sample_id: str
    step: str
    attempt: int
    is_batch: bool = False

    @cached_property
    def key(self) -> str:
        """A digest of all that shapes the answer, and of sample, step and attempt: no two steps share one."""
        said = [(message.role, message.text) for message in self.messages]
        shaping = (str(self.model), self.model.api.base_url, told(self.config), said)
        place = (self.sample_id, self.step, self.attempt)
        return hashlib.sha256(json.dumps([shaping, place]).encode()).hexdigest()[:48]

    def worst(self) -> Amount:
        """The most this call can cost."""
        return worst_cost(
            find_price(str(self.model)),
            texts=(message.text for message in self.messages),
            max_tokens=self.config.max_tokens or MAX_TOKENS,
            answers=self.config.num_choices or 1,
            is_batch=self.is_batch,
        )

    def cost(self, output: ModelOutput, worst: Amount) -> Amount:
        """What the answer cost; the worst case where the provider does not tell its token use."""
        use = output.usage
        if use is None:
            return worst
        return cost_of(
            find_price(str(self.model)),
            read=use.input_tokens,
            written=use.output_tokens,
            cached=use.input_tokens_cache_read or 0,
            kept=use.input_tokens_cache_write or 0,
            is_batch=self.is_batch,
        )


def told(config: GenerateConfig) -> dict[str, Any]:
    """The settings of a call that are set."""
    given = {name: getattr(config, name) for name in sorted(config.model_fields_set)}
    return {name: value for name, value in given.items() if value is not None}


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
    asked = model or get_model()
    config = asked.config
    if logprobs or settings:
        config = config.merge(GenerateConfig(logprobs=logprobs or None, **settings))
    session = current_session()
    is_batch = bool(session and session.batcher and model is None)
    call = Call(asked, list(messages), config, sample_id, step, attempt, is_batch)
    output = await (session.ask(call) if session else ask_api(call))
    count_use(output)
    note_in_log(call, output)
    return output


async def ask_api(call: Call) -> ModelOutput:
    """Ask the provider itself; its library tries again after 429, 5xx and lost connections.

    Inspect's own `generate` would do the same at four times the cost in time: it copies every message for
    its transcript and its cache.
    """
    config = call.config
    if config.max_tokens is None:
        config = config.merge(GenerateConfig(max_tokens=MAX_TOKENS))
    try:
        answer = await call.model.api.generate(call.messages, [], "none", config)
    except Exception as error:  # noqa: BLE001  (each provider's library has errors of its own)
        raise ModelGaveUp(describe(error)) from None
    output = answer[0] if isinstance(answer, tuple) else answer
    if isinstance(output, Exception):
        raise ModelGaveUp(describe(output)) from None
    return output


def to_json(output: ModelOutput) -> str:
    return output.model_dump_json(exclude_none=True)


def to_output(kept: str) -> ModelOutput:
    return ModelOutput.model_validate_json(kept)


def note_in_log(call: Call, output: ModelOutput) -> None:
    """Write the question's last message and the answer into the sample's transcript in Inspect's log."""
    use = output.usage
    said: dict[str, JsonValue] = {
        "step": call.step,
        "attempt": call.attempt,
        "model": output.model,
        "asked": call.messages[-1].text,
        "answered": output.completion,
        "stop_reason": output.stop_reason if output.choices else "unknown",
        "tokens": [use.input_tokens, use.output_tokens] if use else None,
    }
    transcript().info(said, source="ask_model")


def count_use(output: ModelOutput) -> None:
    """Add a call to the sample's token use, which its row carries into the run's sums."""
    use = store().get(TOKEN_USE, {"input": 0, "output": 0, "calls": 0})
    used = output.usage
    counted = {
        "input": use["input"] + (used.input_tokens if used else 0),
        "output": use["output"] + (used.output_tokens if used else 0),
        "calls": use["calls"] + 1,
    }
    store().set(TOKEN_USE, counted)


def describe(error: BaseException | None) -> str:
    """An error and what caused it, in one line."""
    parts = [str(error), str(error.__cause__)] if error and error.__cause__ else [str(error)]
    return " ".join(dict.fromkeys(part for part in parts if part))
