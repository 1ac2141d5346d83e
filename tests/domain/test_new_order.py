"""What an order may be made of, and what it adds up to."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given as all_of
from hypothesis import strategies as st

from orders_command.domain import money
from orders_command.domain.errors import BadInput
from orders_command.domain.order import decide, replay
from orders_command.events import Item
from tests.examples import TEA, create
from tests.given import given

pytestmark = pytest.mark.no_services


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"items": ()}, "/items"),
        ({"items": (TEA,) * 501}, "/items"),
        ({"currency": "XXX"}, "/currency"),
        ({"items": (replace(TEA, quantity=0),)}, "/items/0/quantity"),
        ({"items": (replace(TEA, quantity=1_000_001),)}, "/items/0/quantity"),
        ({"items": (TEA, replace(TEA, price=Decimal(-1)))}, "/items/1/price"),
        ({"items": (replace(TEA, price=Decimal("-0.0")),)}, "/items/0/price"),
        ({"items": (replace(TEA, price=Decimal(10**10)),)}, "/items/0/price"),
        ({"items": (replace(TEA, price=Decimal("1.005")),)}, "/items/0/price"),
        ({"currency": "JPY"}, "/items/0/price"),
    ],
)
def test_what_is_refused_is_named_with_its_place(change, place):
    refusal = given().when(replace(create, **change)).refused(BadInput)

    assert [error["pointer"] for error in refusal.errors] == [place]


def test_everything_that_is_wrong_is_named_at_once():
    bad = Item(product_id="tea", quantity=0, price=Decimal(-1))

    refusal = given().when(replace(create, items=(bad, bad))).refused(BadInput)

    assert len(refusal.errors) == 4


@pytest.mark.parametrize(
    ("currency", "price", "written"),
    [
        ("USD", "99.9", "99.90"),
        ("USD", "99.900", "99.90"),
        ("JPY", "100", "100"),
        ("JPY", "100.0", "100"),
        ("KWD", "1.5", "1.500"),
        ("USD", "0", "0.00"),
    ],
)
def test_a_price_is_kept_with_exactly_the_digits_of_its_currency(
    currency, price, written
):
    item = replace(TEA, price=Decimal(price))

    [event] = decide(None, replace(create, currency=currency, items=(item,)))

    assert str(event.items[0].price) == written


cents = st.integers(0, 99_999_999_999).map(lambda n: Decimal(n) / 100)
items = st.builds(
    Item,
    product_id=st.just("tea"),
    quantity=st.integers(1, 1_000_000),
    price=cents,
)


@all_of(st.lists(items, min_size=1, max_size=20))
def test_the_total_is_exact(lines):
    state = replay(decide(None, replace(create, items=tuple(lines))))

    exact = sum(int(line.price * 100) * line.quantity for line in lines)
    assert state.total * 100 == exact
    assert -state.total.as_tuple().exponent == money.minor_digits("USD")
