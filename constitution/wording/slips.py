"""Signs of a slip in the statement itself: such a statement is left for a person to word."""

import re

from constitution.wording.inflection import is_adverb, is_third_person
from constitution.wording.lexicon import (
    AUXILIARIES,
    BASE_VERBS,
    CONJUNCTIONS,
    COUNT_NOUNS,
    DETERMINERS,
    MISSPELLINGS,
    PREPOSITIONS,
    SUBORDINATORS,
)

_FUNCTION_WORDS = AUXILIARIES | CONJUNCTIONS | DETERMINERS | PREPOSITIONS | SUBORDINATORS | {"not", "very"}
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE if "[A-Z]" not in pattern else 0)
    for pattern in (
        r"\b(of|in|on|with|about|from|by|for|at|into) it's\b",
        r"\bto (made|said|went|gave|took|came|knew|thought|saw|did|was|were|has|had|is|are|be being)\b",
        r"\b(?!that|had)(\w+) \1\b",
        r"\b(each|every|another) \w*[^sui\s]s\b",
        r"\b(give|provide|offer|express|make|have) (\w+ )?(opinion|answer|question|choice|decision)$",
        r"\b(should|must) (\w+ )?(should|must)\b",
        r"\b(an?|the) (an?|the)\b",
        r",\w",
        r"\.\.",
        r"\bcan not only\b",
        r"\bto human to human\b",
        r"\bas (\w+ and )?(?!possible)\w+ regardless\b",
        r"\b(when|if|while|because) (break|give|make|answer|ask|tell|talk|do|be|get|take|explain|provide)\b",
        r"\b(?!\w+ly )\w+ oriented\b",
        r"\bseems? as\b",
        r"\bacts? as (they|it|he|she)\b",
        r"\bview points?\b",
        r"\btransgender (in|at|of|to)\b",
        r", The [A-Z]\w+$",
        r"\bof them being\b",
        r"\bas (much|well|best|hard|often|soon) as they\b",
    )
)
_WORD = re.compile(r"[\w'’-]+")


def has_slip(text: str) -> bool:
    """Whether the text shows a likely slip of the pen: a misspelling, a missing article or apostrophe."""
    words = [word.lower() for word in _WORD.findall(text)]
    if any(word in MISSPELLINGS for word in words) or any(p.search(text) for p in _PATTERNS):
        return True
    if text.count("(") != text.count(")") or text.count('"') % 2:
        return True
    following = [*words[1:], ""]
    return any(
        _lacks_apostrophe(word, after) or _is_it_for_its(word, after) or _lacks_article(words, i, after)
        for i, (word, after) in enumerate(zip(words, following, strict=True))
    )


def _lacks_apostrophe(word: str, after: str) -> bool:
    """ "users speech", "humans helpers"."""
    if word not in {"users", "humans", "persons", "peoples"} or not after:
        return False
    return not (after in _FUNCTION_WORDS or after in BASE_VERBS or is_adverb(after) or after.endswith("ing"))


def _is_it_for_its(word: str, after: str) -> bool:
    """ "know it boundaries", but not "if it knows"."""
    if word != "it" or not after.endswith("s"):
        return False
    return not (after in _FUNCTION_WORDS - {"users"} or is_third_person(after) or is_adverb(after))


def _lacks_article(words: list[str], i: int, after: str) -> bool:
    """ "compassion towards human", but not "human rights" or "a kind human"."""
    if words[i] not in COUNT_NOUNS:
        return False
    if words[i] == "human" and i and words[i - 1] in {"be", "being", "is", "more", "less", "fully"}:
        return False
    if after and after not in PREPOSITIONS | CONJUNCTIONS | SUBORDINATORS:
        return False
    return not any(
        word in DETERMINERS or word.isdigit() or word.endswith("'s") for word in words[max(0, i - 4) : i]
    )
