"""What keeps abuse away: limits of how often something is done, and signs that no person wrote a text.

A network is known for one day only, by a hash of its prefix with that day's random salt; the salt is deleted
with the day, so no hash can be undone. No address is stored. Votes, which are many, are counted in the memory
of each web process; statements and newcomers, which are few, in the database. docs/identity.md lists the
limits.
"""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from voting.cookies import COOKIE_PREFIX, read_cookie
from voting.models import DailySalt
from voting.recent_counts import RecentCounts
from voting.refusals import Answer, Refused, show_refusal

GUARD_SALT = "voting.guard"
HIDDEN_FIELD = "website"
TIME_FIELD = "began"


@dataclass(frozen=True)
class Limit:
    """At most so many within so many seconds."""

    n: int
    seconds: int


VOTES_BY_PARTICIPANT = Limit(120, 60)
VOTES_BY_NETWORK = Limit(6000, 60)
STATEMENTS_BY_PARTICIPANT = Limit(10, 600)
STATEMENTS_BY_NETWORK = Limit(100, 600)
STATEMENTS_IN_CONVERSATION = Limit(600, 3600)
LOOKS_BY_PARTICIPANT = Limit(240, 60)
LOOKS_BY_NETWORK = Limit(6000, 60)
NEWCOMERS_BY_NETWORK = Limit(500, 600)
CODES_BY_PERSON = Limit(5, 3600)
CODES_BY_NETWORK = Limit(60, 600)
COUNT = """
INSERT INTO voting_ratecount AS known (key, n, ends_at) VALUES (%s, 1, now() + %s * interval '1 second')
ON CONFLICT (key) DO UPDATE SET
    n = CASE WHEN known.ends_at <= now() THEN 1 ELSE known.n + 1 END,
    ends_at = CASE WHEN known.ends_at <= now() THEN EXCLUDED.ends_at ELSE known.ends_at END
RETURNING n, ceil(extract(epoch FROM ends_at - now()))
"""
_votes = RecentCounts()
_looks = RecentCounts()
_salts: dict[date, bytes] = {}


class AbuseMiddleware:
    """Counts votes and statements before anything is done with them."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if request.method != "POST" or request.resolver_match is None:
            return None
        try:
            check_post(request, request.resolver_match.view_name, str(kwargs.get("slug", "")))
        except Refused as refusal:
            return show_refusal(request, refusal)
        return None


def check_post(request: HttpRequest, page: str, slug: str) -> None:
    """Refuse what comes too often, or from a program."""
    if page in ("voting:vote", "voting:withdraw_vote", "voting:vote_near"):
        limit_votes(request)
    elif page == "voting:near":
        limit_looks(request)
    elif page == "voting:submit_statement":
        check_writing(request)
        limit_statements(request, slug)


def limit_votes(request: HttpRequest) -> None:
    """Refuse votes that come faster than people can read."""
    for who in _participant_marks(request):
        _refuse_over(VOTES_BY_PARTICIPANT, *_votes.count(f"p{who}", VOTES_BY_PARTICIPANT.seconds))
    network = network_hash(request)
    if network:
        _refuse_over(VOTES_BY_NETWORK, *_votes.count(f"n{network}", VOTES_BY_NETWORK.seconds))


def limit_looks(request: HttpRequest) -> None:
    """Refuse to look for what comes near a text more often than anybody pauses while writing."""
    for who in _participant_marks(request):
        _refuse_over(LOOKS_BY_PARTICIPANT, *_looks.count(f"p{who}", LOOKS_BY_PARTICIPANT.seconds))
    network = network_hash(request)
    if network:
        _refuse_over(LOOKS_BY_NETWORK, *_looks.count(f"n{network}", LOOKS_BY_NETWORK.seconds))


def limit_statements(request: HttpRequest, slug: str) -> None:
    """Refuse more statements than a person, a network or a conversation can sensibly have."""
    for name, mark, limit in (
        *(("participant", who, STATEMENTS_BY_PARTICIPANT) for who in _participant_marks(request)),
        ("network", network_hash(request), STATEMENTS_BY_NETWORK),
        ("conversation", slug, STATEMENTS_IN_CONVERSATION),
    ):
        if mark:
            _refuse_over(limit, *count(f"statement:{name}:{mark}", limit.seconds))


def limit_newcomers(request: HttpRequest) -> None:
    """Refuse more newcomers than a network, such as a school's, sensibly has at once."""
    network = network_hash(request)
    if network:
        _refuse_over(NEWCOMERS_BY_NETWORK, *count(f"newcomer:{network}", NEWCOMERS_BY_NETWORK.seconds))


