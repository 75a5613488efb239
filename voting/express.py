"""The short way of an ordinary vote: sent by htmx, by somebody who has voted before, as nearly all votes are.

It stands before sessions, accounts, messages and pages, which such a vote needs nothing of. One query reads
what the person has seen, one statement stores the vote together with the card shown next, and that card is
filled into text that was rendered before. Whatever is not quite ordinary (a first vote, a frame, a vote that
is refused) goes on to `voting.views.participate.vote`, which answers everything. docs/serving.md says more.
"""

import re

from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.utils.translation import activate, get_language

from voting.abuse import limit_votes
from voting.candidates import find_statement, known_conversation
from voting.cards import Card, cast_and_deal
from voting.casting import VotingClosed
from voting.cookies import cookie_name, is_fresh_cookie, read_cookie
from voting.fragments import fill_card
from voting.language import known_language, preferred_language
from voting.models import Conversation, Vote
from voting.refusals import Answer, Refused
from voting.routing import read_seen

VOTE = re.compile(r"/c/(?P<slug>[-\w]+)/statements/(?P<number>[0-9]{1,9})/vote/", re.ASCII)
CHOICES = {str(choice.value): choice for choice in Vote.Choice}
IMPORTANT = {"": False, "1": True}


class ForgeryCheck(CsrfViewMiddleware):
    """Django's check against forged requests; those that fail it are refused the ordinary way."""

    def _reject(self, _request: HttpRequest, reason: str) -> str:
        return reason


class ExpressMiddleware:
    """Answers ordinary votes itself and hands on everything else."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.forgery_check = ForgeryCheck(get_response)
        self.headers = {
            "Content-Security-Policy": build_policy(),
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
            "Vary": "Accept-Language, Cookie",
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = VOTE.fullmatch(request.path_info) if is_sent_by_htmx(request) else None
        response = self.answer(request, match["slug"], int(match["number"])) if match else None
        return self.get_response(request) if response is None else response

    def answer(self, request: HttpRequest, slug: str, number: int) -> HttpResponse | None:
        """Store the vote and show the next card, or nothing where the ordinary way has to answer."""
        conversation = known_conversation(slug)
        if conversation is None or not conversation.is_open() or not self.is_trusted(request):
            return None
        card = cast(request, conversation, number)
        return self.show(request, conversation, card) if card else None

    def is_trusted(self, request: HttpRequest) -> bool:
        """Whether the vote comes from our own page, and not too often."""
        request.get_host()
        self.forgery_check.process_request(request)
        if self.forgery_check.process_view(request, self.get_response, (), {}) is not None:
            return False
        try:
            limit_votes(request)
        except Refused:
            return False
        return True

    def show(self, request: HttpRequest, conversation: Conversation, card: Card) -> HttpResponse:
        language = preferred_language(request) or known_language(conversation.language)
        activate(language or settings.LANGUAGE_CODE)
        token = request.POST.get("csrfmiddlewaretoken", "")
        token = token if token.isascii() and token.isalnum() else get_token(request)
        text = fill_card(conversation, card, token).encode()
        headers = {"Content-Language": get_language(), "Content-Length": str(len(text))}
        response = HttpResponse(text, headers=self.headers | headers)
        self.forgery_check.process_response(request, response)
        return response


def is_sent_by_htmx(request: HttpRequest) -> bool:
    is_htmx = request.META.get("HTTP_HX_REQUEST") == "true"
    return is_htmx and request.method == "POST" and not request.META.get("QUERY_STRING")


def cast(request: HttpRequest, conversation: Conversation, number: int) -> Card | None:
    """Cast the vote of somebody known already; None for others, and where the vote is not taken."""
    cookie = cookie_name(conversation.pk)
    key = read_cookie(request, cookie)
    choice = CHOICES.get(request.POST.get("choice", ""))
    is_important = IMPORTANT.get(request.POST.get("is_important", ""))
    if choice is None or is_important is None or "mine" in request.POST:
        return None
    if not (key and is_fresh_cookie(request, cookie)):
        return None
    statement, seen = find_statement(conversation, number), read_seen(conversation.pk, key)
    if statement is None or seen is None:
        return None
    try:
        return cast_and_deal(seen=seen, statement=statement, choice=choice, is_important=is_important)
    except VotingClosed:
        return None
