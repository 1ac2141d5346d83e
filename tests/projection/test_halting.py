"""A log that is not the one the checkpoint knew stops the projection, and is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command

from config.local.addresses import OWNER_URLS
from orders_query import projector, queries
from tests.orders import an_order
from tests.people import a_customer, administrator
from tests.projected import ORDERS, catch_up, pulse
from tests.waiting import eventually

BEYOND = 10**12


@pytest.fixture
def owner(services) -> Iterator[psycopg.Connection]:
    url = services.environment()[OWNER_URLS[1]]
    with psycopg.connect(url, autocommit=True) as connected:
        yield connected


@contextmanager
def ahead_of_the_log(owner) -> Iterator[None]:
    owner.execute(MOVE, [BEYOND])
    try:
        yield
    finally:
        owner.execute(MOVE, [-BEYOND])


@contextmanager
def of_another_log(owner) -> Iterator[None]:
    (known,) = owner.execute(HASH).fetchone()
    owner.execute(SET_HASH, [b"another"])
    try:
        yield
    finally:
        owner.execute(SET_HASH, [known])


def halted():
    with pytest.raises(projector.LogReplaced) as raised:
        projector.step(ORDERS)
    return str(raised.value)


def test_a_log_that_ends_before_the_checkpoint_names_epoch_and_rebuild(owner):
    head = catch_up()

    with ahead_of_the_log(owner):
        told = halted()

    assert f"The log ends at {head}, before {head + BEYOND}" in told
    assert "`manage.py new_epoch`, then `manage.py rebuild orders`" in told


def test_another_event_at_the_checkpoint_names_the_rebuild(owner):
    head = catch_up()

    with of_another_log(owner):
        told = halted()

    assert f"Event {head} is not in the log as orders has applied it" in told
    assert "`manage.py rebuild orders`" in told
    assert "new_epoch" not in told


def test_it_is_shown_wherever_somebody_looks_until_it_goes_on(owner):
    an_order(a_customer())
    catch_up()
    boss = administrator()
    boss.client.force_login(
        boss.user, backend="django.contrib.auth.backends.ModelBackend"
    )

    with of_another_log(owner):
        told = halted()
        out = StringIO()
        call_command("sync_status", stdout=out)
        page = boss.client.get("/sync").content.decode()
        scraped = boss.get("/metrics").content.decode()

    assert f"orders stands still: {told}" in out.getvalue()
    assert "Stands still" in page
    assert 'orders_projection_halted{projection="orders"} 1.0' in scraped
    assert 'orders_projection_halted{projection="sales"} 0.0' in scraped
    pulse()
    eventually(lambda: queries.halts()[ORDERS] == "")


MOVE = """
update orders_query_checkpoint set position = position + %s where name = 'orders'
"""
HASH = "select hash from orders_query_checkpoint where name = 'orders'"
SET_HASH = "update orders_query_checkpoint set hash = %s where name = 'orders'"
