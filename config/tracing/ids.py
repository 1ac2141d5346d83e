"""The ids of traces and spans, worked out by both sides from what both know. Pure."""

import re
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

_TRACEPARENT = re.compile(
    r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-|\Z)"
)
_NONE = 0  # no id, says W3C's Trace Context
RANDOM_BITS = 32  # of an id, its last ones: they are so in a UUID of any kind


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The span in which somebody calls us: W3C's `traceparent`."""

    trace_id: int
    span_id: int


def caller_of(traceparent: str) -> Caller | None:
    """Return what the header says, None if it is none that W3C knows."""
    found = _TRACEPARENT.match(traceparent)
    if found is None or traceparent.startswith("ff"):
        return None
    if traceparent.startswith("00") and found[3]:
        return None  # this version ends here
    trace_id, span_id = int(found[1], 16), int(found[2], 16)
    if _NONE in {trace_id, span_id}:
        return None
    return Caller(trace_id=trace_id, span_id=span_id)


def request_id_of(trace_id: int) -> str:
    """Return what a request is called that is a part of somebody's trace."""
    return str(UUID(int=trace_id))


def trace_id_of(request_id: str) -> int:
    """Return the trace of a request: its id's 128 bits, or those of its digest."""
    try:
        return UUID(request_id).int or _digest(request_id, 16)
    except ValueError:
        return _digest(request_id, 16)


def span_id_of(stream_id: UUID, version: int) -> int:
    """Return the span in which an event was appended: there is one for each event."""
    return _digest(f"{stream_id}:{version}", 8)


def is_chosen(trace_id: int, *, share: float) -> bool:
    """
    Tell whether a trace is one of a share of them; all processes tell the same.

    By the last bits, since those before are no random number: a UUID begins with a
    time, its second half with `10`, and in one of version 7 a counter follows.
    """
    random = trace_id & ((1 << RANDOM_BITS) - 1)
    return random < share * (1 << RANDOM_BITS)


def _digest(text: str, size: int) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:size]) or 1
