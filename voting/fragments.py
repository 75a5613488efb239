"""The card after a vote as finished text: rendered by its templates once, afterwards only filled in.

What differs from person to person (the form's token, how far they are, which statement they just voted on)
stands in the kept text as a mark that nobody can know beforehand. A text is kept under everything its
templates show, so an edited statement, a new translation or another language is another text.
"""

import secrets
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import cache

from django.template import engines
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.translation import get_language

from voting.cards import Card, CastVote
from voting.models import Conversation, Statement, Vote
from voting.translations import statement_words

TOKEN, PROGRESS = f"token{secrets.token_hex(16)}", f"progress{secrets.token_hex(16)}"
NUMBER = 10**9 + secrets.randbelow(10**9)
END = "</section>"
N_KEPT = 20_000

_kept: dict[Hashable, str] = {}


def fill_card(conversation: Conversation, card: Card, token: str) -> str:
    """The card after a vote, as `voting/_card.html` shows it, in the language being spoken."""
    if card.is_pause or card.statement is None:
        text = _message(conversation, card)
    else:
        text = _statement(conversation, card, card.statement)
    start, end, rest = text.rpartition(END)
    return f"{start}{_voted(conversation, card.voted)}{end}{rest}".replace(TOKEN, token)


def _message(conversation: Conversation, card: Card) -> str:
    """The end of a round, or of all statements: too seldom to be kept."""
    context = {"conversation": conversation, "card": replace(card, voted=None), "csrf_token": TOKEN}
    return render_to_string("voting/_card.html", context)


def _statement(conversation: Conversation, card: Card, statement: Statement) -> str:
    """The next statement with its buttons, and how far the person is."""
    text = _rendered(
        "_card",
        conversation,
        (statement.pk, statement.is_seed, statement_words(statement)),
        lambda: {"card": replace(card, voted=None), "progress": _gap()},
    )
    progress = _rendered("_progress", conversation, (card.n_done, card.n_statements), lambda: {"card": card})
    return text.replace(PROGRESS, progress)


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
