"""Middleware that serves people with a browser; who brings a token passes it by.

Sessions, messages and policies for scripts mean nothing to a program. Without them a
small answer takes 0.10 ms less, of 0.25 ms that all middleware takes.
"""

from typing import Any

from csp.constants import NONE, SELF
from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.utils import timezone
from django_htmx.middleware import HtmxMiddleware

from config import problems
from config.programs import is_of_a_program
from config.zones import zone_of


class _ForBrowsers:
    def __call__(self, request: HttpRequest) -> Any:
        if is_of_a_program(request):
            return self.get_response(request)  # type: ignore[attr-defined]
        return super().__call__(request)  # type: ignore[misc]


class Policy(_ForBrowsers, CSPMiddleware):
    """Bounds pages; what is none is bound by config.headers."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)

    def get_policy_parts(self, request: HttpRequest, *given: Any, **how: Any) -> Any:
        parts = super().get_policy_parts(request, *given, **how)
        if request.path_info.startswith("/admin/"):
            # Django's own templates know no nonces, and have no script in the page.
            parts.replace = {"script-src": [SELF]}
        elif not parts.nonce:
            parts.replace = {"script-src": [NONE]}
        elif request.path_info == "/api/docs":
            parts.replace = {"img-src": [SELF, "data:"]}  # Swagger UI's arrows
        return parts


class Sessions(_ForBrowsers, SessionMiddleware):
    pass


class SignedIn(_ForBrowsers, AuthenticationMiddleware):
    pass


class Messages(_ForBrowsers, MessageMiddleware):
    pass


class Htmx(_ForBrowsers, HtmxMiddleware):
    pass


class Zone:
    """Put the times of a page in its reader's zone; programs are told UTC."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        if problems.is_api(request):
            return self.get_response(request)
        with timezone.override(zone_of(request)):
            return self.get_response(request)
