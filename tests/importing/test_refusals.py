"""A bad order is reported by line and skipped whole; the rest goes in."""

import pytest

from orders_command.models import Order
from tests.importing.files import (
    CANCELLED,
    CONFIRMED,
    DELIVERED,
    ORDERED,
    SHIPPED,
    a_reference,
    a_row,
    is_there,
)
from tests.orders import an_order
from tests.people import a_customer


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("order_ref", "x" * 65, "This takes 1 to 64 characters."),
        ("order_ref", "a\x85b", "Control characters are not accepted."),
        ("customer_email", "nobody", "This is not an e-mail address."),
        ("customer_email", "", "This is not an e-mail address."),
        ("customer_name", " ", "A name must not be empty."),
        ("customer_name", "a\x00b", "A name has no control characters."),
        ("customer_name", "x" * 201, "A name has at most 200 characters."),
        ("ordered_at", "", "It must not be empty."),
        ("ordered_at", "2024-03-01T10:00:00", "Write it with its zone: 2026-01-31T1"),
        ("ordered_at", "2024-03-01", "Write it with its zone: 2026-01-31T12:00:00Z."),
        ("ordered_at", "2024-02-30T10:00:00Z", "Write it with its zone: 2026-01-31T"),
        ("ordered_at", "0001-01-01T00:00:00+01:00", "Write it with its zone: 2026-0"),
        ("ordered_at", "2999-01-01T00:00:00Z", "It lies before 1970 or in the future."),
        ("ordered_at", "0024-03-01T00:00:00Z", "It lies before 1970 or in the future."),
        ("confirmed_at", "2024-02-29T10:00:00Z", "It is before ordered_at."),
        ("shipped_at", SHIPPED, "Only an order that is CONFIRMED can be shipped; th"),
        ("delivered_at", DELIVERED, "Only an order that is SHIPPED can be delivered"),
        ("product_id", "", "This takes 1 to 64 characters."),
        ("product_id", "x" * 65, "This takes 1 to 64 characters."),
        ("product_id", "x\ny", "Control characters are not accepted."),
        ("quantity", "0", "A quantity is 1 to 1000000."),
        ("quantity", "1000001", "A quantity is 1 to 1000000."),
        ("quantity", "1.0", "Write it as an integer: 12."),
        ("quantity", "", "Write it as an integer: 12."),
        ("quantity", "\u0663", "Write it as an integer: 12."),
        ("price", "-1", "A price is 0 to 9999999999."),
        ("price", "-0.00", "A price is 0 to 9999999999."),
        ("price", "10000000000", "A price is 0 to 9999999999."),
        ("price", "1.005", "USD has 2 decimals."),
        ("price", "1e2", "Write it as a plain decimal: 12.50."),
        ("price", "1,50", "Write it as a plain decimal: 12.50."),
        ("price", "NaN", "Write it as a plain decimal: 12.50."),
        ("currency", "XXX", "This is no ISO 4217 currency."),
        ("currency", "usd", "This is no ISO 4217 currency."),
        ("currency", "JPY", "JPY has 0 decimals."),
    ],
)
def test_a_bad_field_is_named_and_its_order_skipped(imports, column, value, reason):
    good, bad = a_row(currency=""), {**a_row(currency=""), column: value}

    ended = imports(good, bad)

    field = "price" if value == "JPY" else column
    place, _, told = ended.lines[0].partition(f", field {field}: ")
    assert ended.status == 1
    assert place.startswith("line 3, reference ")
    assert told.startswith(reason)
    assert "1 imported, 0 already there, 1 refused, 1 customers" in ended.lines[1]
    assert is_there(good)
    assert not is_there(bad)


def test_an_order_is_skipped_whole_and_each_wrong_place_is_told(imports):
    bad = a_row()
    rows = [bad, {**bad, "quantity": "x", "price": "y"}, {**bad, "price": "1.001"}]

    ended = imports(a_row(), *rows, a_row())

    places = [line.partition(":")[0] for line in ended.lines[:-1]]
    reference = bad["order_ref"]
    assert places == [
        f"line 4, reference {reference}, field quantity",
        f"line 4, reference {reference}, field price",
    ]
    assert "2 imported, 0 already there, 1 refused" in ended.lines[-1]
    assert not is_there(bad)


@pytest.mark.parametrize(
    "times",
    [
        {"confirmed_at": CONFIRMED, "shipped_at": SHIPPED, "cancelled_at": DELIVERED},
        {"confirmed_at": CONFIRMED, "cancelled_at": ORDERED},
        {"confirmed_at": DELIVERED, "shipped_at": SHIPPED},
    ],
)
def test_what_cannot_have_happened_is_refused(imports, times):
    row = a_row(**times)

    ended = imports(row)

    assert ended.status == 1
    assert f"line 2, reference {row['order_ref']}, field " in ended.lines[0]
    assert not is_there(row)


def test_two_things_may_have_happened_at_one_moment(imports):
    row = a_row(confirmed_at=ORDERED, shipped_at=ORDERED, delivered_at=ORDERED)

    ended = imports(row)

    assert ended.status == 0
    assert Order.objects.get(reference=row["order_ref"]).status == "DELIVERED"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("customer_email", "else@example.org"),
        ("customer_name", "Else"),
        ("ordered_at", "2024-03-01T11:00:00Z"),
        ("cancelled_at", CANCELLED),
    ],
)
def test_rows_of_an_order_that_say_different_things_are_refused(imports, column, value):
    row = a_row()

    ended = imports(row, row, {**row, column: value})

    told = f"line 4, reference {row['order_ref']}, field {column}: It differs from line"
    assert ended.status == 1
    assert ended.lines[0] == f"{told} 2 of the same order."
    assert not is_there(row)


@pytest.mark.parametrize("between", [1, 7])
def test_rows_of_an_order_that_do_not_stand_together_are_refused(imports, between):
    torn = a_row()
    others = [a_row() for _ in range(between)]

    ended = imports(torn, *others, torn)

    reason = f"Its rows stand in several places, from lines 2 and {between + 3} on."
    assert ended.status == 1
    assert [line.partition(", ")[0] for line in ended.lines[:-1]] == [
        "line 2",
        f"line {between + 3}",
    ]
    assert all(line.endswith(reason) for line in ended.lines[:-1])
    assert f"{between} imported, 0 already there, 2 refused" in ended.lines[-1]
    assert not is_there(torn)


def test_an_order_of_more_than_500_items_is_refused(imports):
    largest, too_large = a_row(), a_row()

    ended = imports(*[largest] * 500, *[too_large] * 3_000)

    told = f"line 502, reference {too_large['order_ref']}, field order_ref: An order"
    assert ended.lines[0] == f"{told} has 1 to 500 items."
    assert is_there(largest)
    assert not is_there(too_large)


def test_a_reference_that_is_one_of_an_order_placed_here_is_known(imports):
    reference = a_reference()
    an_order(a_customer(), reference=reference)

    ended = imports(a_row(reference))

    assert "field customer_email: The order that has this reference is" in (
        ended.printed
    )
    assert ended.status == 1
