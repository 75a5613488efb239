"""How much a model prefers chosen answers: log-probability of chosen minus rejected, pair by pair.

Imports torch.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, stdev
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

MOST_PAIRS = 256
Z = 1.96


@dataclass(frozen=True)
class Preference:
    """Per pair: the margin in nats over the whole answer, and per token so that length alone counts less."""

    margins: list[float]
    margins_per_token: list[float]

    def describe(self) -> dict[str, Any]:
        """What a person reads: means, and the share of pairs whose chosen answer is likelier per token."""
        return {
            "n_pairs": len(self.margins),
            "margin": fmean(self.margins),
            "margin_per_token": fmean(self.margins_per_token),
            "share_preferred": fmean(margin > 0 for margin in self.margins_per_token),
            **asdict(self),
        }


@torch.no_grad()
def measure_preference(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    pairs: Sequence[dict[str, Any]],
    max_length: int,
) -> Preference:
    """Score both answers of each pair (the first `MOST_PAIRS`) under the model."""
    model.eval()
    margins, per_token = [], []
    for pair in pairs[:MOST_PAIRS]:
        chosen, rejected = (
            answer_logps(model, tokenizer, dialogue, max_length) for dialogue in dialogues_of(pair)
        )
        margins.append(float(chosen.sum() - rejected.sum()))
        per_token.append(float(chosen.mean() - rejected.mean()))
    return Preference(margins, per_token)


def dialogues_of(pair: dict[str, Any]) -> Iterator[tuple[list[Any], list[Any]]]:
    """For each answer the dialogue before it and the answer, whether or not the prompt stands apart."""
    for name in ("chosen", "rejected"):
        whole = [*pair.get("prompt", []), *pair[name]]
        yield whole[:-1], whole[-1:]


def answer_logps(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    dialogue: tuple[list[Any], list[Any]],
    most: int,
) -> torch.Tensor:
    """The log-probability of each token of the answer after the dialogue before it."""
    before, answer = dialogue
    prompt = tokenizer.apply_chat_template(before, add_generation_prompt=True, return_dict=False)
    whole = tokenizer.apply_chat_template([*before, *answer], return_dict=False)[:most]
    n_prompt = min(len(prompt), len(whole) - 1)
    ids = torch.tensor([whole], device=model.device)
    logits = model(ids).logits[0, n_prompt - 1 : -1].float()
    picked = ids[0, n_prompt:]
    return torch.log_softmax(logits, dim=-1).gather(1, picked[:, None])[:, 0]


def compare(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """By how much the margins rose, pair by pair, with a 95 % interval of the mean rise."""
    rises = [b - a for a, b in zip(before["margins"], after["margins"], strict=True)]
    mean = fmean(rises)
    half = Z * stdev(rises) / math.sqrt(len(rises)) if len(rises) > 1 else math.inf
    interval = [mean - half, mean + half] if math.isfinite(half) else None
    return {"rise": mean, "interval": interval, "n_pairs": len(rises)}
