"""What a reader of a dialogue should know, found in its steps without asking a model. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from training.answers import is_refusal
from training.critique.tone import has_risen, n_apologies, n_reproaches, n_words
from training.samples import final_step
from voting.detection import detect_language

LONGER = 1.5
"""A final text counts as longer from this many times the first answer's length on …"""
LONGER_BY = 40
"""… if it is at least so many characters longer."""
NEARLY = 0.95
TOKEN = re.compile(r"\w+")
Steps = Sequence[Mapping[str, Any]]

FLAG_WORDS = {
    "no_answer": "no answer",
    "answer_refuses": "the first answer refuses",
    "revision_refuses": "the final text refuses",
    "unchanged": "nothing changed",
    "nearly_unchanged": "hardly anything changed",
    "harsher": "harsher than the first answer",
    "more_apologetic": "apologizes more than the first answer",
    "longer": "much longer than the first answer",
    "language_switched": "another language than the first answer",
    "judged_worse": "a revision was judged worse",
    "undoes_principle": "a revision undid an earlier principle",
    "judge_unread": "the judge could not be read",
    "unread_step": "a step could not be read",
    "step_empty": "a step is empty",
    "step_cut": "a step was cut off",
    "step_blocked": "a step was withheld by the provider",
    "critique_as_revision": "a critique stands in place of a revision",
}


def flags_of(steps: Steps) -> list[str]:
    """The flags of a dialogue: of its steps, of its final text against the first answer, of the judge."""
    answer = steps[0]
    final = final_step(steps)
    text = final["text"] if final else answer["text"]
    checks = {
        "no_answer": not answer["text"],
        "answer_refuses": is_refusal(answer["text"]) or answer["status"] == "blocked",
        "revision_refuses": is_refusal(text),
        **(compare(answer["text"], text) if answer["text"] else {}),
        **judged(steps),
        **unread(steps),
    }
    return [flag for flag in FLAG_WORDS if checks.get(flag)]


def compare(before: str, after: str) -> dict[str, bool]:
    """How a final text differs from the first answer."""
    if before == after:
        return {"unchanged": True}
    words = n_words(before), n_words(after)
    is_longer = len(after) >= LONGER * len(before) and len(after) - len(before) >= LONGER_BY
    return {
        "nearly_unchanged": likeness(before, after) >= NEARLY,
        "harsher": has_risen(n_reproaches(before), n_reproaches(after), *words),
        "more_apologetic": has_risen(n_apologies(before), n_apologies(after), *words),
        "longer": is_longer,
        "language_switched": is_switched(before, after),
    }


def likeness(before: str, after: str) -> float:
    """Dice's coefficient of the pairs of neighboring words: 1 for the same text, signs and case aside."""
    first, second = word_pairs(before), word_pairs(after)
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 0.0


def word_pairs(text: str) -> Counter[tuple[str, str]]:
    return Counter(pairwise(["", *TOKEN.findall(text.casefold()), ""]))


def is_switched(before: str, after: str) -> bool:
    """Whether both languages are told for sure, and differ."""
    languages = detect_language(before), detect_language(after)
    return all(languages) and languages[0] != languages[1]


def judged(steps: Steps) -> dict[str, bool]:
    """What a judge found in any round, if there was one."""
    verdicts = [step["verdict"] for step in steps if step.get("verdict")]
    return {
        "judged_worse": any(verdict["result"] == "worse" for verdict in verdicts),
        "undoes_principle": any(verdict["undoes"] for verdict in verdicts),
        "judge_unread": any(verdict["result"] == "unread" for verdict in verdicts),
    }


def unread(steps: Steps) -> dict[str, bool]:
    """Steps that could not be used as they were."""
    found = {step["status"] for step in steps}
    names = {"empty": "step_empty", "cut": "step_cut", "blocked": "step_blocked"}
    names["critique_as_revision"] = "critique_as_revision"
    return {"unread_step": bool(found & set(names))} | {
        name: status in found for status, name in names.items()
    }
