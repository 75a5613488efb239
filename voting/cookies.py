"""The signed cookie in which a browser keeps a participant's key, one for each conversation."""

from django.http import HttpRequest

COOKIE_PREFIX = "participant-"


def cookie_name(conversation_pk: int) -> str:
    return f"{COOKIE_PREFIX}{conversation_pk}"


def cookie_salt(name: str) -> str:
    return f"voting.participant.{name.removeprefix(COOKIE_PREFIX)}"


def read_cookie(request: HttpRequest, name: str) -> str:
    """The key in the cookie of this name, or nothing if it is missing or was tampered with."""
    value = request.get_signed_cookie(name, default="", salt=cookie_salt(name))
    return value if isinstance(value, str) else ""
