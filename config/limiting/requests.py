"""The middleware that holds callers to their budgets."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.permissions import SAFE_METHODS

from config import middleware, problems
from config.limiting.budgets import Budget, Verdict
from config.limiting.callers import Caller, caller_of
from config.limiting.limiter import Hear, Limiter
from config.problems import Problem

UNCOUNTED = ("/healthz/", "/static/", "/metrics")
_ASKED_AGAIN = "orders.after"  # in the environ of who is held, and was counted before


class Limits:
    """
    Works on a read while Valkey is asked, and on a write only once it has answered.

    So a read pays next to nothing, and a write that is refused has done nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            hear = _ask(request)
        except (OperationalError, InterfaceError) as error:
            # Nothing is answered without knowing who asks; the view would say the same.
            return middleware.answer_to(request, error) or self.get_response(request)
        if hear is None:
            return self.get_response(request)
        if request.method in SAFE_METHODS:
            return self._read(request, hear)
        return self._write(request, hear)

    def _read(self, request: HttpRequest, hear: Hear) -> HttpResponse:
        response = self.get_response(request)
        found = hear()
        if found is None:
            return response
        if found.is_refused:
            response.close()
            return _refusal(request, found)
        return _told(response, found)

    def _write(self, request: HttpRequest, hear: Hear) -> HttpResponse:
        found = hear()
        if found is None:
            return self.get_response(request)
        if found.is_refused:
            return _refusal(request, found)
        return _told(self.get_response(request), found)


def _ask(request: HttpRequest) -> Hear | None:
    """Return how to hear the verdict, None if the request is not counted."""
    if request.path_info.startswith(UNCOUNTED) or _ASKED_AGAIN in request.META:
        return None
    caller = caller_of(request)
    budget = _budget(request, caller)
    return None if budget is None else _limiter().ask(budget, caller.key)


def _budget(request: HttpRequest, caller: Caller) -> Budget | None:
    budget: Budget | None = settings.RATE_LIMIT_READS
    if caller.is_stranger:
        budget = settings.RATE_LIMIT_STRANGERS
    elif request.method not in SAFE_METHODS:
        budget = settings.RATE_LIMIT_WRITES
    elif request.path_info.endswith(".csv"):
        budget = settings.RATE_LIMIT_EXPORTS or budget
    return budget


@cache
def _limiter() -> Limiter:
    return Limiter(settings.REDIS_URL)


def _told(response: HttpResponse, found: Verdict) -> HttpResponse:
    for name, value in found.headers().items():
        response[name] = value
    return response


def _refusal(request: HttpRequest, found: Verdict) -> HttpResponse:
    budget = found.budget
    if problems.is_api(request):
        problem = Problem(
            code="too-many-requests",
            detail=f"The budget of {budget.name} is used up: "
            f"{budget.most} within {budget.seconds} s.",
            retry_after=found.retry_after,
            headers=found.headers(),
        )
        return problems.render(request, problem)
    response = render(request, "429.html", {"seconds": found.retry_after}, status=429)
    response["Retry-After"] = str(found.retry_after)
    response["Cache-Control"] = "no-store"
    return _told(response, found)
