"""A line of the log for each request: by its route, never by its address.

An address may name a person, as a search for an e-mail does; a route names nobody.
"""

import logging
import random
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.access.models import User
from config.metrics import METHODS
from config.serving import holds

logger = logging.getLogger(__name__)

# Asked for by machines at every moment, and by each page a dozen times.
_OF_LITTLE_INTEREST = ("/healthz/", "/static/")


class RequestLog:
    """Tell of a share of the requests (LOG_REQUESTS), and of all that failed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        level = level_of(request, response)
        if logger.isEnabledFor(level) and _is_chosen(response.status_code):
            _tell(level, request, response, seconds=time.monotonic() - began)
        return response


def level_of(request: HttpRequest, response: HttpResponse) -> int:
    """Return DEBUG for what interests few: probes, files, and who goes on waiting."""
    if response.status_code >= 500:
        return logging.WARNING
    is_held = response.has_header(holds.HEADER)
    if is_held or request.path_info.startswith(_OF_LITTLE_INTEREST):
        return logging.DEBUG
    return logging.INFO


def _is_chosen(status: int) -> bool:
    share: float = settings.LOG_REQUESTS
    return status >= 500 or share >= 1 or random.random() < share  # noqa: S311


def _tell(
    level: int, request: HttpRequest, response: HttpResponse, *, seconds: float
) -> None:
    match = request.resolver_match
    told = {
        "method": request.method if request.method in METHODS else "other",
        "route": match.route if match is not None else "unmatched",
        "status": response.status_code,
        "duration_ms": round(seconds * 1000, 3),
        "source": response.get("Read-Source"),
        "position": _number(response.get("Consistency-Token")),
        "user": _known_user(request),
    }
    logger.log(
        level,
        "%(method)s %(route)s %(status)s in %(duration_ms)s ms",
        told,
        extra={"request": request, **told},
    )


def _number(token: str | None) -> int | None:
    return int(token) if token else None


def _known_user(request: HttpRequest) -> Any:
    """Return who it was, if somebody has asked already: this asks no database."""
    for user in (vars(request).get("user"), vars(request).get("_cached_user")):
        if type(user) is User:  # what is lazy pretends to be one
            return user.pk
    return None
