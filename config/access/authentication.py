"""Who calls: a bearer token for programs, the session cookie for pages."""

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
)
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from config.access import standby
from config.access.models import ApiToken, User, digest_of

CACHED_AT_MOST = 10_000
# With the command database away reads go on for who was known just now; below the
# 30 s within which a revoked token ends.
TRUSTED_SECONDS = 25.0


@dataclass(frozen=True)
class _Known:
    token: ApiToken
    asked_at: float
    until: float


# The user keeps its permissions, so a known caller costs no query at all.
_known: dict[bytes, _Known] = {}


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        http: HttpRequest = request._request  # noqa: SLF001
        if not brings_bearer(http):
            return None
        token = bearer_of(http)
        if token is None:
            raise AuthenticationFailed("The token is unknown, expired or revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class CookieAuthentication(SessionAuthentication):
    """Django's session; whoever comes with it has to bring the CSRF token."""

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def brings_bearer(request: HttpRequest) -> bool:
    scheme: str = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")[0]
    return scheme.lower() == "bearer"


def bearer_of(request: HttpRequest) -> ApiToken | None:
    """
    Return the token that a request brings, None if it is no good; looked up once.

    :raises django.db.Error: if the database that knows is away
    """
    known: Any = request
    if not hasattr(known, "bearer"):
        text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")[2]
        # A command needs the command database: without it, it is refused at once.
        may_trust = request.method in SAFE_METHODS
        token = _token_of(text.strip(), may_trust=may_trust)
        known.bearer = token if token is not None and token.is_valid else None
    bearer: ApiToken | None = known.bearer
    return bearer


def forget_tokens() -> None:
    _known.clear()


def _token_of(text: str, *, may_trust: bool) -> ApiToken | None:
    digest = digest_of(text)
    known = _known.get(digest)
    now = time.monotonic()
    if known is not None and known.until > now:
        return known.token
    try:
        token = _found(digest)
    except (OperationalError, InterfaceError):
        if not may_trust:
            raise
        if standby.note_loss():
            token = _found(digest)
        elif known is not None and known.asked_at + TRUSTED_SECONDS >= now:
            token, now = known.token, known.asked_at
        else:
            raise
    if token is not None:
        _remember(digest, token, asked_at=now)
    return token


def _found(digest: bytes) -> ApiToken | None:
    found: Any = ApiToken.objects.select_related("user").filter(digest=digest)
    token: ApiToken | None = found.first()
    return token


def _remember(digest: bytes, token: ApiToken, *, asked_at: float) -> None:
    if len(_known) >= CACHED_AT_MOST:
        forget_tokens()
    until = time.monotonic() + settings.TOKEN_CACHE_SECONDS
    until = min(until, asked_at + TRUSTED_SECONDS)
    _known[digest] = _Known(token, asked_at, until)
