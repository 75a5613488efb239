"""A conversation in a frame on another site, where browsers block its cookies.

The frame's addresses carry a token instead: /frame/<token>/c/<slug>/…. The middleware takes the token off the
front and tells Django that the site lives below it, so every link and form on a page keeps it. A language
chosen in the frame stands behind the token: /frame/<token>/de/c/<slug>/…. In a frame
cookies are neither read nor set: whoever knows the token is the participant, and no other site can make a
browser act for someone by their cookies, so forms need no CSRF cookie there.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import get_script_prefix, reverse, set_script_prefix

from voting.language import PARAMETER, known_language
from voting.models import Entry

FRAME_PATH = re.compile(
    r"/frame/(?P<token>[^/]+)(/(?P<language>[a-z-]{2,10}))?(?P<page>/c/(?P<slug>[-\w]+)/.*)",
    re.ASCII | re.DOTALL,
)
LOCAL_HOSTS = {"localhost", "127.0.0.1"}
NOTICE = "notice"
MESSAGES = "messages"

Answer = Callable[[HttpRequest], HttpResponse]


class OriginRefused(Exception):
    """This is no origin of a site; the message tells the facilitator why."""


@dataclass(frozen=True)
class Frame:
    """The frame a request comes from: who is voting, and which sites may show it."""

    key: uuid.UUID
    token: str
    origins: list[str]
    language: str = ""


class FrameMiddleware:
    """Serves the pages of a frame below its token."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = FRAME_PATH.fullmatch(request.path_info)
        if match is None:
            return self.get_response(request)
        key = read_frame_token(match["token"], match["slug"])
        if key is None:
            raise Http404("This frame's address is damaged.")
        outside = get_script_prefix()
        chosen = known_language(request.GET.get(PARAMETER, ""))
        if chosen and request.method == "GET":
            return allow_framing(_go_on_in(request, match, chosen), match["slug"])
        language = known_language(match["language"] or "")
        prefix = f"{outside.rstrip('/')}/frame/{match['token']}{f'/{language}' if language else ''}"
        frame = Frame(key, match["token"], allowed_origins(match["slug"]), language)
        _enter_frame(request, frame, match["page"], prefix)
        set_script_prefix(f"{prefix}/")
        try:
            response = self.get_response(request)
        finally:
            set_script_prefix(outside)
        return allow_framing(_carry_messages(response), match["slug"])


def frame_address(slug: str, key: uuid.UUID, language: str = "") -> str:
    """Where a frame begins for this person."""
    token = signing.Signer(salt=_salt(slug), sep="~").sign(key.hex)
    known = known_language(language)
    inside = get_script_prefix().rstrip("/")
    page = reverse("voting:conversation", args=[slug]).removeprefix(inside)
    outside = re.sub(r"/frame/[^/]+$", "", inside)
    return f"{outside}/frame/{token}{f'/{known}' if known else ''}{page}"


def first_party_path(path: str) -> str:
    """The same page outside any frame, for a link that people keep."""
    return re.sub(r"/frame/[^/]+(/[a-z-]+)?(?=/c/)", "", path, count=1)


def read_frame_token(token: str, slug: str) -> uuid.UUID | None:
    """The key a frame's token carries, if it was made for this conversation."""
    try:
        return uuid.UUID(signing.Signer(salt=_salt(slug), sep="~").unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def allow_framing(response: HttpResponse, slug: str) -> HttpResponse:
    """Let the conversation's allowed sites show this page in a frame, and no others."""
    origins = allowed_origins(slug)
    if origins:
        response._csp_replace = {"frame-ancestors": origins}  # type: ignore[attr-defined]
        response.headers.pop("X-Frame-Options", None)
        response.xframe_options_exempt = True
    return response


def allowed_origins(slug: str) -> list[str]:
    """Which sites may show the conversation in a frame."""
    found = Entry.objects.filter(conversation__slug=slug).values_list("allowed_origins", flat=True).first()
    return found or []


def read_origin(text: str) -> str:
    """An origin as browsers write it, or an OriginRefused that says what to write."""
    example = "Write each as https://example.org, without a path."
    try:
        parts = urlsplit(text.strip())
        port = parts.port
        host = parts.hostname.encode("idna").decode() if parts.hostname else ""
    except ValueError as error:
        raise OriginRefused(f"“{text}” is not the address of a site. {example}") from error
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise OriginRefused(f"“{text}” says more than the site. {example}")
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", host):
        raise OriginRefused(f"“{text}” is not the address of a site. {example}")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOCAL_HOSTS):
        raise OriginRefused(
            f"“{text}” is not secure: only https sites, and this machine, can embed. {example}"
        )
    is_usual = port is None or (parts.scheme, port) in {("https", 443), ("http", 80)}
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{port}"


def _go_on_in(request: HttpRequest, match: re.Match[str], language: str) -> HttpResponse:
    """The same page of the frame, with the language in its address instead of the query."""
    query = request.GET.copy()
    query.pop(PARAMETER)
    path = f"{get_script_prefix().rstrip('/')}/frame/{match['token']}/{language}{match['page']}"
    return HttpResponseRedirect(f"{path}?{query.urlencode()}" if query else path)


def _enter_frame(request: HttpRequest, frame: Frame, page: str, prefix: str) -> None:
    request.frame = frame  # type: ignore[attr-defined]
    request.path_info = page
    request.META["PATH_INFO"], request.META["SCRIPT_NAME"] = page, prefix
    request.COOKIES = {}
    notice = request.GET.get(NOTICE)
    if notice:
        request.COOKIES[MESSAGES] = notice  # Signed by Django's own message storage, so it cannot be made up.
    request.csrf_processing_done = True  # type: ignore[attr-defined]


def _carry_messages(response: HttpResponse) -> HttpResponse:
    """A frame keeps no cookie: what would be said on the next page goes along in its address."""
    message = response.cookies.get(MESSAGES)
    address = response.headers.get("Location", "")
    if message is not None and message.value and address:
        page, hash_sign, fragment = address.partition("#")
        joint = "&" if "?" in page else "?"
        response["Location"] = f"{page}{joint}{urlencode({NOTICE: message.value})}{hash_sign}{fragment}"
    response.cookies.clear()
    return response


def _salt(slug: str) -> str:
    return f"voting.frame.{slug}"
