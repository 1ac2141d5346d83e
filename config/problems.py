"""Problem details (RFC 9457): every refusal under /api/ is told the same way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response

CONTENT_TYPE = "application/problem+json"
PROBLEMS = {
    "bad-request": (400, "Bad request"),
    "unauthenticated": (401, "Authentication is needed"),
    "forbidden": (403, "Not allowed"),
    "not-found": (404, "Not found"),
    "order-not-found": (404, "Unknown order"),
    "version-not-found": (404, "Unknown version of the order"),
    "customer-not-found": (404, "Unknown customer"),
    "method-not-allowed": (405, "Method not allowed"),
    "request-timeout": (408, "The body took too long"),
    "invalid-transition": (409, "The order's status does not allow it"),
    "duplicate-reference": (409, "The reference is taken"),
    "email-taken": (409, "The e-mail address is taken"),
    "customer-erased": (409, "The customer has been erased"),
    "request-in-flight": (409, "The same request is still being handled"),
    "version-mismatch": (412, "The order has moved on"),
    "too-large": (413, "The body is too large"),
    "unsupported-media-type": (415, "Only JSON is understood"),
    "invalid-body": (422, "A value is refused"),
    "idempotency-key-reused": (422, "The key belongs to another request"),
    "too-many-requests": (429, "Too many requests"),
    "internal-error": (500, "Something went wrong"),
    "not-yet-consistent": (503, "Not yet consistent"),
    "unavailable": (503, "Not available"),
}
DETAILS = {
    "not-found": "There is nothing at this address.",
    "forbidden": "You may not do this.",
    "too-large": "A body has at most 1,000,000 bytes.",
    "internal-error": "The error has been logged under the requestId.",
    "unavailable": "A part that this needs is away. Try again shortly.",
}
# PostgreSQL only reads (maintenance, or demoted), or has ended the transaction itself.
_AWAY = frozenset({"25006", "25P03", "25P04"})
RETRY_AFTER = {
    "request-in-flight": 1,
    "too-many-requests": 1,
    "not-yet-consistent": 1,
    "unavailable": 2,
}
OF_STATUS = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
    503: "unavailable",
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One refusal, ready to be told."""

    code: str
    detail: str = ""
    errors: list[dict[str, str]] = field(default_factory=list)
    retry_after: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)  # more members

    @property
    def status(self) -> int:
        return PROBLEMS[self.code][0]


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Tell DRF what to answer; None lets Django log the error and answer 500."""
    problem = problem_of(exception)
    if problem is None:
        return None
    return Response(
        body(context["request"], problem),
        status=problem.status,
        headers=headers(problem),
        content_type=CONTENT_TYPE,
    )


def problem_of(exception: BaseException | None) -> Problem | None:
    """Return the refusal that an exception stands for, if it stands for one."""
    match exception:
        case OperationalError() | InterfaceError():
            return Problem(code="unavailable")
        case InternalError() if _sqlstate(exception) in _AWAY:
            return Problem(code="unavailable")
        case Http404():
            return Problem(code="not-found")
        case PermissionDenied():
            return Problem(code="forbidden", detail=str(exception))
        case exceptions.APIException():
            return _of_drf(exception)
        case _:
            return _of_code(exception)


def response(request: HttpRequest, code: str, detail: str = "") -> HttpResponse:
    return render(request, Problem(code=code, detail=detail))


def response_for_status(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """Return the problem in place of a page that says no."""
    fallback = "bad-request" if refused.status_code < 500 else "internal-error"
    code = OF_STATUS.get(refused.status_code, fallback)
    kept = {"Allow": refused["Allow"]} if "Allow" in refused else {}
    return render(request, Problem(code=code, headers=kept))


def render(request: HttpRequest, problem: Problem) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(body(request, problem)),
        status=problem.status,
        headers=headers(problem),
        content_type=CONTENT_TYPE,
    )


def body(request: HttpRequest, problem: Problem) -> dict[str, Any]:
    return told(problem, request_id=getattr(request, "answered_id", ""))


def told(problem: Problem, *, request_id: str) -> dict[str, Any]:
    status, title = PROBLEMS[problem.code]
    members: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "title": title,
        "status": status,
        "detail": problem.detail or DETAILS.get(problem.code, f"{title}."),
        "requestId": request_id,
    }
    if problem.errors:
        members["errors"] = problem.errors
    return {**members, **problem.extra}


def headers(problem: Problem) -> dict[str, str]:
    told = dict(problem.headers)
    retry_after = problem.retry_after or RETRY_AFTER.get(problem.code)
    if retry_after is not None:
        told["Retry-After"] = str(retry_after)
    if problem.status == 401:
        told["WWW-Authenticate"] = "Bearer"
    return told


def _sqlstate(exception: BaseException) -> str:
    return getattr(exception.__cause__, "sqlstate", None) or ""


def _of_code(exception: BaseException | None) -> Problem | None:
    code = getattr(exception, "code", None)
    if not isinstance(code, str) or code not in PROBLEMS:
        return None
    return Problem(
        code=code,
        detail=str(exception),
        errors=getattr(exception, "errors", None) or [],
        retry_after=getattr(exception, "retry_after", None),
        headers=getattr(exception, "headers", None) or {},
        extra=getattr(exception, "extra", None) or {},
    )


def _of_drf(exception: exceptions.APIException) -> Problem:
    code = OF_STATUS.get(exception.status_code)
    if code is None:
        code = "bad-request" if exception.status_code < 500 else "internal-error"
    return Problem(
        code=code,
        detail=_words(exception.detail),
        retry_after=getattr(exception, "wait", None),
    )


def _words(detail: Any) -> str:
    """Return DRF's detail, which may be a string, a list or a tree, as one line."""
    match detail:
        case dict():
            return " ".join(f"{k}: {_words(v)}" for k, v in detail.items())
        case list():
            return " ".join(_words(part) for part in detail)
        case _:
            return str(detail)


UNKNOWN = Problem(code="internal-error")
