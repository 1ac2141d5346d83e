"""Positions are never issued twice, after a promotion or a restore."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.db import DatabaseError, connection, connections

from config.local import application, processes
from config.local.addresses import OWNER_URLS
from config.local.embedded import Embedded
from orders_command import feed
from orders_command.models import Epoch
from tests.orders import an_order
from tests.people import a_customer
from tests.projected import catch_up, checkpoint
from tests.services import environment_of

APART = 1_000_000


@contextmanager
def promoted(services: Embedded) -> Iterator[None]:
    """Let the newest epoch be of another timeline, as after a promotion."""
    url = services.environment()[OWNER_URLS[0]]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(OTHER_TIMELINE)
        yield


def test_the_first_event_after_a_promotion_is_a_million_above(services):
    customer_id = a_customer()
    before = catch_up()

    with promoted(services):
        first = an_order(customer_id)
        second = an_order(customer_id)

    assert first.position > before + APART
    assert second.position == first.position + 1
    epoch = Epoch.objects.latest("id")
    assert (epoch.why, epoch.above) == ("promoted", first.position - 1)


def test_the_projector_passes_the_gap_and_loses_nothing(services):
    customer_id = a_customer()
    with promoted(services):
        order = an_order(customer_id)

    catch_up()

    assert checkpoint() == order.position
    batch = feed.read(after=order.position - APART, limit=10)
    assert [event.position for event in batch.events] == [order.position]


def test_writers_at_the_same_time_begin_one_epoch(services):
    customer_id, epochs = a_customer(), Epoch.objects.count()

    def place(_):
        try:
            return an_order(customer_id).position
        finally:
            connections.close_all()

    with promoted(services), ThreadPoolExecutor(6) as pool:
        positions = sorted(pool.map(place, range(6)))

    assert Epoch.objects.count() == epochs + 1
    assert positions[-1] - positions[0] < 20


@pytest.mark.parametrize(
    "statement",
    [
        "select orders_command_begin_epoch('restored', 0)",
        "insert into orders_command_epoch (timeline, above, why) values ('1', 1, 'x')",
        "update orders_command_epoch set timeline = '1'",
        "select setval('orders_command_event_position_seq', 1)",
    ],
)
def test_the_web_role_cannot_set_positions(services, statement):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_after_a_restore_somebody_says_so(services):
    customer_id = a_customer()
    before = catch_up()
    command = application.command(environment_of(services), "new_epoch")

    printed = processes.run(command)

    order = an_order(customer_id)
    assert order.position > before + APART
    assert f"The log ends at {before}, the read side has seen {before}." in printed
    assert "manage.py rebuild orders" in printed
    assert catch_up() == order.position


def test_a_position_that_was_seen_elsewhere_counts(services):
    seen = feed.head() + 5 * APART
    command = application.command(
        environment_of(services), "new_epoch", f"--above={seen}"
    )

    processes.run(command)

    assert an_order(a_customer()).position > seen + APART


OTHER_TIMELINE = """
update orders_command_epoch set timeline = 'FFFFFFFF'
where id = (select max(id) from orders_command_epoch)
"""