def limit_codes(request: HttpRequest, person: str) -> None:
    """Refuse to write to one person, or for one network, more often than anybody needs."""
    for name, mark, limit in (
        ("person", person, CODES_BY_PERSON),
        ("network", network_hash(request), CODES_BY_NETWORK),
    ):
        if mark:
            _refuse_over(limit, *count(f"code:{name}:{mark}", limit.seconds))


def count(name: str, seconds: int) -> tuple[int, int]:
    """How often this happened in its window, this time included, and in how many seconds that ends."""
    key = hashlib.sha256(name.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [key, seconds])
        n, left = cursor.fetchone()
    return n, int(left)


def network_hash(request: HttpRequest) -> str:
    """A mark of the network for today; empty for this machine itself, where no stranger is."""
    prefix = _prefix_of(import_string(settings.CLIENT_ADDRESS)(request) or "")
    if not prefix:
        return ""
    return hmac.new(_salt_of(timezone.now().date()), prefix.encode(), hashlib.sha256).hexdigest()


def stamp_form() -> str:
    """The signed time at which a form was shown."""
    return signing.Signer(salt=GUARD_SALT, sep="~").sign(str(int(time.time() * 1000)))


def check_writing(request: HttpRequest) -> None:
    """Refuse a text that fills the field people do not see, or that came faster than anybody writes."""
    if request.POST.get(HIDDEN_FIELD):
        raise Refused(
            _("A field that people cannot see was filled in. Empty it, then send again."), status=422
        )
    if settings.LEAST_WRITING_SECONDS == 0:
        return
    try:
        shown = int(signing.Signer(salt=GUARD_SALT, sep="~").unsign(request.POST.get(TIME_FIELD, ""))) / 1000
    except (signing.BadSignature, ValueError):
        raise Refused(
            _("The form was incomplete. Load the page again, then send your text."), status=422
        ) from None
    if time.time() - shown < settings.LEAST_WRITING_SECONDS:
        raise Refused(
            _("That was very quick. Your text is still there: go back and send it again."),
            status=429,
            retry_after=settings.LEAST_WRITING_SECONDS,
        )


def _refuse_over(limit: Limit, n: int, seconds_left: int) -> None:
    if n > limit.n:
        message = _(
            "That was very often within a short time. What came before is kept. Wait a little, then go on."
        )
        raise Refused(message, status=429, retry_after=max(1, seconds_left))


def _participant_marks(request: HttpRequest) -> set[str]:
    """The keys that came with the request, without asking the database: of the frame, or of signed cookies.

    All of them count, so that another conversation's cookie put in front hides nobody.
    """
    frame = getattr(request, "frame", None)
    if frame:
        return {str(frame.key)}
    found = {read_cookie(request, name) for name in request.COOKIES if name.startswith(COOKIE_PREFIX)}
    return {key for key in found if key}


@lru_cache(maxsize=1_000)
def _prefix_of(written: str) -> str:
    """The network of an address; nothing for this machine itself, and for what is no address."""
    try:
        address = ip_address(written)
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return ""
    return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))


def _salt_of(day: date) -> bytes:
    if day not in _salts:
        salt = DailySalt.objects.get_or_create(day=day, defaults={"salt": secrets.token_bytes(32)})[0].salt
        _salts.clear()
        _salts[day] = bytes(salt)
    return _salts[day]
