"""How a record of the log is written for programs: one JSON object a line.

docs/reference/logs.md names the fields. A record's further fields get in if they are
listed here, and no others: so nobody's words come along.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from config.lines import LONGEST, NO_REQUEST, shortened
from config.naming import PROCESS
from config.reporting import told, traceback_of, without_values

ALWAYS = (
    "time",
    "level",
    "logger",
    "process",
    "pid",
    "thread",
    "request_id",
    "message",
)
OF_REQUESTS = ("method", "route", "status", "duration_ms", "source", "user")
OF_EVENTS = ("projection", "event", "stream", "version", "position")
OF_ERRORS = ("error", "traceback")
_FURTHER = (*OF_REQUESTS, *OF_EVENTS)


class JsonLine(logging.Formatter):
    """Write a record as an object; whatever is not plain ASCII as an escape of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        record = without_values(record)
        fields = {
            "time": instant(record.created),
            "level": record.levelname,
            "logger": record.name,
            "process": PROCESS,
            "pid": record.process,
            "thread": record.threadName,
            "request_id": getattr(record, "request_id", NO_REQUEST),
            "message": shortened(record.getMessage()),
            **_further(record),
            **_error(record),
        }
        return json.dumps(fields, separators=(",", ":"))


def instant(seconds: float) -> str:
    """Return a time since 1970 as RFC 3339 has it, in UTC, to the millisecond."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _further(record: logging.LogRecord) -> dict[str, Any]:
    known = vars(record)
    return {
        name: known[name] if isinstance(known[name], int | float) else str(known[name])
        for name in _FURTHER
        if known.get(name) is not None
    }


def _error(record: logging.LogRecord) -> dict[str, str]:
    """Tell of an error without its values; of a long traceback the end tells most."""
    if not record.exc_info or record.exc_info[1] is None:
        return {}
    error = record.exc_info[1]
    lines = traceback_of(error)
    return {"error": shortened(told(error)), "traceback": lines[-LONGEST:]}
