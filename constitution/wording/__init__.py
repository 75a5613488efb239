"""Word a statement as a principle by rules of grammar, without any model.

"The AI should not lie" becomes "Choose the response that does not lie." A statement that no rule fits
safely is kept as it stands and flagged: better a person's wording than a wrong one.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from constitution.wording.duties import Duty, find_duty
from constitution.wording.lexicon import AVOIDING, CONJUNCTIONS
from constitution.wording.phrases import Unsure, bare, finite_phrase
from constitution.wording.slips import has_slip

Framing = Literal["positive", "negative", "comparative", "verbatim"]

OPENING = "Choose the response"
LONGEST = 400
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "´": "'", "`": "'", "\u00a0": " "})
_CLOSING = " .!,;:-"
_SPACED_AI = re.compile(r"\b[Aa]\.? I\b\.?|\bA\.I\.")
_ABBREVIATION = re.compile(r"\b(?:e\.g\.|i\.e\.|etc\.|vs\.|u\.s\.(?:a\.)?|a\.i\.)", re.IGNORECASE)
_COMPARATIVE = re.compile(
    r"\b(?:as \S+(?: \S+){0,3} as (?:possible|\w+ (?:possibly )?can)|rather than"
    r"|(?:prioriti[sz]es|prefers|values|favou?rs|puts) .+ (?:over|above|before))\b",
    re.IGNORECASE,
)
_PLURAL_REFERENCE = re.compile(r"\b(?:themselves|their|them|they)\b", re.IGNORECASE)
_SINGULAR = tuple(
    (re.compile(rf"\b{plural}\b"), singular)
    for plural, singular in (
        ("their", "its"),
        ("themselves", "itself"),
        ("they are", "it is"),
        ("they have", "it has"),
        ("they do", "it does"),
        ("they're", "it is"),
        ("they don't", "it doesn't"),
        ("they (can|could|may|might|will|would|should|must|cannot|can't)", r"it \1"),
    )
)
_OTHER_PEOPLE = re.compile(
    r"\b(?:(?!always|perhaps|unless|less|does|this|across)\w{3,}s|people|children|men|women|everyone|anyone|someone|somebody|person|user|human|child|others?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Wording:
    """A principle as worded, how it is framed, and whether a person must still word it."""

    text: str
    framing: Framing
    needs_editing: bool = False


def word_principle(statement: str) -> Wording:
    """Word a statement as an instruction that begins with "Choose the response".

    Parameters
    ----------
    statement : str
        Any text at all, as a participant wrote it.

    Returns
    -------
    Wording
        With `needs_editing` and the statement verbatim where no rule fits safely.
    """
    sentence = _tidy(statement)
    if sentence.lower().startswith(OPENING.lower() + " "):
        return Wording(OPENING + sentence[len(OPENING) :] + ".", "positive")
    if not _is_one_sentence(sentence) or has_slip(sentence):
        return _verbatim(statement)
    duty = find_duty(sentence)
    duty = None if duty is None else _with_clear_references(duty)
    if duty is None:
        return _verbatim(statement)
    try:
        phrase = _phrase_of(duty)
    except Unsure:
        return _verbatim(statement)
    condition = f", {duty.condition}," if duty.condition else ""
    return Wording(f"{OPENING} that{condition} {phrase}.", _framing(duty, phrase))


def _tidy(statement: str) -> str:
    """Straight quotes, single spaces, no quotation marks or full stop around the whole."""
    text = " ".join(statement.translate(_QUOTES).replace("&", " and ").split())
    text = _SPACED_AI.sub("AI", text.rstrip(_CLOSING))
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and text.count(text[0]) == 2:
        text = text[1:-1]
    return text.strip().rstrip(_CLOSING)


def _is_one_sentence(sentence: str) -> bool:
    if len(sentence) > LONGEST or not sentence[:1].isalpha():
        return False
    plain = _ABBREVIATION.sub("", sentence)
    return not re.search(r"[.?!;:]|--|\s-\s|[\u2013\u2014\u2026]", re.sub(r"(?<=\d)[.:](?=\d)", "", plain))


def _verbatim(statement: str) -> Wording:
    text = " ".join(statement.split())
    return Wording(f"{OPENING} most consistent with: {text}", "verbatim", needs_editing=True)


def _with_clear_references(duty: Duty) -> Duty | None:
    """After "AIs should", "their" means the AI and becomes "its", unless other people stand before it."""
    reference = _PLURAL_REFERENCE.search(duty.phrase)
    if reference is None or _OTHER_PEOPLE.search(duty.phrase[: reference.start()]):
        return duty
    phrase = duty.phrase
    for plural, singular in _SINGULAR:
        phrase = plural.sub(singular, phrase)
    return None if _PLURAL_REFERENCE.search(phrase) else replace(duty, phrase=phrase)


def _phrase_of(duty: Duty) -> str:
    if duty.is_finite:
        return f"{duty.adverb} {duty.phrase}".strip()
    return finite_phrase(duty.phrase, is_negated=duty.is_negated, adverb=duty.adverb)


def _framing(duty: Duty, phrase: str) -> Framing:
    words = [bare(word) for word in phrase.split()]
    opening = words[: next((i for i, word in enumerate(words) if word in CONJUNCTIONS), len(words))][:4]
    if "not" in opening or "never" in opening or bare(duty.phrase.split()[0]) in AVOIDING:
        return "negative"
    if words[:1] == ["is"] and words[1:2] in (["more"], ["less"]):
        return "comparative"
    return "comparative" if _COMPARATIVE.search(phrase) else "positive"
