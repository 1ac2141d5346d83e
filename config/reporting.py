"""What the log tells of a failure: of which kind it was and where, never with values.

An error's words may quote what somebody has entered. They are told if they are ours, or
of a kind that only speaks of the program; of a database's those that name no value.
"""

import logging
import traceback
from collections.abc import Iterator, Mapping
from copy import copy

import psycopg

OURS = frozenset({"config", "customers", "orders_command", "orders_query"})
OF_THE_PROGRAM = (
    AssertionError,
    AttributeError,
    ImportError,
    NameError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
)
# Classes of SQLSTATE whose messages quote values: data that cannot be read, or raised.
QUOTING = ("22", "P0")
_BECAUSE = "\nThe above exception was the direct cause of the following exception:\n"
_DURING = "\nDuring handling of the above exception, another exception occurred:\n"


def without_values(record: logging.LogRecord) -> logging.LogRecord:
    """Return a record as it may be written: Celery's have an error's own words."""
    if not (record.exc_info and isinstance(record.args, Mapping)):
        return record
    if "exc" not in record.args:
        return record
    safe = copy(record)
    safe.args = {**record.args, "exc": told(record.exc_info[1])}
    return safe


def traceback_of(error: BaseException) -> str:
    """Return what led to an error, and the error, as a traceback shows it."""
    return "\n".join(_chain(error, set()))


def told(error: BaseException | None) -> str:
    """Return an error's kind, with its words if they cannot quote anybody."""
    if error is None:
        return "None"
    kind = type(error)
    words = _words(error)
    name = kind.__qualname__
    if kind.__module__ not in {"builtins", "__main__"}:
        name = f"{kind.__module__}.{name}"
    return f"{name}: {words}" if words else name


def _words(error: BaseException) -> str:
    if isinstance(error, psycopg.Error):
        return _of_database(error)
    if isinstance(error.__cause__, psycopg.Error):
        return ""  # Django repeats what the driver said; that is told before it
    is_ours = type(error).__module__.partition(".")[0] in OURS
    # Errors of libraries may quote: of one that sends mails, say, to whom.
    is_of_python = type(error).__module__ == "builtins"
    is_of_the_program = is_of_python and (
        type(error) in OF_THE_PROGRAM or isinstance(error, OSError)
    )
    return str(error) if is_ours or is_of_the_program else ""


def _of_database(error: psycopg.Error) -> str:
    """Return the state and the first line, which names tables, columns, constraints."""
    if error.sqlstate is None:
        return str(error)  # of the connection, not of what was sent through it
    if error.sqlstate.startswith(QUOTING):
        return f"SQLSTATE {error.sqlstate}"
    return f"SQLSTATE {error.sqlstate}, {error.diag.message_primary}"


def _chain(error: BaseException, seen: set[int]) -> Iterator[str]:
    """Yield what led to the error, then the error, as a traceback does."""
    seen.add(id(error))
    before, how = error.__cause__, _BECAUSE
    if before is None and not error.__suppress_context__:
        before, how = error.__context__, _DURING
    if before is not None and id(before) not in seen:
        yield from _chain(before, seen)
        yield how
    yield "Traceback (most recent call last):"
    frames = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    if frames:
        yield frames
    yield told(error)
