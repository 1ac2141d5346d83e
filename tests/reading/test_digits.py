"""Money is written with exactly its currency's digits, whoever answers."""

import re
from decimal import Decimal

import pytest

from orders_command.events import Item
from tests.orders import an_order, cancelled
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up, projector_stopped

ORDERS = "/api/query/orders"
SPENT = [
    ("JPY", "100", 3, "300"),
    ("USD", "33.30", 3, "99.90"),
    ("USD", "0.00", 1, "0.00"),
    ("KWD", "1.500", 2, "3.000"),
    ("USD", "9999999999.00", 1_000_000, "9999999999000000.00"),
]


def priced(currency, price, quantity, customer_id):
    item = Item(product_id="tea", quantity=quantity, price=Decimal(price))
    return an_order(customer_id, items=(item,), currency=currency)


def written(answer, name):
    """Return the numbers under a name just as they are written."""
    assert answer.status_code == 200, answer.content
    return re.findall(rf'"{name}" ?: ?([^,}}\]]+)', answer.content.decode())


@pytest.mark.parametrize(("currency", "price", "quantity", "total"), SPENT)
def test_every_answer_of_the_read_side(currency, price, quantity, total):
    customer_id, clerk = a_customer(), desk_clerk()
    order = priced(currency, price, quantity, customer_id)
    catch_up()

    one = clerk.get(f"{ORDERS}/{order.order_id}")
    listed = clerk.get(f"{ORDERS}/customer/{customer_id}")
    history = clerk.get(f"{ORDERS}/{order.order_id}/history")
    summary = clerk.get(f"/api/query/customers/{customer_id}/summary")

    assert one["Read-Source"] == "replica_1"
    assert written(one, "price") == written(history, "price") == [price]
    assert written(one, "total") == [total, total]
    assert written(listed, "total") == [total]
    assert written(summary, "lifetimeValue") == [total]


@pytest.mark.parametrize(("currency", "price", "quantity", "total"), SPENT)
def test_every_answer_from_the_log(  # noqa: PLR0917
    services, settings, currency, price, quantity, total
):
    settings.CONSISTENCY_WAIT_SECONDS = 0.01
    customer_id, clerk = a_customer(), desk_clerk()
    catch_up()
    with projector_stopped(services):
        order = priced(currency, price, quantity, customer_id)
        token, url = str(order.position), f"{ORDERS}/{order.order_id}"
        one = clerk.get(url, Consistency_Token=token)
        history = clerk.get(f"{url}/history", Consistency_Token=token)

    assert one["Read-Source"] == history["Read-Source"] == "log"
    assert written(one, "price") == written(history, "price") == [price]
    assert written(one, "total") == [total, total]


@pytest.mark.parametrize(("currency", "zero"), [("JPY", "0"), ("KWD", "0.000")])
def test_nothing_is_left_of_a_cancelled_order_but_its_digits(currency, zero):
    customer_id = a_customer()
    cancelled(priced(currency, "100", 1, customer_id).order_id)
    catch_up()

    told = desk_clerk().get(f"/api/query/customers/{customer_id}/summary")

    assert written(told, "lifetimeValue") == [zero]
