"""No statement waits for ever: a frozen server acknowledges and never answers.

Neither keep-alives nor TCP's time-outs see that, since the kernel goes on answering
for the process. So the client itself counts, and drops the connection.
"""

import select
import time
from collections.abc import Callable, Generator
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

WAKE_SECONDS = 0.1
CHECK_SECONDS = 0.5  # for the question whether a kept connection still works
# A connection that has answered so lately is not asked whether it works, only looked
# at: a round trip less is a tenth of a command's time.
RECENT_SECONDS = 1.0
SETTING = "STATEMENT_SECONDS"  # in an alias of DATABASES; none is no deadline
# In an alias of DATABASES: a function that tells whether its server is known to be
# gone. Who waits for a frozen one need not wait for the deadline then.
GONE = "IS_GONE"


def bound(
    sender: type[BaseDatabaseWrapper], connection: BaseDatabaseWrapper, **_: Any
) -> None:
    """Give a new connection the deadline that its alias asks for."""
    seconds = connection.settings_dict.get(SETTING)
    server: Any = connection.connection
    if seconds is None or not isinstance(server, psycopg.Connection):
        return
    wait, still_works = server.wait, type(connection).is_usable
    limit, answered_at = [float(seconds)], [time.monotonic()]
    is_gone: Callable[[], bool] = connection.settings_dict.get(GONE, lambda: False)

    def wait_bounded(steps: Any, interval: float = WAKE_SECONDS) -> Any:
        result = wait(_until(server, steps, limit[0], is_gone), interval=WAKE_SECONDS)
        answered_at[0] = time.monotonic()
        return result

    def is_usable() -> bool:
        if _is_quiet(server) and time.monotonic() - answered_at[0] < RECENT_SECONDS:
            return True
        limit[0] = CHECK_SECONDS
        try:
            return still_works(connection)
        finally:
            limit[0] = float(seconds)

    server.wait = wait_bounded  # type: ignore[assignment, method-assign]
    connection.is_usable = is_usable  # type: ignore[method-assign]


def _is_quiet(server: psycopg.Connection[Any]) -> bool:
    """Tell whether it is open and nothing came unasked: a server that ends says so."""
    if server.closed:
        return False
    look = select.poll()
    look.register(server.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return not look.poll(0)


def _until(
    server: psycopg.Connection[Any],
    steps: Any,
    seconds: float,
    is_gone: Callable[[], bool],
) -> Generator[Any, Any, Any]:
    """Pass psycopg's steps through, and give up when the time is over."""
    deadline = time.monotonic() + seconds
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted
            if not ready and (time.monotonic() > deadline or is_gone()):
                server.close()
                raise psycopg.OperationalError(f"no answer within {seconds} s")
            wanted = steps.send(ready)
    except StopIteration as done:
        return done.value


connection_created.connect(bound)
