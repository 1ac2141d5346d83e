"""What the log tells of events, each in the request in which it came about."""

import logging
from collections.abc import Sequence
from typing import Any

from orders_command.events import Recorded

logger = logging.getLogger(__name__)


def about(event: Recorded, projection: str) -> dict[str, Any]:
    """Return the fields that a line about an event has besides its words."""
    return {
        "request_id": event.request_id,
        "projection": projection,
        "event": event.type,
        "stream": event.stream_id,
        "version": event.version,
        "position": event.position,
    }


def applied(projection: str, events: Sequence[Recorded]) -> None:
    """Tell of each event that has just become visible, to who wants to know it all."""
    _tell(logging.DEBUG, "is applied to", projection, events)


def held_back(projection: str, events: Sequence[Recorded]) -> None:
    """Tell of each event that waits behind a parked one."""
    _tell(logging.WARNING, "waits behind a parked one in", projection, events)


def parked(projection: str, event: Recorded, error: str) -> None:
    """Tell of an event that could not be applied, and why."""
    more = about(event, projection)
    logger.error("%s is parked in %s: %s", _words(event), projection, error, extra=more)


def _tell(level: int, what: str, projection: str, events: Sequence[Recorded]) -> None:
    if not logger.isEnabledFor(level):
        return
    for event in events:
        words = f"{_words(event)} {what} {projection}"
        logger.log(level, "%s", words, extra=about(event, projection))


def _words(event: Recorded) -> str:
    named = f"{event.type} v{event.version} of {event.stream_id}"
    return f"Event {event.position} ({named})"
