"""A judge over each revision: is it better under its principle, and does it undo an earlier one?

Every question is asked in both orders of the two texts. Imports Inspect: load inside functions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from training.calls import ask_model
from training.choices import read_choice
from training.comparisons import LETTER_TOKENS, ask_to_compare, p_of_first
from training.critique.verdicts import result_of, verdict_of
from training.preference import AskedModel, model_of

FRAMING = "positive"


@dataclass(frozen=True)
class Bench:
    """One judge before the revisions of one dialogue."""

    judge: AskedModel
    sample_id: str
    prompt: str

    async def judge_revision(
        self, number: int, principle: Any, earlier: Sequence[Any], texts: tuple[str, str]
    ) -> dict[str, Any]:
        """Compare a revision with what it revised, under its principle and under those of earlier rounds.

        `texts` are the earlier text and the revision; principles have `id` and `text`.
        """
        comparisons = [
            await self.compare(number, asked, texts) | {"is_earlier": asked.id != principle.id}
            for asked in (principle, *earlier)
        ]
        return verdict_of(self.judge.name, comparisons)

    async def compare(self, number: int, principle: Any, texts: tuple[str, str]) -> dict[str, Any]:
        """Ask in both orders; the result speaks of the revision."""
        told = [
            await self.ask(number, principle, texts, is_swapped=is_swapped) for is_swapped in (False, True)
        ]
        result = result_of([p_before for p_before, _ in told])
        return {"principle": principle.id, "result": result, "said": [said for _, said in told]}

    async def ask(
        self, number: int, principle: Any, texts: tuple[str, str], *, is_swapped: bool
    ) -> tuple[float | None, str]:
        """How far the judge prefers the earlier text, None where it cannot be read; and what it said."""
        options = (texts[1], texts[0]) if is_swapped else texts
        question = ask_to_compare(principle.text, self.prompt, options, framing=FRAMING, reasoning=False)
        output = await ask_model(
            self.judge.messages(question),
            sample_id=self.sample_id,
            step=f"verdict-{number}-{principle.id}-{'ba' if is_swapped else 'ab'}",
            model=self.judge.model,
            max_tokens=LETTER_TOKENS,
        )
        stop_reason = str(output.stop_reason) if output.choices else "unknown"
        said = output.completion.strip()
        choice = read_choice(said, stop_reason, [], after_reasoning=False)
        how: dict[str, Any] = {"is_swapped": is_swapped, "framing": FRAMING, "bounds": None}
        return (None if choice.p_a is None else p_of_first(choice.p_a, **how)), said


def judge_of(entry: dict[str, Any]) -> AskedModel:
    """The judge that a recipe names: another model, or the run's own."""
    return AskedModel(entry["name"], model_of(entry) if entry["model"] else None)
