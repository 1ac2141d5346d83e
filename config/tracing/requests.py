"""The span of a request, which all that it leads to is a part of."""

from collections.abc import Callable

from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from config.metrics import METHODS
from config.tracing.ids import caller_of
from config.tracing.starting import start


class Traced:
    """Trace each request under its id; a caller's `traceparent` is where it hangs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        tracer = start()
        if tracer is None:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self._tracer = tracer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        caller = caller_of(request.headers.get("traceparent", ""))
        request_id: str = request.request_id  # type: ignore[attr-defined]
        with self._tracer.request(request_id, caller) as span:
            response = self.get_response(request)
            method = request.method if request.method in METHODS else "_OTHER"
            match = request.resolver_match
            route = match.route if match is not None else "unmatched"
            span.otel.update_name(f"{method} {route}")
            span.otel.set_attribute("http.request.method", f"{method}")
            span.otel.set_attribute("http.route", route)
            span.otel.set_attribute("http.response.status_code", response.status_code)
            span.tell(request=request_id, source=response.get("Read-Source"))
        return response
