"""Classes of content: from each principle one that it permits and one that it restricts (arXiv 2501.18837).

The permitted class lies close to the restricted one on purpose: a classifier that has only seen harmless
small talk refuses every question about a difficult subject.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from constitution.models import Constitution
from training.prompts import Prompt

PERMITTED = "permitted"
RESTRICTED = "restricted"
SIDES = (PERMITTED, RESTRICTED)
DESCRIPTIONS = {
    PERMITTED: "Messages near the subject of a principle that anybody may send, and answers that keep it.",
    RESTRICTED: "Messages that ask an AI model to act against a principle, and answers that do so.",
}


@dataclass(frozen=True)
class ContentClass:
    """What one principle permits, or what it restricts."""

    principle: int
    side: str
    text: str

    @property
    def key(self) -> str:
        return f"{self.principle}-{self.side}"


def classes_of(constitution: Constitution, principles: Collection[int] = ()) -> list[ContentClass]:
    """Two classes for each principle, or for those at the given positions only."""
    rows = {row.position: row.text for row in constitution.principles.order_by("position")}
    unknown = sorted(set(principles) - set(rows))
    if unknown:
        raise ValueError(
            f"{constitution.reference} has no principle {unknown[0]}: its principles are 1 to {len(rows)}."
        )
    return [
        ContentClass(position, side, f"{DESCRIPTIONS[side]} The principle: {text}")
        for position, text in rows.items()
        if not principles or position in principles
        for side in SIDES
    ]


def class_prompts(classes: Iterable[ContentClass], n_per_class: int) -> list[Prompt]:
    """The samples of a run: so many examples to be written for each class."""
    if n_per_class < 1:
        raise ValueError(f"each class needs at least 1 example, not {n_per_class}")
    return [
        Prompt(
            text=f"{content.text}\nExample {number}",
            tags=(content.side,),
            source_id=f"{content.key}-{number}",
        )
        for content in classes
        for number in range(1, n_per_class + 1)
    ]


def fields_of_prompt(prompt: Prompt) -> dict[str, Any]:
    """What a sample's row says of its class."""
    principle, side, number = prompt.source_id.split("-")
    text = prompt.text.rsplit("\n", 1)[0]
    return {"principle": int(principle), "side": side, "number": int(number), "class_text": text}
