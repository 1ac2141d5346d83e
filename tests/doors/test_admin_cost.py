"""What a list of the admin costs: the same with few rows and with many."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib import admin
from django.core import paginator
from django.db import connections
from django.test.utils import CaptureQueriesContext

from config.administration import frugal
from orders_command.models import Order
from tests.orders import an_order
from tests.pages.visiting import signed_in
from tests.people import a_customer, administrator
from tests.projected import catch_up

LISTS = {
    "orders": "/admin/orders_command/order/",
    "orders of a status": "/admin/orders_command/order/?status=PENDING",
    "orders of a currency": "/admin/orders_command/order/?currency=USD",
    "orders of a year": "/admin/orders_command/order/?created_at__year=2026",
    "events": "/admin/orders_command/event/",
    "events of a type": "/admin/orders_command/event/?type=OrderCreated",
    "read tables": "/admin/orders_query/orderreadmodel/",
    "read tables of a month": "/admin/orders_query/orderreadmodel/"
    "?created_at__year=2026&created_at__month=11",
    "customers": "/admin/customers/customer/",
    "tokens": "/admin/access/apitoken/",
    "users": "/admin/access/user/",
    "parked": "/admin/orders_query/parkedevent/",
    "checkpoints": "/admin/orders_query/checkpoint/",
    "rebuilds": "/admin/orders_query/rebuildrequest/",
}
BIG = "orders_command_order|orders_command_event|orders_query_orderreadmodel"


def asked(path: str) -> list[str]:
    """Return what a list asks of all databases."""
    client = signed_in(administrator())
    client.get(path)
    watched = [CaptureQueriesContext(connection) for connection in connections.all()]
    for one in watched:
        one.__enter__()
    answer = client.get(path)
    for one in watched:
        one.__exit__(None, None, None)
    assert answer.status_code == 200
    return [query["sql"] for one in watched for query in one.captured_queries]


def scans(statements: list[str]) -> list[str]:
    """Return those that look at each row of a table that grows."""
    return [
        sql
        for sql in statements
        if re.search(BIG, sql)
        and re.search(r"count\(|select distinct", sql, re.IGNORECASE)
        and "LIMIT" not in sql
    ]


@pytest.mark.parametrize("name", LISTS)
def test_no_list_counts_or_scans_a_table(name: str) -> None:
    an_order(a_customer())
    catch_up()

    assert scans(asked(LISTS[name])) == []


def test_a_list_that_counts_would_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = type(admin.site.get_model_admin(Order))
    monkeypatch.setattr(listed, "paginator", paginator.Paginator)

    assert scans(asked(LISTS["orders"])) != []


@pytest.mark.parametrize("name", LISTS)
def test_more_rows_take_no_more_statements(name: str) -> None:
    customer_id = a_customer()
    an_order(customer_id)
    catch_up()
    few = len(asked(LISTS[name]))
    for _ in range(5):
        an_order(a_customer())
    catch_up()

    assert len(asked(LISTS[name])) == few


def test_only_so_many_rows_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frugal, "MOST", 2)
    customer_id = a_customer()
    for _ in range(3):
        an_order(customer_id)

    page = signed_in(administrator()).get(LISTS["orders"])

    assert page.context["cl"].result_count == 2
    assert "more than 2 orders" in " ".join(page.content.decode().split())


@pytest.mark.parametrize("across", ["1", "true", "on"])
def test_an_action_takes_only_what_was_ticked(across: str) -> None:
    order = an_order(a_customer())
    sent = {
        "action": "confirm",
        "_selected_action": [str(order.order_id)],
        "select_across": across,
    }

    page = signed_in(administrator()).post(LISTS["orders"], sent, follow=True)

    assert "nothing was done" in page.content.decode()
    assert Order.objects.get(pk=order.order_id).status == "PENDING"


def test_the_units_between_two_times_are_all_of_them() -> None:
    first = datetime(2024, 11, 30, 23, 59, tzinfo=UTC)
    last = datetime(2025, 2, 1, tzinfo=UTC)

    assert [at.year for at in frugal.units(first, last, "year")] == [2024, 2025]
    assert [at.month for at in frugal.units(first, last, "month")] == [11, 12, 1, 2]
    assert len(frugal.units(first, last, "day")) == 64
    assert frugal.units(last, last, "day") == [last]


@pytest.mark.parametrize("begins", [(3, 28), (10, 24)])
def test_a_day_of_23_or_25_hours_is_one_day(begins: tuple[int, int]) -> None:
    first = datetime(2026, *begins, tzinfo=ZoneInfo("Europe/Berlin"))

    days = frugal.units(first, first + timedelta(days=3), "day")

    assert [at.day for at in days] == [first.day + n for n in range(4)]
