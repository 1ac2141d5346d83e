"""The dashboard: its figures are those of the orders, its address is its state."""

from decimal import Decimal
from typing import Any

import pytest

from orders_command.events import Item
from orders_query.pages import charts
from tests.orders import an_order
from tests.pages.visiting import placed, signed_in, text
from tests.people import a_customer, desk_clerk, linked_to
from tests.projected import catch_up


def context(path: str) -> Any:
    page = signed_in(desk_clerk()).get(path)
    assert page.status_code == 200
    return page.context


def test_an_order_of_today_is_in_the_last_bar() -> None:
    catch_up()
    before = context("/?range=7d&currency=USD")["rows"][-1]

    placed(a_customer(), price="1000.25")
    catch_up()

    shown = context("/?range=7d&currency=USD")
    assert len(shown["rows"]) == 7
    if shown["rows"][-1]["day"] != before["day"]:  # midnight has passed meanwhile
        before = {"orders": 0, "revenue": Decimal()}
    assert shown["rows"][-1]["orders"] == before["orders"] + 1
    assert shown["rows"][-1]["revenue"] == before["revenue"] + Decimal("2000.50")


def test_a_new_order_is_one_more_that_is_pending() -> None:
    catch_up()
    pending = {s["status"]: s["count"] for s in context("/")["statuses"]}["PENDING"]

    placed(a_customer())

    now = {s["status"]: s["count"] for s in context("/")["statuses"]}["PENDING"]
    assert now == pending + 1


def test_top_products_are_those_of_the_currency_that_is_asked_for() -> None:
    """Many of another one, with figures that are much higher, are not in the way."""
    customer_id = a_customer()
    many = tuple(
        Item(product_id=f"p{number}", quantity=999_999, price=Decimal(9_000_000))
        for number in range(101)
    )
    an_order(customer_id, items=many, currency="KRW")
    rare = Item(product_id="rare", quantity=1, price=Decimal(1))
    an_order(customer_id, items=(rare,), currency="ISK")
    catch_up()

    shown = context("/products?currency=ISK")["products"]

    assert [product["productId"] for product in shown] == ["rare"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("range=1y", "7d, 30d, 90d"),
        ("range=", "7d, 30d"),
        ("currency=dollars", "three"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/products"])
def test_what_cannot_be_asked_is_told(path: str, query: str, says: str) -> None:
    page = signed_in(desk_clerk()).get(f"{path}?{query}")

    assert page.status_code == 400
    assert says in text(page)


def test_a_customer_sees_neither_dashboard_nor_products() -> None:
    client = signed_in(linked_to(a_customer()))

    assert client.get("/").headers["Location"] == "/orders"
    assert client.get("/products").status_code == 403


@pytest.mark.parametrize(
    ("most", "top"),
    [("0", "4"), ("4", "4"), ("5", "8"), ("9", "20"), ("81", "200"), ("1e15", "2e15")],
)
def test_an_axis_ends_at_a_round_number(most: str, top: str) -> None:
    assert charts.ceiling(Decimal(most)) == Decimal(top)


@pytest.mark.parametrize("figures", [[], [0], [0, 0], [7], [1, 10**15], [1] * 90])
def test_bars_stay_inside_their_chart(figures: list[int]) -> None:
    chart = charts.bars([(str(n), Decimal(f)) for n, f in enumerate(figures)])

    assert len(chart.bars) == len(figures)
    assert sum(bool(bar.word) for bar in chart.bars) <= charts.LABELS
    for bar in chart.bars:
        assert bar.y >= 0
        assert bar.y + bar.height == pytest.approx(chart.floor)
        assert bar.x + bar.width <= chart.width


def test_an_axis_is_brief() -> None:
    shown = [charts.brief(Decimal(n)) for n in (0, 20, 1_500, 2_000_000, 10**12)]

    assert shown == ["0", "20", "1.5k", "2M", "1T"]
