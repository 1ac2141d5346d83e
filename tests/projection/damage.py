"""What makes an event fail, done to real rows, and undone again."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

import psycopg

from config.local.addresses import OWNER_URLS
from config.local.embedded import Embedded
from orders_command.handlers import Receipt
from orders_query.projector.running import LOCK


@contextmanager
def out_of_step(services: Embedded, order_id: UUID) -> Iterator[None]:
    """Let the read row be at another version than the next event follows."""
    url = services.environment()[OWNER_URLS[1]]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(MOVE_VERSION, [7, order_id])
        try:
            yield
        finally:
            owner.execute(MOVE_VERSION, [-7, order_id])


@contextmanager
def unknown_shape(services: Embedded, order_id: UUID, version: int) -> Iterator[None]:
    """Let an event be of a shape that only a later release knows."""
    url = services.environment()[OWNER_URLS[0]]
    with psycopg.connect(url, autocommit=True) as owner:
        _set_shape(owner, order_id, version, 99)
        try:
            yield
        finally:
            _set_shape(owner, order_id, version, 1)


@contextmanager
def nobody_reads(services: Embedded) -> Iterator[None]:
    """Let no runner be at work: a batch in its hand would be applied."""
    url = services.environment()[OWNER_URLS[1]]
    with psycopg.connect(url) as held:
        held.execute("select pg_advisory_xact_lock(hashtext(%s))", [LOCK])
        yield
        held.rollback()


@contextmanager
def unreadable(
    services: Embedded, place: Callable[[], Receipt], version: int
) -> Iterator[Receipt]:
    """Append by `place`, and let that version be unknown before any worker reads it."""
    with ExitStack() as damage:
        with nobody_reads(services):
            receipt = place()
            damage.enter_context(unknown_shape(services, receipt.order_id, version))
        yield receipt


def _set_shape(
    owner: psycopg.Connection, order_id: UUID, version: int, shape: int
) -> None:
    with owner.transaction():
        owner.execute("alter table orders_command_event disable trigger user")
        owner.execute(SET_SHAPE, [shape, order_id, version])
        owner.execute("alter table orders_command_event enable trigger user")


MOVE_VERSION = """
update orders_query_orderreadmodel set version = version + %s where order_id = %s
"""
SET_SHAPE = """
update orders_command_event set shape = %s where order_id = %s and version = %s
"""
