"""Pages remember in a signed cookie how far their reader has seen the log."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from config import problems
from config.headers import OF_PAGES

_SALT = "consistency"
MAX_DIGITS = 19
KEPT_SECONDS = 86_400  # longer than any lag, shorter than a restore stays unnoticed
_TOKEN = "Consistency-Token"  # noqa: S105 - a header's name


class Consistency:
    """Give each page `request.seen`, and keep the highest token that it answers with.

    What programs do with the header, a browser does with the cookie: it reads its own
    writes, and never sees time run backwards.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if problems.is_api(request):
            return self.get_response(request)
        remembered = _remembered(request)
        request.seen = max(remembered, _told(request))  # type: ignore[attr-defined]
        response = self.get_response(request)
        # The admin builds its answers itself, and leaves here what they stand for.
        shown_at = getattr(request, "shown_at", 0)
        if shown_at:
            response.headers.setdefault(_TOKEN, str(shown_at))
        if _TOKEN in response:
            response.headers.setdefault("Cache-Control", OF_PAGES)
            patch_vary_headers(response, ["Cookie", "HX-Request", "HX-Target"])
            # What a header has asked for is remembered too, once it has been shown.
            if int(response[_TOKEN]) > remembered:
                _remember(response)
        return response


def _remembered(request: HttpRequest) -> int:
    name = settings.CONSISTENCY_COOKIE_NAME
    return int(request.get_signed_cookie(name, default="0", salt=_SALT) or 0)


def _told(request: HttpRequest) -> int:
    """Return what static/live.js asks for: a stream of changes has told it."""
    told = request.headers.get(_TOKEN, "")
    is_position = told.isascii() and told.isdigit() and len(told) < MAX_DIGITS
    return int(told) if is_position else 0


def _remember(response: HttpResponse) -> None:
    response.set_signed_cookie(
        settings.CONSISTENCY_COOKIE_NAME,
        response[_TOKEN],
        salt=_SALT,
        max_age=KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
