"""What the log promises: append-only, chained, equal to the state, without words."""

import hashlib
import json
from datetime import UTC

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection

from config.local.addresses import OWNER_URLS
from config.local.embedded import Embedded
from customers import directory
from orders_command import feed, store
from orders_command.domain.order import replay
from orders_command.models import Event, OrderRemark
from tests.orders import (
    ACTOR,
    amended,
    an_order,
    cancelled,
    confirmed,
    delivered,
    shipped,
)
from tests.people import a_customer, an_email


@pytest.fixture
def owner(services: Embedded):
    url = services.environment()[OWNER_URLS[0]]
    with psycopg.connect(url, autocommit=True) as connected:
        yield connected


@pytest.mark.parametrize(
    "statement",
    [
        "update orders_command_event set actor = 'x'",
        "delete from orders_command_event",
        "truncate orders_command_event cascade",
    ],
)
def test_even_the_owner_may_not_rewrite_the_log(owner, statement):
    an_order(a_customer())

    with pytest.raises(psycopg.DatabaseError, match="append-only"):
        owner.execute(statement)


def test_positions_are_drawn_by_the_log_alone():
    with (
        pytest.raises(DatabaseError, match="GENERATED ALWAYS"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "insert into orders_command_event (position, id, customer_id, version,"
            " type, shape, data, actor, request_id, occurred_at, previous_hash, hash)"
            " select 1, gen_random_uuid(), id, 99, 'x', 1, '{}', '', '', now(), '', ''"
            " from customers_customer limit 1"
        )


@pytest.mark.parametrize("stream", ["order_id", "customer_id"])
def test_a_version_of_a_stream_is_there_once(owner, stream):
    """What a partition by position would no longer keep."""
    customer_id = a_customer()
    order = an_order(customer_id)
    of = order.order_id if stream == "order_id" else customer_id

    with pytest.raises(psycopg.errors.UniqueViolation, match="event_once_per_"):
        owner.execute(
            f"insert into orders_command_event (id, {stream}, version, type, shape,"
            " data, actor, request_id, occurred_at, previous_hash, hash)"
            " values (gen_random_uuid(), %s, 1, 'x', 1, '{}', '', '', now(), '', '')",
            [of],
        )


def test_the_state_is_what_the_log_says():
    order = an_order(a_customer(), note="hello")
    amended(order.order_id, ("tea", 1, "3.50"), ("milk", 2, "0.90"))
    confirmed(order.order_id)
    shipped(order.order_id)
    last = delivered(order.order_id)

    events = feed.events_of(order.order_id)
    loaded = store.load(order.order_id, with_items=True)

    assert replay(recorded.event for recorded in events) == loaded.state
    assert loaded.version == last.version == len(events) == 5
    assert loaded.head_hash == events[-1].hash
    assert [recorded.version for recorded in events] == [1, 2, 3, 4, 5]


def test_the_chain_can_be_recomputed_from_the_rows():
    order = an_order(a_customer())
    confirmed(order.order_id)
    cancelled(order.order_id, "no")
    before = b""

    for row in Event.objects.filter(order_id=order.order_id).order_by("version"):
        content = {
            "actor": row.actor,
            "data": row.data,
            "id": str(row.id),
            "occurred_at": row.occurred_at.astimezone(UTC).isoformat(
                timespec="microseconds"
            ),
            "request_id": row.request_id,
            "shape": row.shape,
            "stream_id": str(order.order_id),
            "type": row.type,
            "version": row.version,
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        assert bytes(row.previous_hash) == before
        before = hashlib.sha256(before + text.encode()).digest()
        assert bytes(row.hash) == before


def test_customers_have_a_chain_of_their_own():
    customer_id = a_customer()
    directory.change(customer_id, name="Countess", actor=ACTOR)
    directory.erase(customer_id, actor=ACTOR)

    rows = list(Event.objects.filter(customer_id=customer_id).order_by("version"))

    assert [row.type for row in rows] == [
        "CustomerRegistered",
        "CustomerDetailsChanged",
        "CustomerErased",
    ]
    assert [bytes(row.previous_hash) for row in rows[1:]] == [
        bytes(row.hash) for row in rows[:-1]
    ]


def test_no_word_of_a_person_is_in_the_log():
    mark = "Xanthippe"
    customer_id = directory.register(
        name=mark, email=f"{mark}-{an_email()}", actor=ACTOR
    ).customer.customer_id
    order = an_order(customer_id, note=f"{mark} will open")
    cancelled(order.order_id, f"{mark} said no")
    directory.change(customer_id, name=f"{mark} II", actor=ACTOR)

    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from orders_command_event e where e::text ilike %s",
            [f"%{mark}%"],
        )
        assert cursor.fetchone() == (0,)
    assert OrderRemark.objects.filter(order_id=order.order_id).count() == 2


def test_an_erasure_takes_the_remarks_and_later_ones_are_not_kept():
    customer_id = a_customer()
    order = an_order(customer_id, note="hello")
    directory.erase(customer_id, actor=ACTOR)

    cancelled(order.order_id, "said after the erasure")

    assert not OrderRemark.objects.filter(order_id=order.order_id).exists()


def test_the_web_role_is_not_the_owner():
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        (name,) = cursor.fetchone()
    assert name == settings.DATABASES["default"]["USER"] == "orders_command"
