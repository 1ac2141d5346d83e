"""A customer and a day with several currencies: every statistic keeps them apart."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tests.orders import amended, an_order, cancelled, lines
from tests.pages.visiting import signed_in, text
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up, projector_stopped
from tests.turning import linked

SALES = "/api/query/sales"
# Currency, line as placed, as amended, whether cancelled then, and what it is worth.
SOLD = [
    ("USD", ("tea", 2, "3.50"), None, False, "7.00"),
    ("USD", ("tea", 1, "9.99"), ("tea", 3, "9.99"), False, "29.97"),
    ("USD", ("cup", 1, "5.00"), ("cup", 2, "5.00"), True, "0.00"),
    ("JPY", ("tea", 1, "300"), ("tea", 2, "250"), False, "500"),
    ("JPY", ("tea", 1, "100"), None, True, "0"),
    ("KWD", ("tea", 1, "1.500"), ("cup", 1, "0.125"), False, "0.125"),
    ("EUR", ("tea", 1, "4.00"), ("tea", 1, "4.50"), True, "0.00"),
]
# Currency, orders, cancelled ones, and the revenue as it is written.
DAY = [
    ("EUR", 1, 1, "0.00"),
    ("JPY", 2, 1, "500"),
    ("KWD", 1, 0, "0.125"),
    ("USD", 3, 1, "36.97"),
]
# Product, currency, quantity, orders, and the revenue as it is written.
PRODUCTS = [
    ("tea", "JPY", 2, 1, "500"),
    ("tea", "USD", 5, 2, "36.97"),
    ("cup", "KWD", 1, 1, "0.125"),
]


@pytest.fixture
def clerk():
    return desk_clerk()


@pytest.fixture
def day():
    """A day that no other test sells anything on."""
    return datetime(1950, 1, 1, 12, tzinfo=UTC) + timedelta(days=uuid4().int % 9000)


@pytest.fixture
def customer_id():
    return a_customer()


def sell(customer_id, day, sold=SOLD):
    """Place, amend and cancel as the table says; yield after each step."""
    for currency, placed, anew, is_cancelled, _ in sold:
        items = lines(placed)
        order = an_order(customer_id, items=items, currency=currency, at=day)
        yield
        if anew is not None:
            amended(order.order_id, anew)
            yield
        if is_cancelled:
            cancelled(order.order_id)
            yield


def written(answer, name):
    """Return the figures under a name just as they are written."""
    return re.findall(rf'"{name}" ?: ?([^,}}\] ]+)', answer.content.decode())


def on(day):
    return f"from={day.date()}&to={day.date()}"


@pytest.fixture
def sold(services, customer_id, day):
    catch_up()
    with projector_stopped(services):
        list(sell(customer_id, day))
    catch_up()


@pytest.mark.usefixtures("sold")
def test_a_day_has_a_row_for_each(clerk, day):
    answer = clerk.get(f"{SALES}/daily?{on(day)}")

    told = [(r["currency"], r["orders"], r["cancelled"]) for r in answer.json()]
    assert told == [row[:3] for row in DAY]
    assert written(answer, "revenue") == [row[3] for row in DAY]


@pytest.mark.usefixtures("sold")
def test_a_product_has_a_row_for_each(clerk, day):
    answer = clerk.get(f"{SALES}/products?{on(day)}")

    told = [
        (r["productId"], r["currency"], r["quantity"], r["orders"])
        for r in answer.json()
    ]
    assert told == [row[:4] for row in PRODUCTS]
    assert written(answer, "revenue") == [row[4] for row in PRODUCTS]


def test_one_step_at_a_time_comes_to_the_same(clerk, customer_id, day):
    for _ in sell(customer_id, day):
        catch_up()

    daily = clerk.get(f"{SALES}/daily?{on(day)}")
    products = clerk.get(f"{SALES}/products?{on(day)}")

    assert written(daily, "revenue") == [row[3] for row in DAY]
    assert written(products, "revenue") == [row[4] for row in PRODUCTS]
    told = [(r["quantity"], r["orders"]) for r in products.json()]
    assert told == [row[2:4] for row in PRODUCTS]


@pytest.mark.usefixtures("sold")
def test_one_of_them_can_be_asked_for_alone(clerk, day):
    for currency in ("EUR", "JPY", "KWD", "USD", "GBP"):
        asked = f"{on(day)}&currency={currency}"
        daily = clerk.get(f"{SALES}/daily?{asked}")
        products = clerk.get(f"{SALES}/products?{asked}&limit=1")

        found = [row[3] for row in DAY if row[0] == currency]
        assert written(daily, "revenue") == found
        found = [row[4] for row in PRODUCTS if row[1] == currency]
        assert written(products, "revenue") == found
        assert not linked(products, "next")


@pytest.mark.parametrize("asked", ["eur", "EURO", "", "E%00R"])
@pytest.mark.parametrize("what", ["daily", "products"])
def test_what_is_no_currency_is_400(clerk, what, asked):
    answer = clerk.get(f"{SALES}/{what}?currency={asked}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "?currency"


@pytest.mark.usefixtures("sold")
def test_a_customers_summary_tells_each_and_the_shops_own_first(clerk, customer_id):
    answer = clerk.get(
        f"/api/query/customers/{customer_id}/summary?expand=lifetimeValues"
    )

    told = answer.json()
    assert (told["orderCount"], told["openOrders"]) == (7, 4)
    assert (written(answer, "lifetimeValue"), told["currency"]) == (["36.97"], "USD")
    assert [each["currency"] for each in told["lifetimeValues"]] == [
        row[0] for row in DAY
    ]
    assert written(answer, "value") == [row[3] for row in DAY]


@pytest.mark.usefixtures("sold")
def test_a_summary_tells_no_more_than_it_is_asked_for(clerk, customer_id):
    path = f"/api/query/customers/{customer_id}/summary"

    assert set(clerk.get(path).json()) == {
        *("customerId", "orderCount", "openOrders", "lifetimeValue", "currency"),
        *("firstOrderAt", "lastOrderAt"),
    }
    assert clerk.get(f"{path}?expand=history").status_code == 400


@pytest.mark.parametrize(
    ("only", "told"),
    [
        ((), ("USD", "0.00")),
        (("KWD", "JPY"), ("JPY", "500")),
        (("EUR",), ("EUR", "0.00")),
    ],
)
def test_whose_orders_are_in_none_of_the_shops_own(clerk, customer_id, day, only, told):
    list(sell(customer_id, day, [row for row in SOLD if row[0] in only]))
    catch_up()

    answer = clerk.get(
        f"/api/query/customers/{customer_id}/summary?expand=lifetimeValues"
    )

    assert (answer.json()["currency"], *written(answer, "lifetimeValue")) == told
    told_of = [each["currency"] for each in answer.json()["lifetimeValues"]]
    assert told_of == sorted(only)


@pytest.mark.usefixtures("sold")
def test_the_pages_name_each_with_its_own_digits(clerk, customer_id):
    client = signed_in(clerk)
    listed = text(client.get(f"/orders?customer={customer_id}"))

    values = " ".join(f"{revenue} {currency}" for currency, *_, revenue in DAY)
    assert f"Lifetime value {values} First order" in listed


@pytest.mark.usefixtures("sold")
def test_a_row_of_the_csv_has_its_currency(clerk, customer_id):
    page = signed_in(clerk).get(f"/orders.csv?customer={customer_id}")
    content = b"".join(page.streaming_content).decode("utf-8-sig")

    found = sorted(
        (row["Currency"], row["Total"]) for row in csv.DictReader(io.StringIO(content))
    )

    totals = [
        (currency, str(quantity * Decimal(price)))
        for currency, placed, anew, *_ in SOLD
        for _, quantity, price in [anew or placed]
    ]
    assert found == sorted(totals)


def test_the_dashboard_counts_one_at_a_time_with_its_digits(clerk, customer_id):
    items = lines(("tea", 1, "1.500"))
    order = an_order(customer_id, currency="OMR", items=items)
    amended(order.order_id, ("rare", 1, "0.125"))
    catch_up()

    client = signed_in(clerk)
    shown = client.get("/?range=7d&currency=OMR").context
    products = client.get("/products?range=7d&currency=OMR").context["products"]

    revenues = [str(row["revenue"]) for row in shown["rows"]]
    assert (shown["revenue"], shown["order_count"]) == ("0.125", 1)
    assert revenues == ["0.000"] * 6 + ["0.125"]
    assert [(p["productId"], p["revenue"]) for p in products] == [("rare", "0.125")]


def test_top_products_are_of_the_shops_own_unless_another_is_named(clerk, customer_id):
    """Three hundred yen are no more than two dollars."""
    items = lines((f"yen-{uuid4().hex[:8]}", 1, "9000000000"))
    an_order(customer_id, currency="JPY", items=items)
    an_order(customer_id)
    catch_up()

    shown = signed_in(clerk).get("/products?range=7d").context

    assert shown["currency"] == "USD"
    assert {product["currency"] for product in shown["products"]} == {"USD"}
