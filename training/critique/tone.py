"""How often a text apologizes, and reproaches or lectures: counts of listed words. A heuristic, and no more.

Lists stand in training/critique/words/. They know some languages and no context: “harmful” in a text about
mushrooms counts as well. So only a rise from one version to the next means something.
"""

import re
from functools import cache
from pathlib import Path

WORDS = Path(__file__).parent / "words"
LANGUAGE = "==="
# Scripts written without spaces between words: a phrase may stand anywhere.
UNSPACED = {"ja", "zh"}
WORD = re.compile(r"[^\W\d_]+")
WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def n_apologies(text: str) -> int:
    """Words of apology in a text."""
    return len(pattern_of("apologies").findall(plain(text)))


def n_reproaches(text: str) -> int:
    """Words that reproach or lecture whoever asked."""
    return len(pattern_of("reproaches").findall(plain(text)))


def n_words(text: str) -> int:
    """Words of a text; two letters of a script without spaces count as one word."""
    wide = len(WIDE.findall(text))
    return len(WORD.findall(WIDE.sub(" ", text))) + (wide + 1) // 2


def has_risen(before: int, after: int, words_before: int, words_after: int) -> bool:
    """Whether there are more of some words, and more of them for each word of the text."""
    return after > before and after * max(1, words_before) > before * max(1, words_after)


def plain(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())


@cache
def pattern_of(name: str) -> re.Pattern[str]:
    """All phrases of a list as one expression, the longest first."""
    found = {form_of(phrase, language) for language, phrase in read_phrases(name)}
    return re.compile("|".join(sorted(found, key=lambda form: (-len(form), form))))


def form_of(phrase: str, language: str) -> str:
    form = re.escape(phrase.casefold()).replace(r"\*", r"\w*")
    return form if language in UNSPACED else rf"\b{form}\b"


@cache
def read_phrases(name: str) -> tuple[tuple[str, str], ...]:
    """The phrases of a list, each with its language."""
    _, *parts = (WORDS / f"{name}.txt").read_text(encoding="utf-8").split(f"\n{LANGUAGE}")
    return tuple(
        (language.strip(), phrase.strip())
        for language, phrases in (part.split("\n", 1) for part in parts)
        for phrase in phrases.split("\n")
        if phrase.strip()
    )
