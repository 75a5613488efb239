"""The signed cookie in which a browser keeps a participant's key, one for each conversation."""

import time
from functools import lru_cache

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
    return _key_of(name, request.COOKIES.get(name, ""))


def is_fresh_cookie(request: HttpRequest, name: str) -> bool:
    """Whether a cookie that was read needs not be set again yet."""
    set_at = b62_decode(request.COOKIES[name].rsplit(":", 2)[1])
    return time.time() - set_at < FRESH_SECONDS


@lru_cache(maxsize=20_000)
def _key_of(name: str, signed: str) -> str:
    """Checking a signature takes longer than remembering that it was right."""
    request = HttpRequest()
    request.COOKIES[name] = signed
    key = request.get_signed_cookie(name, default="", salt=cookie_salt(name))
    return key if isinstance(key, str) else ""
