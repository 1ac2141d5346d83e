"""That somebody sends: a row that every sender keeps young, for whoever watches."""

import time

from django.db import connections

from orders_query import heartbeat
from orders_query.databases import PRIMARY

EVERY_SECONDS = 5.0


class Presence:
    """What a sender shows of itself after each round that the databases let it make."""

    def __init__(self) -> None:
        self._written_at = float("-inf")

    def show(self) -> None:
        """Move the file's time, and from time to time the row's."""
        heartbeat.show()
        if time.monotonic() - self._written_at < EVERY_SECONDS:
            return
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(_SEEN)
        self._written_at = time.monotonic()


_SEEN = """
insert into orders_query_webhooksender (id, seen_at) values (1, clock_timestamp())
on conflict (id) do update set seen_at = excluded.seen_at
"""
