"""In which language a page speaks: what the person asked for, else what their browser prefers.

A choice by `?lang=` is remembered in a cookie; in a frame on another site, where cookies may be blocked, in
the frame's address. Who prefers none of the known languages reads the conversation's own. Pages for
facilitators and researchers are written in English only, and say so.
"""

import re
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from voting.models import Conversation
from voting.refusals import Answer

PARAMETER = "lang"
ONE_YEAR = 365 * 24 * 3600
ENGLISH_ONLY = re.compile(
    r"/(facilitate|research|accounts|admin|api|health)/|/c/[-\w]+/constitution/\d+/export/", re.ASCII
)


class LanguageMiddleware:
    """Speaks the person's language on participants' pages, and remembers what they chose."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if ENGLISH_ONLY.match(request.path_info):
            translation.activate("en")
            return self.get_response(request)
        preferred = preferred_language(request)
        request.language = preferred  # type: ignore[attr-defined]
        translation.activate(preferred or settings.LANGUAGE_CODE)
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        chosen = known_language(request.GET.get(PARAMETER, ""))
        if chosen and not is_framed(request):
            remember_language(response, chosen)
        return response


def is_framed(request: HttpRequest) -> bool:
    """Whether another site shows this page in a frame, or a frame begins here: no cookie is set there."""
    return hasattr(request, "frame") or request.path_info.startswith("/embed/")


def preferred_language(request: HttpRequest) -> str:
    """The best known language this person asks for; nothing if they ask for none of ours."""
    frame = getattr(request, "frame", None)
    return _first_known(
        request.GET.get(PARAMETER, "") if request.META.get("QUERY_STRING") else "",
        frame.language if frame else "",
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""),
        request.META.get("HTTP_ACCEPT_LANGUAGE", ""),
    )


@lru_cache(maxsize=1000)
def _first_known(asked: str, frame: str, cookie: str, accepted: str) -> str:
    wanted = [asked, frame, cookie, *(code for code, _ in parse_accept_lang_header(accepted))]
    return next((known for known in map(known_language, wanted) if known), "")


@lru_cache(maxsize=1000)
def known_language(code: str) -> str:
    """Ours for what a browser or an address calls it, as de for de-AT; nothing if we have none."""
    try:
        return translation.get_supported_language_variant(code) if code else ""
    except LookupError:
        return ""


def speak_language_of(request: HttpRequest, conversation: Conversation) -> None:
    """Speak the conversation's language to those who prefer none of ours."""
    if getattr(request, "language", None) == "":
        translation.activate(known_language(conversation.language) or settings.LANGUAGE_CODE)


def remember_language(response: HttpResponse, language: str) -> None:
    """Let the browser ask for this language from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=ONE_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
