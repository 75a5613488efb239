"""From "(should) tell" to "tells": the third person of English verbs, and what counts as an adverb."""

from constitution.wording.lexicon import ADVERBS, BASE_VERBS, NOT_ADVERBS

_IRREGULAR = {"be": "is", "have": "has", "do": "does", "go": "goes"}
_HISSING = ("s", "x", "z", "ch", "sh")


def third_person(verb: str) -> str:
    """Inflect a base form for "the response": be → is, rely → relies, teach → teaches, tell → tells."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith((*_HISSING, "o")) else "s")


_THIRD_PERSONS = frozenset(third_person(verb) for verb in BASE_VERBS) | {"can", "cannot", "can't"}


def is_third_person(word: str) -> bool:
    """Whether the word is a known verb already in the third person, as in "an AI that tells"."""
    return word in _THIRD_PERSONS


def is_adverb(word: str) -> bool:
    """Whether the word can stand between "should" and its verb: always, never, clearly."""
    if word in ADVERBS:
        return True
    return word.endswith("ly") and len(word) > 4 and word not in NOT_ADVERBS and word not in BASE_VERBS
