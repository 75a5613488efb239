"""Which language a text is probably in: by its script, and for Latin letters by its commonest words.

Pure. Good enough to say that a dataset is one-sided; not a language detector.
"""

import re
import unicodedata
from collections import Counter

UNKNOWN = "unknown"
COMMON_WORDS = {
    "en": "the and of to is are what how you it that for with can i my do",
    "de": "der die das und ist nicht ich wie was ein eine zu mit auf kann für den",
    "fr": "le la les et est une un des que pour dans je vous comment pas sur qui",
    "es": "el los las y es una que para cómo con por mi no del qué puedo su",
    "pt": "o os as e é uma que para como com por meu não do da em posso",
    "it": "il gli e è una che per come con di mio non del della sono posso lo",
    "nl": "de het een en is niet ik hoe wat van voor met op kan je zijn aan",
}
WORD_SETS = {language: frozenset(words.split()) for language, words in COMMON_WORDS.items()}
SCRIPTS = {
    "CYRILLIC": "Cyrillic script",
    "GREEK": "el",
    "ARABIC": "Arabic script",
    "HEBREW": "he",
    "DEVANAGARI": "Devanagari script",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "THAI": "th",
    "CJK": "zh",
}
LETTERS_LOOKED_AT = 400


def guess_language(text: str) -> str:
    """A language's code, or the name of a script that several languages share, or “unknown”."""
    scripts = Counter(script_of(letter) for letter in text[:LETTERS_LOOKED_AT] if letter.isalpha())
    if not scripts:
        return UNKNOWN
    script = scripts.most_common(1)[0][0]
    if {"HIRAGANA", "KATAKANA"} & set(scripts) and script == "CJK":
        return "ja"
    return guess_by_words(text) if script == "LATIN" else SCRIPTS.get(script, UNKNOWN)


def script_of(letter: str) -> str:
    return unicodedata.name(letter, UNKNOWN).split()[0]


def guess_by_words(text: str) -> str:
    """The language most of whose common words are here; two of one language alike are no answer."""
    words = Counter(re.findall(r"[^\W\d_]+", text[: 4 * LETTERS_LOOKED_AT].casefold()))
    hits = Counter({language: sum(words[word] for word in common) for language, common in WORD_SETS.items()})
    (best, n_best), (_, n_second) = hits.most_common(2)
    return best if n_best > n_second else UNKNOWN
