"""What every request passes: an id to find it by, and problems as JSON under /api/."""

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from io import BytesIO

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from uuid_utils import uuid7

from config import problems
from config.lines import NO_REQUEST
from config.tracing.ids import caller_of, request_id_of

GetResponse = Callable[[HttpRequest], HttpResponse]

_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z")
_CALLERS_ID = re.compile(r"[0-9A-Za-z-]{8,64}\Z")
NAMED_BY = (b"x-request-id", b"traceparent")  # as ASGI words it
DRAINED_AT_MOST = 20_000_000

_request_id: ContextVar[str] = ContextVar("request_id", default=NO_REQUEST)


class RequestId:
    """
    Give each request an id: the caller's if it will do, else a new one.

    The answer repeats what the caller has sent. The logs keep it only if it is a UUID:
    anything else may name a person, so there it goes by its digest.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        answered = id_for(
            meta.get("HTTP_X_REQUEST_ID", ""), meta.get("HTTP_TRACEPARENT", "")
        )
        request.answered_id = answered  # type: ignore[attr-defined]
        request.request_id = kept_as(answered)  # type: ignore[attr-defined]
        reset = _request_id.set(request.request_id)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            _request_id.reset(reset)
        response["X-Request-Id"] = answered
        return response


def id_for(offered: str, traceparent: str = "") -> str:
    """Return the id that an answer carries: the caller's, its trace's, or a new one."""
    if _CALLERS_ID.match(offered):
        return offered
    caller = caller_of(traceparent) if traceparent else None
    return str(uuid7()) if caller is None else request_id_of(caller.trace_id)


def kept_as(answered: str) -> str:
    """Return what a request with this id is called in the logs."""
    if _UUID.match(answered):
        return answered
    digest = salted_hmac("request id", answered, algorithm="sha256").hexdigest()
    return digest[:32]


class RequestIdFilter(logging.Filter):
    """Put the id of the request that it is about into each line of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Who applies an event of the log tells in which request it came about.
        if not getattr(record, "request_id", ""):
            # Django logs an answer of 5xx once the request is done, and hands it along.
            request = getattr(record, "request", None)
            record.request_id = getattr(request, "request_id", _request_id.get())
        return True


class ApiErrors:
    """Under /api/ whatever goes wrong is a problem, never a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not problems.is_api(request):
            return self.get_response(request)
        response = self._answer(request)
        response["Cache-Control"] = "private, no-cache"
        response["Vary"] = "Authorization, Cookie, Consistency-Token"
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if not _body_fits(request):
            return problems.response(request, "too-large")
        response = self.get_response(request)
        if response.status_code < 400 or _is_json(response):
            return response
        return problems.response_for_status(request, response)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Answer what has an answer; anything else is a 500 and goes to the log."""
        return answer_to(request, exception)


def answer_to(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """Return the refusal that an exception stands for, None if it is a defect."""
    problem = problems.problem_of(exception)
    if problem is None:
        return None
    if problems.is_api(request):
        return problems.render(request, problem)
    if problem.status != 503:
        return None
    response = render(request, "503.html", status=503)
    for name, value in problems.headers(problem).items():
        response[name] = value
    return response


def _is_json(response: HttpResponse) -> bool:
    return response.get("Content-Type", "").startswith(problems.CONTENT_TYPE)


def _body_fits(request: HttpRequest) -> bool:
    limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        return _buffer_chunks(request, limit)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) <= limit:
        return True
    _drain(request, min(int(length), DRAINED_AT_MOST))
    return False


def _buffer_chunks(request: HttpRequest, limit: int) -> bool:
    """Read a body of unknown length, which Django would take for an empty one."""
    body = request.META["wsgi.input"].read(limit + 1)
    if len(body) > limit:
        _drain(request, DRAINED_AT_MOST)
        return False
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = BytesIO(body)  # noqa: SLF001
    return True


def _drain(request: HttpRequest, size: int) -> None:
    """Read on: a caller who is still sending would not hear the answer."""
    stream = request.META["wsgi.input"]
    while size > 0 and (chunk := stream.read(min(size, 65_536))):
        size -= len(chunk)
