"""A dialogue as its page shows it: what changed, under which principle and whose, and what a judge said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.safestring import SafeString

from constitution.presentation import PrincipleView
from training.critique.diffs import is_worth_marking, mark_changes
from training.critique.flags import FLAG_WORDS
from training.samples import RevisedSample

STEP_STATUS_WORDS = {
    "empty": "The model wrote nothing.",
    "cut": "Cut off at the length limit, so not taken over.",
    "blocked": "Withheld by the provider's filter.",
    "critique_as_revision": "A critique instead of a revision, so not taken over.",
    "unchanged": "The same as before.",
}
RESULT_WORDS = {
    "better": "better than the text before it, under this principle",
    "worse": "worse than the text before it, under this principle",
    "even": "neither better nor worse: its choice followed the order of the texts",
    "unread": "its answer could not be read",
}
STEP_NAMES = {"answer": "First answer", "critique": "Critique", "revision": "Revision"}
FRAMING_WORDS = {"positive": "in its positive framing", "negative": "in its negative framing"}


@dataclass(frozen=True)
class ShownStep:
    """One text of the dialogue, with a remark when it could not be used as it was."""

    name: str
    text: str
    remark: str
    marked: SafeString | None = None
    verdict: str = ""
    is_left: bool = False


@dataclass(frozen=True)
class ShownRound:
    """A critique and a revision, and the principle behind both."""

    number: int
    principle: PrincipleView
    framing: str
    steps: list[ShownStep]


@dataclass(frozen=True)
class ShownSample:
    """One prompt's dialogue from first answer to final one."""

    number: int
    prompt: str
    tags: tuple[str, ...]
    flags: list[str]
    answer: ShownStep
    rounds: list[ShownRound]
    final: str


def shown_sample(
    number: int, sample: RevisedSample, principles: Mapping[int, PrincipleView], *, is_marked: bool = True
) -> ShownSample:
    """Group a sample's steps by round, each with its principle."""
    steps = iter(shown_steps(sample.steps, is_marked=is_marked))
    answer = next(steps)[1]
    rounds = groupby(steps, key=lambda pair: (pair[0]["round"], pair[0]["principle"]))
    return ShownSample(
        number=number,
        prompt=sample.prompt,
        tags=sample.tags,
        flags=[FLAG_WORDS.get(flag, flag) for flag in sample.flags],
        answer=answer,
        rounds=[shown_round(place, principles[id], list(pairs)) for (place, id), pairs in rounds],
        final=sample.final_text,
    )


def shown_round(
    number: int, principle: PrincipleView, pairs: list[tuple[Mapping[str, Any], ShownStep]]
) -> ShownRound:
    framing = FRAMING_WORDS.get(pairs[0][0].get("framing", ""), "")
    return ShownRound(number, principle, framing, [shown for _, shown in pairs])


def shown_steps(
    steps: tuple[dict[str, Any], ...], *, is_marked: bool
) -> Iterator[tuple[dict[str, Any], ShownStep]]:
    """Each step with its text; of a revision, what changed against the text it revised."""
    current = steps[0]["text"]
    for step in steps:
        is_revision = step["step"] == "revision" and step["text"]
        marks = is_marked and is_revision and is_worth_marking(current, step["text"])
        yield (
            step,
            ShownStep(
                name=STEP_NAMES[step["step"]],
                text=step["text"],
                remark=STEP_STATUS_WORDS.get(step["status"], ""),
                marked=mark_changes(current, step["text"]) if marks else None,
                verdict=verdict_words(step.get("verdict")),
                is_left=not step.get("is_kept", True),
            ),
        )
        if is_revision and step["status"] == "ok" and step.get("is_kept", True):
            current = step["text"]


def verdict_words(verdict: Mapping[str, Any] | None) -> str:
    """What the judge said of a revision, in a sentence or two."""
    if not verdict:
        return ""
    told = f"Judged by {verdict['judge']}: {RESULT_WORDS[verdict['result']]}."
    if verdict["undoes"]:
        numbers = " and ".join(str(number) for number in verdict["undoes"])
        several = "principles" if len(verdict["undoes"]) > 1 else "principle"
        told += f" It undoes what {several} {numbers} had brought."
    return told
