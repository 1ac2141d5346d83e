"""Devices on which somebody has signed in before: a signed cookie for each user there.

It lets nobody in. It only says that whoever tries here is not one of the many who guess
elsewhere, so that these cannot lock the owner out (OWASP calls it a device cookie).
"""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

KEPT_SECONDS = 180 * 86_400
PATH = "/sign-in"


def known(request: HttpRequest, username: str) -> str:
    """Return the device's id if this user has signed in on it, else nothing."""
    name = _name(username)
    found = request.get_signed_cookie(name, "", salt=name, max_age=KEPT_SECONDS)
    return found or ""


def remember(request: HttpRequest, response: HttpResponse, username: str) -> None:
    name = _name(username)
    response.set_signed_cookie(
        name,
        known(request, username) or secrets.token_urlsafe(16),
        salt=name,
        max_age=KEPT_SECONDS,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _name(username: str) -> str:
    """Return a name that tells nobody whose cookie it is."""
    digest = salted_hmac("device", username, algorithm="sha256").hexdigest()
    return f"device-{digest[:16]}"
