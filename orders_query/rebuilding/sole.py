"""One rebuild of a projection at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from orders_query.databases import PRIMARY


class AlreadyRunning(Exception):
    """Somebody else works on the sets of this projection, or looks at them for long."""


@contextmanager
def sole(projection: str) -> Iterator[None]:
    """
    Work on a projection's sets alone; a process that dies lets go of them.

    :raises AlreadyRunning: if another one does
    """
    key = f"rebuild {projection}"
    with connections[PRIMARY].cursor() as cursor:
        # Copying, indexes and comparing take as long as they take.
        cursor.execute("set transaction_timeout = 0")
        cursor.execute("select pg_try_advisory_lock(hashtext(%s))", [key])
        (alone,) = cursor.fetchone()
    if not alone:
        raise AlreadyRunning(f"Somebody else is rebuilding or verifying {projection}.")
    try:
        yield
    finally:
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(hashtext(%s))", [key])
