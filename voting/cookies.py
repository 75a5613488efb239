"""The signed cookie in which a browser keeps a participant's key, one for each conversation."""

import time

from django.core.signing import b62_decode
from django.http import HttpRequest

COOKIE_PREFIX = "participant-"
# A cookie lasts a year from when it was set; one that is older than this is set again with the next vote.
FRESH_SECONDS = 30 * 24 * 3600


def cookie_name(conversation_pk: int) -> str:
    return f"{COOKIE_PREFIX}{conversation_pk}"


def cookie_salt(name: str) -> str:
    return f"voting.participant.{name.removeprefix(COOKIE_PREFIX)}"


def read_cookie(request: HttpRequest, name: str) -> str:
    """The key in the cookie of this name, or nothing if it is missing or was tampered with."""
    known: dict[str, str] = request.__dict__.setdefault("_participant_keys", {})
    if name not in known:
        value = request.get_signed_cookie(name, default="", salt=cookie_salt(name))
        known[name] = value if isinstance(value, str) else ""
    return known[name]


def is_fresh_cookie(request: HttpRequest, name: str) -> bool:
    """Whether a cookie that was read needs not be set again yet."""
    set_at = b62_decode(request.COOKIES[name].rsplit(":", 2)[1])
    return time.time() - set_at < FRESH_SECONDS
