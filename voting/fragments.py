"""The card after a vote as finished text: rendered by its templates once, afterwards only filled in.

What differs (the form's token, the statement, how far the person is) stands in the kept text as a mark that
nobody can know beforehand. A text is kept under everything else that its templates show: the language, and
who wrote or translated the statement.
"""

import secrets
from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import replace
from functools import cache

from django.template import engines
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.html import escape
from django.utils.translation import get_language

from voting.cards import Card, CastVote
from voting.models import Conversation, Statement, Vote
from voting.translations import statement_words

TOKEN, PROGRESS, TEXT = (f"{name}{secrets.token_hex(16)}" for name in ("token", "progress", "text"))
NUMBER = 10**9 + secrets.randbelow(10**9)
END = "</section>"
N_KEPT = 20_000

_kept: dict[Hashable, str] = {}


def fill_card(conversation: Conversation, card: Card, token: str) -> str:
    """The card after a vote, as `voting/_card.html` shows it, in the language being spoken."""
    if card.is_pause or card.statement is None:
        return _message(conversation, card).replace(TOKEN, token)
    start, end, rest = _statement(conversation, card, card.statement).rpartition(END)
    return f"{start}{_voted(conversation, card.voted)}{end}{rest}".replace(TOKEN, token)


def _message(conversation: Conversation, card: Card) -> str:
    """The end of a round, or of all statements: too seldom to be kept."""
    context = {"conversation": conversation, "card": card, "csrf_token": TOKEN}
    return render_to_string("voting/_card.html", context)


def _statement(conversation: Conversation, card: Card, statement: Statement) -> str:
    """The next statement with its buttons, and how far the person is."""
    words = statement_words(statement)
    progress = _rendered("_progress", conversation, (card.n_done, card.n_statements), lambda: {"card": card})
    written_by = (statement.is_seed, card.is_own)
    if words.source:  # Who translated it, and the original, are shown as well.
        text = _card_of(conversation, card, (statement.pk, *written_by, words), lambda: statement)
        return text.replace(PROGRESS, progress)
    text = _card_of(conversation, card, (*written_by, words.language), lambda: _any_like(statement))
    text = text.replace(str(NUMBER), str(statement.number)).replace(PROGRESS, progress)
    return text.replace(TEXT, escape(words.text))


def _any_like(statement: Statement) -> Statement:
    """The statement with marks in place of its number and text."""
    marked = copy(statement)
    marked.number, marked.text = NUMBER, TEXT
    return marked


def _card_of(
    conversation: Conversation, card: Card, differs_by: Hashable, statement: Callable[[], Statement]
) -> str:
    """A statement's card with a gap for the progress."""
    return _rendered(
        "_card",
        conversation,
        differs_by,
        lambda: {"card": replace(card, statement=statement(), voted=None), "progress": _gap()},
    )


def _voted(conversation: Conversation, vote: Vote | CastVote | None) -> str:
    """The line about the vote just cast."""
    if vote is None:
        return ""
    line = _rendered(
        "_voted",
        conversation,
        (vote.choice, vote.is_important),
        lambda: {"vote": CastVote(Statement(number=NUMBER), vote.choice, vote.is_important)},
    )
    return line.replace(str(NUMBER), str(vote.statement.number))


@cache
def _gap() -> object:
    """A template that leaves a mark where the person's progress comes."""
    return engines["django"].from_string(PROGRESS)


def _rendered(
    template: str, conversation: Conversation, differs_by: Hashable, context: Callable[[], dict[str, object]]
) -> str:
    """Render a template, or give what it was before if nothing that it shows differs since."""
    key = (template, conversation.slug, get_language(), get_script_prefix(), differs_by)
    text = _kept.get(key)
    if text is None:
        shared = {"conversation": conversation, "csrf_token": TOKEN}
        text = render_to_string(f"voting/{template}.html", shared | context())
        if len(_kept) >= N_KEPT:
            _kept.clear()
        _kept[key] = text
    return text
