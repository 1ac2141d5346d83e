"""The sets of read tables that a projection may have: one serves, one is kept or made.

Each has a checkpoint of its own, named `orders`, `orders:previous`, `orders:shadow`.
The tables of the last two lie in schemas of their own under the same names, so every
statement works on each of them: the search path says on which.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, models

from orders_query.databases import PRIMARY
from orders_query.projector.registry import ORDERS, PROJECTIONS, SALES, WEBHOOKS

__all__ = ["ORDERS", "SALES", "WEBHOOKS"]  # the names most asked for
PREVIOUS, SHADOW = "previous", "shadow"
LIVE_SCHEMA = "public"

TABLES: dict[str, tuple[type[models.Model], ...]] = {
    name: projection.tables
    for name, projection in PROJECTIONS.items()
    if projection.tables
}


def projection_of(name: str) -> str:
    """Return the projection that a checkpoint's name belongs to."""
    return name.partition(":")[0]


def name_of(projection: str, kind: str = "") -> str:
    """Return the checkpoint's name of one of the projection's sets."""
    return f"{projection}:{kind}" if kind else projection


def schema_of(name: str) -> str:
    """Return the schema in which a set's tables are."""
    projection, _, kind = name.partition(":")
    return f"{kind}_{projection}" if kind else LIVE_SCHEMA


def use(name: str) -> None:
    """Let the rest of this transaction work on that set."""
    if schema_of(name) == LIVE_SCHEMA:
        return
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(
            "select set_config('search_path', %s, true)",
            [f"{schema_of(name)}, {LIVE_SCHEMA}"],
        )


@contextmanager
def used(name: str) -> Iterator[None]:
    """Work on that set within, and afterwards on the one from before again."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute("select current_setting('search_path')")
        before = cursor.fetchone()[0]
        use(name)
        yield
        cursor.execute("select set_config('search_path', %s, true)", [before])


def kept() -> list[str]:
    """Return the previous sets that are still projected on."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(
            "select name from orders_query_checkpoint where name like %s",
            [f"%:{PREVIOUS}"],
        )
        return [name for (name,) in cursor.fetchall()]
