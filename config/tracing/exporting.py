"""Where spans go: to a collector, from a thread of its own, and never waited for."""

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult

from config.naming import PROCESS
from config.tracing.ids import is_chosen

ENDS_WITHIN_MS = 1000
TOLD_AT_MOST = 128  # characters of an attribute


def provider(*, share: float) -> TracerProvider:
    """
    Return what makes spans and sends them, for a share of all traces.

    Spans wait in a queue (2,048, or OTEL_BSP_MAX_QUEUE_SIZE); while the collector is
    away or slow the oldest are lost, and nobody waits.
    """
    named = os.environ.get("OTEL_SERVICE_NAME") or f"orders-{PROCESS}"
    resource = Resource.create({SERVICE_NAME: named, "process.pid": os.getpid()})
    made = TracerProvider(
        sampler=_Share(share),
        resource=resource,
        id_generator=_Ids(),
        span_limits=SpanLimits(max_attribute_length=TOLD_AT_MOST),
        shutdown_on_exit=False,
    )
    made.add_span_processor(_Processor(OTLPSpanExporter()))
    atexit.register(made.shutdown)
    return made


@contextmanager
def with_ids(*, trace: int | None = None, span: int | None = None) -> Iterator[None]:
    """Let the span that is begun within have this id, and a root be of this trace."""
    reset = _wanted.set((trace, span))
    try:
        yield
    finally:
        _wanted.reset(reset)


_wanted: ContextVar[tuple[int | None, int | None]] = ContextVar(
    "wanted", default=(None, None)
)


class _Ids(RandomIdGenerator):
    def generate_trace_id(self) -> int:
        return _wanted.get()[0] or super().generate_trace_id()

    def generate_span_id(self) -> int:
        return _wanted.get()[1] or super().generate_span_id()


class _Share(Sampler):
    """Decides by a trace's id alone: whoever has a part of it decides alike."""

    def __init__(self, share: float) -> None:
        self._share = share

    def should_sample(  # noqa: PLR0913, PLR0917 - OpenTelemetry's interface
        self,
        parent_context: Any,
        trace_id: int,
        name: str,
        kind: Any = None,
        attributes: Any = None,
        links: Any = None,
        trace_state: Any = None,
    ) -> SamplingResult:
        if is_chosen(trace_id, share=self._share):
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes)
        return SamplingResult(Decision.DROP)

    def get_description(self) -> str:
        return f"Share({self._share})"


class _Processor(BatchSpanProcessor):
    def shutdown(self) -> None:
        """Send what is left, within bounds: a process that ends is waited for."""
        self._batch_processor.shutdown(timeout_millis=ENDS_WITHIN_MS)
