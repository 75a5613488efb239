"""Which statements say nearly the same: by the letters they share, so that any language will do.

Each text becomes the short strings of letters within its words, weighted by how rare they are in the
conversation; two texts are as near as the cosine of these weights. Order of words and small slips change
little. Nothing is known of meaning: the same thought in other words is not found.
"""

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from voting.candidates import candidates_of
from voting.models import Conversation, Participant, Statement

N_SHOWN = 3
# Below this, people see no likeness; docs/moderation.md has the measurement behind it.
LEAST_NEARNESS = 0.38
LEAST_LETTERS = 6
CONVERSATIONS_KEPT = 50

# Scripts that put no spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese.
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
WORDS = re.compile(r"[^\W_]+")
# The marks that make another letter of a Japanese one stay; accents and vowel signs go.
KEPT_MARKS = "\u3099\u309a"
SAME_LETTERS = str.maketrans({"ى": "ي", "ة": "ه", "ـ": "", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})


@dataclass(frozen=True)
class Near:
    """A statement that says nearly the same; 1 would be the very same letters."""

    statement: Statement
    nearness: float


def nearest_statements(
    conversation: Conversation, text: str, *, participant: Participant | None = None, n: int = N_SHOWN
) -> list[Near]:
    """The published statements nearest to a text, best first; never one that others may not see."""
    statements = candidates_of(conversation).statements
    near = nearest_of(f"public {conversation.pk}", statements, text, n=None)
    return [one for one in near if participant is None or not is_own_pending(one.statement, participant)][:n]


def is_own_pending(statement: Statement, participant: Participant) -> bool:
    return statement.status == Statement.Status.PENDING and statement.author_id == participant.pk


def near_duplicates(conversation: Conversation, statements: Sequence[Statement]) -> dict[int, list[Near]]:
    """For a moderator: what comes near each of these, by row id, among published and waiting statements."""
    shown = {*conversation.counted_statuses(), Statement.Status.PENDING}
    pool = list(conversation.statements.filter(status__in=shown).order_by("number"))
    found = {}
    for statement in statements:
        near = nearest_of(f"moderated {conversation.pk}", pool, statement.text, n=N_SHOWN + 1)
        found[statement.pk] = [one for one in near if one.statement.pk != statement.pk][:N_SHOWN]
    return found


def nearest_of(
    key: str, statements: Sequence[Statement], text: str, *, n: int | None = N_SHOWN
) -> list[Near]:
    """The nearest of these statements, best first; `key` says under which name their letters are kept."""
    if sum(character.isalpha() for character in text) < LEAST_LETTERS or not statements:
        return []
    nearness = _index_of(key).compare(text, [(statement.pk, statement.text) for statement in statements])
    order = np.argsort(-nearness, kind="stable")[: int((nearness >= LEAST_NEARNESS).sum())][:n]
    return [Near(statements[place], float(nearness[place])) for place in order]


@dataclass
class LetterIndex:
    """The strings of letters of many texts, kept so that a text is taken apart once only."""

    places: dict[str, int] = field(default_factory=dict)
    known: dict[tuple[int, str], tuple[NDArray[np.int64], NDArray[np.float64]]] = field(default_factory=dict)
    texts: list[tuple[int, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def compare(self, text: str, texts: list[tuple[int, str]]) -> NDArray[np.float64]:
        """How near the text is to each of the others, from 0 to 1."""
        with self.lock:
            if texts != self.texts:
                self._take(texts)
            grams = Counter(split_letters(text))
            places = np.array([self.places.get(gram, -1) for gram in grams], dtype=np.int64)
            weights = 1 + np.log(np.fromiter(grams.values(), dtype=np.float64, count=len(grams)))
            weights *= np.where(places >= 0, self.rarity[places], self.rarity_of_unknown)
            length = float(np.sqrt((weights**2).sum()))
            asked = np.zeros(len(self.places))
            asked[places[places >= 0]] = weights[places >= 0]
            shared = np.bincount(self.owner, self.weights * asked[self.place], minlength=len(texts))
            return shared / np.maximum(length * self.lengths, 1e-12)

    def _take(self, texts: list[tuple[int, str]]) -> None:
        """Weigh the texts anew; those known already are not taken apart again."""
        self.known = {text: self.known.get(text) or self._take_apart(text[1]) for text in texts}
        parts = list(self.known.values())
        sizes = [len(places) for places, _counts in parts]
        self.owner = np.repeat(np.arange(len(parts)), sizes)
        self.place = np.concatenate([places for places, _counts in parts])
        n_texts_with = np.bincount(self.place, minlength=len(self.places))
        self.rarity = rarity_of(n_texts_with, len(texts))
        self.rarity_of_unknown = float(rarity_of(np.zeros(1), len(texts))[0])
        self.weights = np.concatenate([counts for _places, counts in parts]) * self.rarity[self.place]
        self.lengths = np.sqrt(np.bincount(self.owner, self.weights**2, minlength=len(parts)))
        self.texts = texts

    def _take_apart(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        grams = Counter(split_letters(text))
        places = [self.places.setdefault(gram, len(self.places)) for gram in grams]
        counts = np.fromiter(grams.values(), dtype=np.float64, count=len(grams))
        return np.array(places, dtype=np.int64), 1 + np.log(counts)


def rarity_of(n_texts_with: NDArray[np.generic], n_texts: int) -> NDArray[np.float64]:
    """How much a string of letters tells: the fewer texts have it, the more."""
    counts = np.asarray(n_texts_with, dtype=np.float64)
    return np.log1p((n_texts - counts + 0.5) / (counts + 0.5))


def split_letters(text: str) -> Iterable[str]:
    """The strings of three letters within each word, its ends marked; of one and two without spaces."""
    for word in WORDS.findall(simplify(text)):
        for part in UNSPACED.findall(word):
            yield from part
            yield from (part[i : i + 2] for i in range(len(part) - 1))
        for part in filter(None, UNSPACED.split(word)):
            marked = f"<{part}>"
            yield from (marked[i : i + 3] for i in range(len(marked) - 2))


def simplify(text: str) -> str:
    """The same letters whatever their case, width, accents and vowel signs."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in apart if c in KEPT_MARKS or not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare).translate(SAME_LETTERS)


@lru_cache(maxsize=CONVERSATIONS_KEPT)
def _index_of(_key: str) -> LetterIndex:
    return LetterIndex()
