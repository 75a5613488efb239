"""What changed from one version of a text to the next, word by word, as marked-up text."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# A word, sign or wide letter with the space after it: so a space alone never counts as common ground.
TOKEN = re.compile(r"(?:[\u3040-\u30ff\u3400-\u9fff]|\w+|[^\w\s])\s*|\s+")
MOST_TOKENS = 5000


def mark_changes(before: str, after: str) -> SafeString:
    """The later text with what is new in <ins> and what is gone in <del>.

    A text without spaces goes by its letters. Very long texts are shown without marks: comparing them takes
    time that grows with the product of their lengths.
    """
    first, second = TOKEN.findall(before), TOKEN.findall(after)
    if len(first) + len(second) > MOST_TOKENS:
        return format_html("{}", after)
    return format_html_join("", "{}", ((piece,) for piece in pieces_of(first, second)))


def pieces_of(first: list[str], second: list[str]) -> Iterator[SafeString]:
    """Runs of tokens that stayed, went or came; another space after a word is no change."""
    bare_first, bare_second = ([token.strip() for token in tokens] for tokens in (first, second))
    matcher = SequenceMatcher(None, bare_first, bare_second, autojunk=False)
    for kind, first_start, first_end, second_start, second_end in matcher.get_opcodes():
        old, new = "".join(first[first_start:first_end]), "".join(second[second_start:second_end])
        if kind == "equal":
            yield format_html("{}", new)
            continue
        if old:
            yield format_html("<del>{}</del>", old)
        if new:
            yield format_html("<ins>{}</ins>", new)


def is_worth_marking(before: str, after: str) -> bool:
    """Whether enough stayed that marks help: else they are two texts, and one reads better without."""
    first, second = (set(TOKEN.findall(text)) for text in (before, after))
    return len(first & second) * 3 >= max(1, min(len(first), len(second)))
