"""Carrier and tracking number go with the person, from every version of an order."""

import json

import psycopg
import pytest

from config.local.addresses import OWNER_URLS
from customers import directory
from orders_command.domain.commands import ShipOrder
from orders_command.handlers import handle, new_shipment
from orders_command.models import Event, OrderRemark
from tests.orders import ACTOR, an_order, confirmed, delivered
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up
from tests.projection.damage import as_many_orders, nobody_reads

WORDS = ("DHL", "JD0146")


def shipped(order_id):
    shipment = new_shipment(carrier="DHL", tracking_number="JD0146")
    return handle(ShipOrder(order_id=order_id, shipment=shipment), actor=ACTOR)


def on_its_way(customer_id):
    order = an_order(customer_id)
    confirmed(order.order_id)
    shipped(order.order_id)
    return order.order_id


def all_answers(order_id):
    """Return what is answered of an order, its past and its history, as text."""
    clerk, path = desk_clerk(), f"/api/query/orders/{order_id}"
    asked = ("", "/history", "?version=3", "?expand=history")
    answers = [clerk.get(f"{path}{more}").json() for more in asked]
    position = Event.objects.filter(order_id=order_id, version=3).get().position
    answers.append(clerk.get(f"/api/query/events?after={position - 1}&limit=1").json())
    return [json.dumps(answer) for answer in answers]


@pytest.fixture
def owner(services):
    with psycopg.connect(
        services.environment()[OWNER_URLS[1]], autocommit=True
    ) as connection:
        yield connection


def test_they_are_shown_and_the_log_does_not_hold_them():
    order_id = on_its_way(a_customer())
    catch_up()

    assert all(word in text for text in all_answers(order_id) for word in WORDS)
    logged = Event.objects.get(order_id=order_id, version=3)
    remark = OrderRemark.objects.get(order_id=order_id)
    assert logged.data == {"shipment_id": str(remark.pk)}


@pytest.mark.parametrize("is_large", [False, True])
def test_an_erasure_takes_them_from_every_answer(owner, is_large):
    customer_id = a_customer()
    order_id = on_its_way(customer_id)
    delivered(order_id)
    catch_up()

    # So many orders are done in parts.
    with as_many_orders(owner, customer_id, more=4_999 if is_large else 0):
        directory.erase(customer_id, actor=ACTOR)
        catch_up()

    assert not any(word in text for text in all_answers(order_id) for word in WORDS)
    assert not OrderRemark.objects.filter(order_id=order_id).exists()
    rows = [owner.execute(query, [order_id]).fetchall() for query in ROWS]
    assert "JD0146" not in str(rows)


def test_a_step_in_the_batch_of_the_erasure_brings_nothing_back(services, owner):
    customer_id = a_customer()
    order_id = on_its_way(customer_id)
    catch_up()

    with nobody_reads(services):
        delivered(order_id)
        directory.erase(customer_id, actor=ACTOR)
    catch_up()

    rows = [owner.execute(query, [order_id]).fetchall() for query in ROWS]
    assert "JD0146" not in str(rows)


def test_what_old_entries_say_themselves_is_shown_until_the_erasure(services):
    customer_id = a_customer()
    with nobody_reads(services):
        order_id = on_its_way(customer_id)
        anew = Event.objects.get(order_id=order_id, version=3).data
        as_before(services, order_id, BEFORE)
    catch_up()
    shown = all_answers(order_id)

    directory.erase(customer_id, actor=ACTOR)
    catch_up()
    hidden = all_answers(order_id)
    as_before(services, order_id, anew)  # others look at the hashes of this log

    assert "JD0146" in shown[0]
    assert not any("JD0146" in text for text in hidden)


BEFORE = {"carrier": "DHL", "tracking_number": "JD0146"}


def as_before(services, order_id, data):
    """Let the log hold carrier and number, as entries of earlier releases do."""
    url = services.environment()[OWNER_URLS[0]]
    with psycopg.connect(url) as log:
        log.execute("alter table orders_command_event disable trigger user")
        log.execute(OLD_DATA, [json.dumps(data), order_id])
        log.execute("alter table orders_command_event enable trigger user")
        log.execute(
            "delete from orders_command_orderremark where order_id = %s", [order_id]
        )


OLD_DATA = """
update orders_command_event set data = %s where order_id = %s and version = 3
"""
ROWS = (
    "select * from orders_query_orderreadmodel where order_id = %s",
    "select * from orders_query_orderversion where order_id = %s",
    "select * from orders_query_orderhistory where order_id = %s",
)
