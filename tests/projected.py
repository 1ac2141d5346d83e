"""Brings the read side up to date for a test, whether or not a worker runs."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
from django.conf import settings
from django.db import connections

from config.local.addresses import OWNER_URLS
from config.local.embedded import Embedded
from orders_command import feed
from orders_query import projector
from orders_query.projection import stored
from tests.waiting import eventually

ORDERS = "orders"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def checkpoint(alias: str = "query", *, projection: str = ORDERS) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "select position from orders_query_checkpoint where name = %s",
            [stored(projection)],
        )
        return int(cursor.fetchone()[0])


def catch_up(
    position: int | None = None, *, names: Iterable[str] = projector.sets.TABLES
) -> int:
    """
    Project up to a position, the log's head unless told, on every replica too.

    All that is read, or the projections of these `names`.
    """
    wanted = feed.head() if position is None else position

    def there() -> bool:
        if _slowest("query", names) < wanted:
            projector.catch_up()
        return all(
            _slowest(alias, names) >= wanted for alias in ("query", *settings.REPLICAS)
        )

    eventually(there)
    return wanted


def catch_up_kept(name: str, position: int) -> None:
    """Project a set that is kept up to a position; it comes after those that serve."""

    def there() -> bool:
        projector.catch_up()
        return checkpoint(projection=name) >= position

    eventually(there)


def pulse() -> datetime:
    """Let the projector look at the log, as the beat does, and the replicas follow."""
    before = fresh_at("query") or NEVER

    def there() -> datetime | None:
        projector.step(ORDERS)
        stands = fresh_at("query") or NEVER
        seen = [fresh_at(alias) or NEVER for alias in settings.REPLICAS]
        return stands if stands > before and min(seen) >= stands else None

    return eventually(there)


def fresh_at(alias: str) -> datetime | None:
    """Return as of when nothing was missing from a read database."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "select fresh_at from orders_query_checkpoint where name = %s", [ORDERS]
        )
        found: datetime | None = cursor.fetchone()[0]
        return found


def _slowest(alias: str, names: Iterable[str]) -> int:
    return min(checkpoint(alias, projection=name) for name in names)


@contextmanager
def projector_stopped(services: Embedded) -> Iterator[None]:
    """Hold the checkpoints' rows: no runner can move them, and none does harm."""
    url = services.environment()[OWNER_URLS[1]]
    with psycopg.connect(url) as held:
        held.execute("select from orders_query_checkpoint for update")
        yield
        held.rollback()
