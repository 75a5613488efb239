"""The lists of words in words.toml, as sets."""

import tomllib
from pathlib import Path

_LISTS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def _words(name: str) -> frozenset[str]:
    return frozenset(_LISTS[name].split())


VERBS = _words("verbs")
NOUN_VERBS = _words("noun_verbs")
ADJECTIVE_VERBS = _words("adjective_verbs")
CAUSATIVES = _words("causatives")
GIVING = _words("giving")
AVOIDING = _words("avoiding")
ADVERBS = _words("adverbs")
NOT_ADVERBS = _words("not_adverbs")
CONJUNCTIONS = _words("conjunctions")
SUBORDINATORS = _words("subordinators")
PREPOSITIONS = _words("prepositions")
DETERMINERS = _words("determiners")
AUXILIARIES = _words("auxiliaries")
COUNT_NOUNS = _words("count_nouns")
MISSPELLINGS = _words("misspellings")
BASE_VERBS = VERBS | NOUN_VERBS | ADJECTIVE_VERBS | {"be"}
