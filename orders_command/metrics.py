"""What the command side counts and times; config serves it at /metrics."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Histogram

ACCEPTED, REPLAYED, ERROR = "accepted", "replayed", "error"

_COMMANDS = Counter(
    "orders_commands_total", "Commands, by outcome.", ["command", "outcome"]
)
_SECONDS = Histogram(
    "orders_command_seconds",
    "How long a command took to be decided and stored, or refused.",
    ["command"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_EVENTS = Counter("orders_events_total", "Events appended to the log.", ["type"])

_FEED_WAITS = Counter(
    "orders_feed_wait_seconds_total",
    "Waited for transactions that have a position and have not ended.",
)


class Outcome:
    """What came of a command; an error unless somebody says otherwise."""

    is_replayed = False

    @property
    def name(self) -> str:
        """What it is called, unless it is refused."""
        return REPLAYED if self.is_replayed else ACCEPTED


@contextmanager
def handled(command: str) -> Iterator[Outcome]:
    """Count and time what happens within: carried out, replayed, or refused as what."""
    outcome, name, began = Outcome(), ERROR, time.monotonic()
    try:
        yield outcome
        name = outcome.name
    except Exception as error:
        code = getattr(error, "code", None)
        name = code if isinstance(code, str) else ERROR
        raise
    finally:
        _COMMANDS.labels(command, name).inc()
        _SECONDS.labels(command).observe(time.monotonic() - began)


def appended(*types: str) -> None:
    """Count events of these types."""
    for name in types:
        _EVENTS.labels(name).inc()


def waited_for_writers(seconds: float) -> None:
    """Count a part of a wait of the feed, while it lasts."""
    _FEED_WAITS.inc(seconds)
