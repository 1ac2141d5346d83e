"""Statements that are planned once say so; the others are planned for their values."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import DataError, connection, connections

from tests.orders import an_order
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up

PREPARED = "select statement from pg_prepared_statements"


def prepared(alias="default"):
    with connections[alias].cursor() as cursor:
        cursor.execute(PREPARED)
        return [statement for (statement,) in cursor.fetchall()]


def test_a_new_order_is_planned_once():
    an_order(a_customer())

    kept = prepared()

    assert any("insert into orders_command_event" in text for text in kept)
    assert all(text.startswith("-- prepared") for text in kept)


def test_what_depends_on_its_values_is_planned_each_time():
    an_order(a_customer("Ada Lovelace"))
    catch_up()
    clerk = desk_clerk()

    for _ in range(8):
        assert clerk.get("/api/query/orders?q=Lovelace").status_code == 200
        assert clerk.get("/api/query/orders?status=PENDING").status_code == 200

    for alias in settings.REPLICAS:
        kept = "".join(prepared(alias))
        assert "ilike" not in kept
        assert "o.status = $" not in kept


@pytest.mark.parametrize(
    "text",
    ["2026-01-31 12:00:00+00", "2026-01-31 12:00:00.5+00", "0001-01-01 00:00+00"],
)
def test_times_are_read_as_they_are(text):
    with connection.cursor() as cursor:
        cursor.execute("select %s::timestamptz", [text])
        (found,) = cursor.fetchone()

    assert found == datetime.fromisoformat(text)
    assert found.tzinfo is UTC


def test_a_time_outside_of_the_calendar_is_an_error():
    with connection.cursor() as cursor:
        cursor.execute("select 'infinity'::timestamptz")
        with pytest.raises(DataError):
            cursor.fetchone()


def test_a_connection_that_has_just_answered_is_only_looked_at():
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        assert connection.is_usable()

        connection.connection.pgconn.finish()

    assert not connection.is_usable()
    connection.close()
