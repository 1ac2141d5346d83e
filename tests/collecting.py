"""A collector of traces, as OpenTelemetry's: keeps what processes send over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from config.local.ports import HOST


@dataclass(frozen=True, kw_only=True)
class Span:
    """A span as it arrived; ids in hexadecimal digits, times in seconds."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    links: tuple[str, ...]  # the traces that it is linked to
    began: float
    ended: float
    attributes: dict[str, Any]
    failed: bool


class Collector:
    """Says where it listens, and what it was sent."""

    def __init__(self, port: int) -> None:
        self.url = f"http://{HOST}:{port}"
        self._spans: list[Span] = []
        self.bodies: list[bytes] = []

    def spans(self, *, trace: str = "", **fields: str) -> list[Span]:
        """Return the spans of a trace, or of all, with these fields."""
        return [
            span
            for span in tuple(self._spans)
            if trace in {"", span.trace_id}
            and all(getattr(span, name) == value for name, value in fields.items())
        ]

    def take(self, body: bytes) -> None:
        self.bodies.append(body)
        self._spans += _spans_in(ExportTraceServiceRequest.FromString(body))


@contextmanager
def collecting() -> Iterator[Collector]:
    """Listen, in a thread, as long as anybody sends."""
    server = ThreadingHTTPServer((HOST, 0), _Receiver)
    server.collector = Collector(server.server_port)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.collector  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.collector.take(body)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _spans_in(request: ExportTraceServiceRequest) -> Iterator[Span]:
    for resource in request.resource_spans:
        service = _plain(resource.resource.attributes)["service.name"]
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Span(
                    service=service,
                    name=span.name,
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    links=tuple(link.trace_id.hex() for link in span.links),
                    began=span.start_time_unix_nano / 1e9,
                    ended=span.end_time_unix_nano / 1e9,
                    attributes=_plain(span.attributes),
                    failed=span.status.code == span.status.STATUS_CODE_ERROR,
                )


def _plain(attributes: Any) -> dict[str, Any]:
    return {pair.key: _value(pair) for pair in attributes}


def _value(pair: KeyValue) -> Any:
    value: AnyValue = pair.value
    return getattr(value, str(value.WhichOneof("value")))
