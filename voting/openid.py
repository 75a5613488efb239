"""Signing in with OpenID Connect, where a conversation asks for it and the site names a provider.

The provider says who somebody is; of that only a key is kept, which cannot be turned back. Authlib speaks the
protocol: discovery, state, nonce, PKCE and the signature of the answer.
"""

import uuid
from functools import cache
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from joserfc.errors import JoseError
from requests import RequestException

from voting.models import Conversation
from voting.refusals import Refused

SLUG = "openid_conversation"
SALT = "voting.openid"
FAULTS = (AuthlibBaseError, JoseError, RequestException, KeyError, ValueError, RuntimeError)


def is_available() -> bool:
    """Whether the site names a provider."""
    return bool(settings.OPENID_ISSUER and settings.OPENID_CLIENT_ID)


def begin(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    """Send the person to the provider; the session remembers for which conversation."""
    request.session[SLUG] = conversation.slug
    back = settings.SITE_URL + reverse("voting:openid_return")
    try:
        response: HttpResponse = client().authorize_redirect(request, back)
    except FAULTS as error:
        raise Refused(
            _("The sign-in service does not answer now. Try again in a minute."), status=503
        ) from error
    return response


def finish(request: HttpRequest, conversation: Conversation) -> uuid.UUID:
    """The key of whom the provider names in its signed answer."""
    try:
        answer: dict[str, Any] = client().authorize_access_token(request)
        claims = answer["userinfo"]
        subject, issuer = str(claims["sub"]), str(claims["iss"])
    except FAULTS as error:
        raise Refused(_("Signing in did not work, and nothing was changed. Begin again.")) from error
    return person_of(conversation, issuer, subject)


def person_of(conversation: Conversation, issuer: str, subject: str) -> uuid.UUID:
    """The participant's key that belongs to a person of this provider, in this conversation only."""
    wanted = f"{conversation.pk}\n{issuer}\n{subject}"
    return uuid.UUID(bytes=salted_hmac(SALT, wanted, algorithm="sha256").digest()[:16])


def client() -> Any:
    """The provider's client, as the settings name it."""
    return _client(settings.OPENID_ISSUER, settings.OPENID_CLIENT_ID, settings.OPENID_CLIENT_SECRET)


@cache
def _client(issuer: str, client_id: str, client_secret: str) -> Any:
    return OAuth().register(
        "openid",
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": 10},
    )
