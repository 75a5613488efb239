"""Read what a model said: strictly, so that nothing is guessed, and kindly, so that form costs nothing."""

import re
from collections.abc import Sequence

LETTERS = "ABCDEFGH"
_DECORATION = " \t\r\n*_`\"'“”‘’.,;:!()[]{}<>"
_ANNOUNCED = re.compile(
    r"\b(?i:answer|option|choice)\b(?i:\s+is)?[\s:=*_(\[\"'“]*([A-H])\b(?!['’])(?!\s+[a-z])"
)
_LEADING = re.compile(
    r"^[\s*_(\[\"'“]*([A-H])[\s*_\"'”]*[)\].:,\-–—](?=\s|[*_)\]]|$)(?!\W*(?:or|and|[A-H])\b)"
)
_BRACKETED = re.compile(r"[(\[]([A-H])[)\]]")

_NEITHER = re.compile(r"\bneither agree n?or disagree\b", re.I)
_NOT_AGREE = re.compile(r"\b(?:do not|don['’]t|cannot|can['’]t|would not|wouldn['’]t) agree\b", re.I)
_NOT_DISAGREE = re.compile(r"\b(?:do not|don['’]t) disagree\b", re.I)
_STANCES = {
    "agree": re.compile(r"\bagree[ds]?\b", re.I),
    "disagree": re.compile(r"\bdisagree[ds]?\b", re.I),
    "pass": re.compile(r"\b(?:pass|skip|unsure|not sure|no opinion|abstain|neutral|undecided)\b", re.I),
}
_HEDGES = r"(?:i|would|strongly|fully|mostly|somewhat|completely|firmly|partly|my|vote|answer|is)"
_FIRST_WORD = re.compile(rf"^[\W_]*(?:{_HEDGES}[\W_]+)*(agree|disagree|pass|skip|unsure|abstain)\b", re.I)


def read_option(answer: str, options: Sequence[str]) -> int | None:
    """Find the one option an answer names, by letter or by its exact text; None if none or several."""
    text = answer.strip()
    for index, option in enumerate(options):
        if _plain(text) == _plain(option) != "":
            return index
    allowed = LETTERS[: len(options)]
    if text.strip(_DECORATION).upper() in set(allowed):
        return allowed.index(text.strip(_DECORATION).upper())
    named = set(_named_letters(text))
    if len(named) != 1:
        return None
    letter = named.pop()
    return allowed.index(letter) if letter in allowed else None


def _named_letters(text: str) -> list[str]:
    """Letters in the most telling form the answer has: announced, else leading, else bracketed."""
    leading = _LEADING.match(text)
    return _ANNOUNCED.findall(text) or ([leading.group(1)] if leading else _BRACKETED.findall(text))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(_DECORATION).casefold()


def read_stance(answer: str) -> str | None:
    """Find whether an answer says agree, disagree or pass; None if it says none of them, or several."""
    text = _NEITHER.sub("pass", answer.strip())
    text = _NOT_DISAGREE.sub("unclear", _NOT_AGREE.sub("disagree", text))
    named = _named_stances(text)
    if len(named) == 1:
        return named[0]
    return _leading_stance(text) or _last_line_stance(text)


def _named_stances(text: str) -> list[str]:
    return [stance for stance, pattern in _STANCES.items() if pattern.search(text)]


def _leading_stance(text: str) -> str | None:
    """Read “Disagree. Others may agree, but …”: the first word decides unless alternatives follow at once."""
    match = _FIRST_WORD.match(text)
    if match is None or re.match(r"[\s*_\"'”]*(?:,|/|or\b|and\b)", text[match.end() :], re.I):
        return None
    word = match.group(1).lower()
    return word if word in ("agree", "disagree") else "pass"


def _last_line_stance(text: str) -> str | None:
    """Read a verdict that stands alone on the last line, after some weighing up."""
    lines = text.splitlines()
    named = _named_stances(lines[-1]) if len(lines) > 1 else []
    return named[0] if len(named) == 1 else None
