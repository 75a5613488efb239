"""The examples a run has written, in every form, as a classifier reads them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from training.classifiers.classes import RESTRICTED
from training.prompts import Prompt

QUERY = "query"
EXCHANGE = "exchange"
ORIGINAL = "original"
EVERYDAY = "0-permitted"
HARMFUL = frozenset({"harmful"})


@dataclass(frozen=True)
class Example:
    """One text of a class. All forms of one message share a group and are never parted between two sets."""

    text: str
    is_restricted: bool
    class_key: str
    group: str
    form: str


def examples_of(rows: Iterable[dict[str, Any]], reads: str) -> Iterator[Example]:
    """All examples of a run's rows: messages alone, or messages with their answers; failed rows have none."""
    for row in rows:
        if row["failed"] or (reads == EXCHANGE and not row["answer"]):
            continue
        forms = [{"form": ORIGINAL, "text": row["query"]}, *row["variants"]]
        for form in forms:
            yield Example(
                text=exchange(form["text"], row["answer"]) if reads == EXCHANGE else form["text"],
                is_restricted=row["side"] == RESTRICTED,
                class_key=f"{row['principle']}-{row['side']}",
                group=row["sample_id"],
                form=form["form"],
            )


def everyday_examples(prompts: Iterable[Prompt], reads: str) -> Iterator[Example]:
    """Ordinary messages as permitted ones, so that small talk is not refused; they have no answers."""
    if reads == EXCHANGE:
        return
    for prompt in prompts:
        if not HARMFUL.intersection(prompt.tags):
            yield Example(prompt.text, False, EVERYDAY, prompt.id, ORIGINAL)


def exchange(query: str, answer: str) -> str:
    """A message and the answer to it as one text."""
    return f"{query}\n\n{answer}"
