"""Reading what a judge answered to “A or B?”: the letter, and how probable it was. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from training.answers import CUT_REASONS, is_refusal

LETTERS = ("A", "B")
# How much of the probability both letters must hold together before their shares mean a preference.
LEAST_MASS = 0.5
SAYING = r"(?:(?:my |the )?(?:final )?(?:answer|option|response|choice)\W*(?:is\W*)?)?"
ALONE = re.compile(rf"^\W*(?i:{SAYING})\(?(?P<letter>[AB])(?=\W*$|[).:,*\n]|\s+(?:because|is)\b|\s+[-–—])")
AT_THE_END = re.compile(r"(?i:answer)\W*(?i:is\W*)?(?:(?i:option|response)\W*)?(?P<letter>[AB])\b")
AROUND = " \t\r\n\"'`*_.,:;()[]"


@dataclass(frozen=True)
class Token:
    """A token of the answer with the likeliest tokens at its place, each with its log-probability."""

    text: str
    likeliest: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Choice:
    """What could be read from one answer.

    `p_a` is the probability of the first option, None when nothing could be read; without log-probabilities
    it is 1 or 0. `has_probabilities` says which.
    """

    p_a: float | None
    status: str
    has_probabilities: bool = False


def read_choice(text: str, stop_reason: str, tokens: Sequence[Token], *, after_reasoning: bool) -> Choice:
    """Read a judge's answer; with the log-probabilities of its tokens, as a probability.

    Parameters
    ----------
    text, stop_reason : what the judge wrote, and why it ended
    tokens : of the answer in order; empty where the provider gives no log-probabilities
    after_reasoning : the letter stands in a last line “ANSWER: A”, not alone
    """
    has_probabilities = any(token.likeliest for token in tokens)
    found = find_letter("".join(token.text for token in tokens) or text, after_reasoning=after_reasoning)
    if found is None:
        return Choice(None, unread_status(text, stop_reason), has_probabilities)
    if not has_probabilities:
        return Choice(float(found["letter"] == LETTERS[0]), "ok")
    p_a = letter_probability(tokens, found.start("letter"))
    return Choice(p_a, "ok" if p_a is not None else "unread", has_probabilities=True)


def find_letter(text: str, *, after_reasoning: bool) -> re.Match[str] | None:
    """Where the letter stands: at the very beginning, or after the last “ANSWER:”."""
    if not after_reasoning:
        return ALONE.search(text)
    return next(reversed(list(AT_THE_END.finditer(text))), None)


def letter_probability(tokens: Sequence[Token], place: int) -> float | None:
    """The share of A in the probability of A and B, at the token that covers a place in the answer.

    None without tokens, or when A and B hold less than half of the probability together: then the judge was
    about to say something else. A letter that is not among the likeliest tokens counts as 0.
    """
    token = token_at(tokens, place)
    mass = dict.fromkeys(LETTERS, 0.0)
    for text, logprob in token.likeliest if token else ():
        letter = text.strip(AROUND)
        if letter in mass:
            mass[letter] += exp(logprob)
    total = sum(mass.values())
    return mass["A"] / total if total >= LEAST_MASS else None


def token_at(tokens: Sequence[Token], place: int) -> Token | None:
    """The token that covers a place in the answer, counted in characters."""
    end = 0
    for token in tokens:
        end += len(token.text)
        if place < end:
            return token
    return None


def unread_status(text: str, stop_reason: str) -> str:
    """Why there is no choice in an answer."""
    if stop_reason == "content_filter":
        return "blocked"
    if not text.strip():
        return "empty"
    if is_refusal(text):
        return "refused"
    return "cut" if stop_reason in CUT_REASONS else "unread"


def join_choices(choices: Sequence[Choice]) -> Choice:
    """Repeated answers to one question as one: the share that chose A among those that could be read.

    Unless at least half of them could be read there is none, and the first unread one says why.
    """
    read = [choice.p_a for choice in choices if choice.p_a is not None]
    if not read or 2 * len(read) < len(choices):
        return next(choice for choice in choices if choice.p_a is None)
    return Choice(sum(read) / len(read), "ok")
