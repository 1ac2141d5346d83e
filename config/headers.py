"""The headers that bound what may be done with an answer, by its kind."""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# What is not a page loads nothing if a browser opens it, and is framed by nobody.
NO_DOCUMENT = "default-src 'none'; frame-ancestors 'none'"
# A page that its own middleware did not reach: it may look like one, and runs nothing.
WITHOUT_SCRIPTS = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# Who has signed out leaves nothing behind: not on the disk, not behind "back".
OF_PAGES = "private, no-cache, no-store"
PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in """
        accelerometer camera display-capture geolocation gyroscope magnetometer
        microphone midi payment usb
    """.split()
)


class Headers:
    """Add what Django leaves out; whoever knows better has come first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = PERMISSIONS
        if "Content-Security-Policy" not in headers:
            is_page = headers.get("Content-Type", "").startswith("text/html")
            policy = WITHOUT_SCRIPTS if is_page else NO_DOCUMENT
            headers["Content-Security-Policy"] = policy
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = OF_PAGES
        return response


def of_a_refusal(asked: Mapping[bytes, bytes]) -> dict[str, str]:
    """
    Return what all middleware would have added, for an answer given before Django.

    :param asked: the headers of the request, their names in small letters
    """
    headers = {
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS,
        "Content-Security-Policy": NO_DOCUMENT,
        "Cache-Control": "private, no-cache",
    }
    if settings.HTTPS and asked.get(b"x-forwarded-proto") == b"https":
        headers["Strict-Transport-Security"] = (
            f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
        )
    return headers
