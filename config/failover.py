"""Following the command and read primaries to where they have gone.

A URL may name several servers; the one that takes writes is used. A connection to a
server that takes no more is dropped with the error that tells so: the next statement
looks for the one that does.
"""

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

# Demoted or in maintenance; ended by an administrator, by a crash, or starting up.
GONE = frozenset({"25006", "57P01", "57P02", "57P03"})
LOST = "08"  # the class of connection errors


def drop_if_gone(
    execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any
) -> Any:
    """Run a statement; on an error of the server's own, use its connection no more."""
    try:
        return execute(sql, params, many, context)
    except DatabaseError as error:
        state = getattr(error.__cause__, "sqlstate", None) or ""
        if state in GONE or state.startswith(LOST):
            context["connection"].close()
        raise


def follow(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Put that before a connection's statements, once."""
    if drop_if_gone not in connection.execute_wrappers:
        connection.execute_wrappers.append(drop_if_gone)


connection_created.connect(follow)
