"""No statement waits for ever: a frozen server acknowledges and never answers.

Neither keep-alives nor TCP's time-outs see that, since the kernel goes on answering
for the process. So the client itself counts, and drops the connection.
"""

import time
from collections.abc import Generator
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

WAKE_SECONDS = 0.1
SETTING = "STATEMENT_SECONDS"  # in an alias of DATABASES; none is no deadline


def bound(
    sender: type[BaseDatabaseWrapper], connection: BaseDatabaseWrapper, **_: Any
) -> None:
    """Give a new connection the deadline that its alias asks for."""
    seconds = connection.settings_dict.get(SETTING)
    server: Any = connection.connection
    if seconds is None or not isinstance(server, psycopg.Connection):
        return
    wait = server.wait

    def wait_bounded(steps: Any, interval: float = WAKE_SECONDS) -> Any:
        return wait(_until(server, steps, float(seconds)), interval=WAKE_SECONDS)

    server.wait = wait_bounded  # type: ignore[assignment, method-assign]


def _until(
    server: psycopg.Connection[Any], steps: Any, seconds: float
) -> Generator[Any, Any, Any]:
    """Pass psycopg's steps through, and give up when the time is over."""
    deadline = time.monotonic() + seconds
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > deadline:
                server.close()
                raise psycopg.OperationalError(f"no answer within {seconds} s")
            wanted = steps.send(ready)
    except StopIteration as done:
        return done.value


connection_created.connect(bound)
