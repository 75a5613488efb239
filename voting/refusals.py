"""Saying no to a newcomer or to haste, with the reason and the right status."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

Answer = Callable[[HttpRequest], HttpResponse]


class Refused(Exception):
    """The request is understood and refused; the message tells the person why and what to do."""

    def __init__(self, message: str, *, status: int = 403, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class RefusalMiddleware:
    """Shows a page for a refusal, or a notice where htmx asked."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return show_refusal(request, exception) if isinstance(exception, Refused) else None


def show_refusal(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A page with the reason, or a notice where htmx asked."""
    response = render(request, "voting/refused.html", _context(request, refusal), status=refusal.status)
    if refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    if getattr(request, "htmx", False):
        response["HX-Retarget"] = "#refusal"
        response["HX-Reswap"] = "innerHTML"
    return response


def _context(request: HttpRequest, exception: Refused) -> dict[str, object]:
    slug = request.resolver_match.kwargs.get("slug") if request.resolver_match else None
    return {
        "message": str(exception),
        "back": reverse("voting:conversation", args=[slug]) if slug else "",
        "base": "voting/_refusal.html" if getattr(request, "htmx", False) else "base.html",
    }
