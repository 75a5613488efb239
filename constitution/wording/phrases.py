"""Turn a verb phrase that followed "should" into one that follows "the response that".

The head verb is put in the third person, "not" gets its "does", and verbs joined to the head by
"and", "or" or "but" follow it. Where a joined word may or may not be such a verb, nothing is guessed:
`Unsure` is raised and a person words the principle.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

from constitution.wording.inflection import is_adverb, third_person
from constitution.wording.lexicon import (
    ADJECTIVE_VERBS,
    BASE_VERBS,
    CAUSATIVES,
    CONJUNCTIONS,
    DETERMINERS,
    GIVING,
    NOUN_VERBS,
    PREPOSITIONS,
    SUBORDINATORS,
    VERBS,
)

_MODALS = frozenset({"should", "must", "shall", "shouldn't", "mustn't", "cannot", "can't"})
_SUBJECTS = frozenset({"it", "they"})


class Unsure(Exception):
    """No rule can tell how this phrase continues."""


@dataclass(frozen=True)
class Head:
    """The verb the joined ones must agree with."""

    verb: str
    is_negated: bool
    is_never: bool = False

    @property
    def is_do_negated(self) -> bool:
        return self.is_negated and self.verb != "be"


def bare(word: str) -> str:
    """The word without the punctuation around it, in lower case."""
    return word.strip(".,;:()[]\"'“”").lower()


def finite_phrase(phrase: str, *, is_negated: bool = False, adverb: str = "") -> str:
    """Inflect a whole phrase: "not lie and be kind" → "does not lie and is kind" is left as Unsure."""
    words = phrase.split()
    if adverb:
        words = [adverb, *words]
    head, before, start = _read_head(words, is_negated)
    opening = [before.pop()] if before[-1].endswith(",") else []
    return " ".join([*before, *_joined([*opening, *words[start:]], head)])


def _read_head(words: list[str], is_negated: bool) -> tuple[Head, list[str], int]:
    """Read adverbs, "not" and the verb; give the head, its inflected words and where the rest begins."""
    ahead: list[str] = []
    behind: list[str] = []
    for i, word in enumerate(words):
        plain = bare(word)
        if plain == "not":
            if is_negated or plain != word.lower():
                raise Unsure(word)
            is_negated = True
        elif is_adverb(plain) or (
            plain == "and" and ahead and is_adverb(bare(words[min(i + 1, len(words) - 1)]))
        ):
            (behind if is_negated else ahead).append(word.lower())
        else:
            head = Head(_base_verb(plain), is_negated, "never" in ahead)
            return head, _inflected(head, ahead, behind, word), i + 1
    raise Unsure("no verb")


def _base_verb(plain: str) -> str:
    if plain not in BASE_VERBS:
        raise Unsure(plain)
    return plain


def _inflected(head: Head, ahead: list[str], behind: list[str], word: str) -> list[str]:
    mark = word[len(word.rstrip(",;")) :]
    if head.is_negated and "only" in behind[:1]:
        raise Unsure("not only")
    if head.verb == "be":
        words = ["is", *ahead, *(["not"] if head.is_negated else []), *behind]
        return [*words[:-1], words[-1] + mark]
    if head.is_negated:
        return [*ahead, "does", "not", *behind, head.verb + mark]
    return [*ahead, third_person(head.verb) + mark]


def _joined(rest: list[str], head: Head) -> list[str]:
    """Make every verb joined to the head agree with it."""
    done: list[str] = []
    i = 0
    is_open_list = False
    while i < len(rest):
        done.append(rest[i])
        plain, ends_item = bare(rest[i]), rest[i].endswith(",")
        i += 1
        if not (plain in CONJUNCTIONS or ends_item) or i == len(rest):
            continue
        joined = _joined_verb(rest, i, head, plain)
        if joined is None:
            is_open_list = ends_item
            continue
        if is_open_list and not rest[i - 2].endswith(","):
            raise Unsure("a list of other words before a verb")
        words, head, i, replaces_conjunction = joined
        done = [*done[:-1], "and"] if replaces_conjunction else done
        done += words
    return done


def _joined_verb(
    rest: list[str], i: int, head: Head, conjunction: str
) -> tuple[list[str], Head, int, bool] | None:
    """The agreeing words from position i, the new head and where to go on; None where no verb is joined."""
    start, is_explicit = _skip_subject(rest, i, conjunction)
    is_list = conjunction not in CONJUNCTIONS
    try:
        new, words, after = _read_head(rest[start:], is_negated=rest[start - 1].lower().endswith("n't"))
    except Unsure:
        if is_explicit:
            raise
        return None
    at = start + after - 1
    if not is_explicit and not _is_joined_verb(rest, i, at, head, conjunction):
        return None
    if is_list and not is_explicit and not _list_goes_on(rest, at):
        raise Unsure(rest[at])
    return _agreed(rest, i, at, head, new, words, conjunction, is_explicit)


def _skip_subject(rest: list[str], i: int, conjunction: str) -> tuple[int, bool]:
    """Step over a repeated "it should"; a subject with a verb of its own is left to stand."""
    start = i + 1 if rest[i].lower() in _SUBJECTS else i
    if start < len(rest) and rest[start].lower() in _MODALS:
        if conjunction not in CONJUNCTIONS:
            raise Unsure("comma splice")
        return start + 1, True
    if start > i:
        return len(rest), False
    return i, False


def _is_joined_verb(rest: list[str], i: int, at: int, head: Head, conjunction: str) -> bool:
    """Whether the word at `at` is a verb joined to the head (Unsure where it could be either)."""
    word = bare(rest[at])
    after = rest[at + 1] if at + 1 < len(rest) else ""
    has_not = any(bare(w) in {"not", "never"} for w in rest[i:at])
    if not (has_not and word in BASE_VERBS) and not _reads_as_verb(
        rest, i, at, word, bare(after), head, conjunction
    ):
        return False
    return _belongs_to_head(rest, i, head, conjunction)


def _reads_as_verb(
    rest: list[str], i: int, at: int, word: str, after: str, head: Head, conjunction: str
) -> bool:
    if word in VERBS - NOUN_VERBS - ADJECTIVE_VERBS or word in {"be", "have", "do", "go"}:
        return True
    takes_object = after in DETERMINERS
    if word in ADJECTIVE_VERBS:
        return takes_object and head.verb != "be" and not _unsure(word)
    if takes_object or after in {"only", "just"} or conjunction == "but" or i <= 1:
        return True
    if head.verb == "be" and bare(rest[i - 2]) not in PREPOSITIONS | DETERMINERS and not at > i:
        return _unsure(word)
    is_object = head.verb in GIVING or bare(rest[max(i - 3, 0)]) in PREPOSITIONS or head.is_do_negated
    if is_object and (after == "" or after in PREPOSITIONS | CONJUNCTIONS or rest[at].endswith(",")):
        return False
    return _unsure(word)


def _unsure(word: str) -> bool:
    raise Unsure(word)


def _belongs_to_head(rest: list[str], i: int, head: Head, conjunction: str) -> bool:
    """False for verbs joined to an infinitive ("to learn and adapt"), which keep their base form."""
    between = [bare(word) for word in rest[: max(i - 1, 0)]]
    if conjunction != "but" and len(between) > 1 and between[-1] in BASE_VERBS and between[-2] == "to":
        return _unsure("infinitive") if bare(rest[i]) not in BASE_VERBS else False
    pairs = list(pairwise([*between, ""]))
    has_clause = any(word in SUBORDINATORS and after != "to" for word, after in pairs)
    has_infinitive = any(word == "to" and (after in BASE_VERBS or is_adverb(after)) for word, after in pairs)
    if has_clause or (has_infinitive and conjunction != "but"):
        return _unsure("clause")
    if head.verb in CAUSATIVES and any(word in BASE_VERBS for word in between):
        return _unsure("causative")
    return True


def _list_goes_on(rest: list[str], at: int) -> bool:
    return any(bare(word) in {"and", "or"} for word in rest[at:])


def _agreed(
    rest: list[str],
    i: int,
    at: int,
    head: Head,
    new: Head,
    words: list[str],
    conjunction: str,
    is_explicit: bool,
) -> tuple[list[str], Head, int, bool]:
    """Let the joined verb share the head's negation where English makes it."""
    if is_explicit or new.is_negated or conjunction == "but":
        return words, new, at + 1, False
    if head.is_never and head.verb == "be":
        if conjunction not in {"or", "nor"} or new.verb == "be":
            raise Unsure(rest[at])
        return ["never", *words], replace(new, is_never=True), at + 1, True
    if not head.is_negated:
        return words, replace(new, is_never=head.is_never), at + 1, False
    if head.is_do_negated and new.verb != "be":
        return rest[i : at + 1], Head(new.verb, True), at + 1, False
    if conjunction in {"or", "nor"} and new.verb != "be":
        return ["does", "not", *rest[i : at + 1]], Head(new.verb, True), at + 1, True
    raise Unsure(rest[at])
