"""The signed cookie in which a browser keeps a participant's key, one for each conversation."""

from django.http import HttpRequest

COOKIE_PREFIX = "participant-"
# A cookie lasts a year from when it was set; one that is older than this is set again with the next vote.
FRESH_SECONDS = 30 * 24 * 3600


def cookie_name(conversation_pk: int) -> str:
    return f"{COOKIE_PREFIX}{conversation_pk}"


def cookie_salt(name: str) -> str:
    return f"voting.participant.{name.removeprefix(COOKIE_PREFIX)}"


def read_cookie(request: HttpRequest, name: str, max_age: int | None = None) -> str:
    """The key in the cookie of this name, or nothing if it is missing, too old or was tampered with."""
    value = request.get_signed_cookie(name, default="", salt=cookie_salt(name), max_age=max_age)
    return value if isinstance(value, str) else ""


def read_fresh_cookie(request: HttpRequest, conversation_pk: int) -> str:
    """The key in a conversation's cookie, unless it is time to set that cookie again."""
    return read_cookie(request, cookie_name(conversation_pk), FRESH_SECONDS)
