"""Tells OpenTelemetry of the way from a command to the row that shows it.

Attributes are ids, types, numbers and outcomes; nobody's words, and no address.
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode, TraceFlags

from config.tracing.exporting import with_ids
from config.tracing.ids import Caller, is_chosen, span_id_of, trace_id_of

SHOWN_BY = "orders"  # the projection whose rows a reader looks for
AWAITED_AT_MOST = 2_000  # events of which a replica has not shown the row yet
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


class Recorded(Protocol):
    """An event of the log, as far as a trace tells of it."""

    @property
    def type(self) -> str: ...
    @property
    def stream_id(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def position(self) -> int: ...
    @property
    def request_id(self) -> str: ...


@dataclass(frozen=True)
class _Awaited:
    """An event whose row is written, and of which a replica is to show it."""

    position: int
    written_ns: int
    context: Context


class Span:
    """What is under way."""

    def __init__(self, span: trace.Span) -> None:
        self.otel = span

    def tell(self, **attributes: Any) -> None:
        self.otel.set_attributes(_named(attributes))


class Tracer:
    """One per process; `orders_command.tracing` says what it is told."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("orders")
        self._awaited: dict[str, deque[_Awaited]] = {
            alias: deque(maxlen=AWAITED_AT_MOST) for alias in settings.REPLICAS
        }

    @contextmanager
    def request(self, request_id: str, caller: Caller | None) -> Iterator[Span]:
        """Begin the trace of a request, as a part of the caller's if it is that one."""
        trace_id = trace_id_of(request_id)
        is_theirs = caller is not None and caller.trace_id == trace_id
        theirs = None if caller is None else _context(caller.trace_id, caller.span_id)
        links = [Link(theirs)] if theirs is not None and not is_theirs else []
        with (
            with_ids(trace=trace_id),
            self._within(
                "request",
                context=_under(theirs) if theirs and is_theirs else Context(),
                kind=SpanKind.SERVER,
                links=links,
            ) as span,
        ):
            yield span

    @contextmanager
    def span(self, name: str, **attributes: Any) -> Iterator[Span]:
        with self._within(name, attributes=_named(attributes)) as span:
            yield span

    def appended(
        self, name: str, stream_id: UUID, version: int, *, began_ns: int
    ) -> None:
        with with_ids(span=span_id_of(stream_id, version)):
            span = self._tracer.start_span(
                f"append {name}",
                start_time=began_ns,
                attributes=_named({"stream": stream_id, "version": version}),
            )
        span.end()

    def applied(
        self, projection: str, events: Iterable[Recorded], *, began_ns: int
    ) -> None:
        """Tell of each in its own trace, as what came of its append."""
        batch = trace.get_current_span().get_span_context()
        links = [Link(batch)] if batch.is_valid else []
        written_ns = time.time_ns()
        for event in events:
            trace_id = trace_id_of(event.request_id)
            if not event.request_id or not is_chosen(
                trace_id, share=settings.TRACED_SHARE
            ):
                continue
            parent = _context(trace_id, span_id_of(event.stream_id, event.version))
            span = self._tracer.start_span(
                f"project {event.type} to {projection}",
                context=_under(parent),
                kind=SpanKind.CONSUMER,
                start_time=began_ns,
                attributes=_named(_of(event, projection)),
                links=links,
            )
            span.end(written_ns)
            if projection == SHOWN_BY:
                self._await(event.position, written_ns, span)

    def visible(self, replica: str, position: int) -> None:
        """Tell of each event that a replica shows now, and since when it should."""
        awaited, now_ns = self._awaited[replica], time.time_ns()
        while awaited and awaited[0].position <= position:
            shown = awaited.popleft()
            span = self._tracer.start_span(
                f"visible on {replica}",
                context=shown.context,
                start_time=shown.written_ns,
                attributes=_named({"source": replica, "position": position}),
            )
            span.end(now_ns)

    def end(self) -> None:
        self._provider.shutdown()

    def _await(self, position: int, written_ns: int, span: trace.Span) -> None:
        awaited = _Awaited(position, written_ns, trace.set_span_in_context(span))
        for events in self._awaited.values():
            events.append(awaited)

    @contextmanager
    def _within(self, name: str, **how: Any) -> Iterator[Span]:
        """Begin a span, and tell of an error its kind alone: its words may quote."""
        with self._tracer.start_as_current_span(
            name, **how, record_exception=False, set_status_on_exception=False
        ) as begun:
            try:
                yield Span(begun)
            except Exception as error:
                _tell_of(error, begun)
                raise


def _tell_of(error: Exception, span: trace.Span) -> None:
    code = getattr(error, "code", None)
    if isinstance(code, str):  # a refusal, which is an answer
        span.set_attributes(_named({"outcome": code}))
    else:
        span.set_attribute("error.type", type(error).__qualname__)
        span.set_status(StatusCode.ERROR)


def _of(event: Recorded, projection: str) -> dict[str, Any]:
    return {
        "projection": projection,
        "stream": event.stream_id,
        "version": event.version,
        "position": event.position,
    }


def _named(attributes: Mapping[str, Any]) -> dict[str, str | int | bool]:
    """Return attributes under our name, ids as text; what is None is left out."""
    return {
        f"orders.{name}": value if isinstance(value, str | int) else str(value)
        for name, value in attributes.items()
        if value is not None
    }


def _context(trace_id: int, span_id: int) -> SpanContext:
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=_SAMPLED)


def _under(parent: SpanContext) -> Context:
    return trace.set_span_in_context(trace.NonRecordingSpan(parent), Context())
