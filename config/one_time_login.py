"""Links that sign a facilitator in once, for an hour."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

SALT = "config.one_time_login"
MAX_AGE = 3600


def make_login_link(user: User, site: str = "") -> str:
    """Return the address of a page that signs this user in; the next sign-in of any kind spends it."""
    contents = {
        "user": user.pk,
        "last_login": user.last_login.isoformat() if user.last_login else None,
        "password": password_mark(user),
    }
    token = signing.dumps(contents, salt=SALT)
    return (site or settings.SITE_URL).rstrip("/") + reverse("one-time-login", args=[token])


def find_user(token: str) -> User | None:
    """Return whom the link would sign in, or None if it is wrong, too old or spent."""
    contents = read_token(token)
    if contents is None:
        return None
    user = User.objects.filter(pk=contents["user"], is_active=True).first()
    if user is None or password_mark(user) != contents["password"]:
        return None
    return user if user.last_login == contents["last_login"] else None


def spend_link(token: str) -> User | None:
    """Take the link's one use; when two requests try at once, the database lets one through."""
    user = find_user(token)
    if user is None:
        return None
    unspent = User.objects.filter(pk=user.pk, last_login=user.last_login)
    if user.last_login is None:
        unspent = User.objects.filter(pk=user.pk, last_login__isnull=True)
    return user if unspent.update(last_login=timezone.now()) == 1 else None


def read_token(token: str) -> dict[str, Any] | None:
    try:
        contents = signing.loads(token, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    if contents["last_login"]:
        contents["last_login"] = datetime.fromisoformat(contents["last_login"])
    return contents


def password_mark(user: User) -> str:
    """A mark that changes with the password, so that changing it spends every link."""
    return salted_hmac(SALT, user.password).hexdigest()[:16]
