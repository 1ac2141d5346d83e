"""Doors left open on purpose: the matrix would find each of them."""

import pytest

from tests.security import test_matrix
from tests.security.addresses import operations
from tests.security.asking import Place
from tests.security.callers import People, of_the_api, of_the_pages
from tests.security.matrix import differences
from tests.security.table import Row, alike

pytestmark = pytest.mark.urls("tests.security.open_urls")


def row(name: str) -> Row:
    known = test_matrix.OPERATIONS + test_matrix.PAGES
    return next(one for one in known if one.name == name)


def found(name: str, who: People, place: Place) -> str:
    senders = of_the_api if name.startswith("GET /api") else of_the_pages
    return "\n".join(differences(row(name), senders(who), place))


def test_a_view_without_its_permission_is_found(who: People, place: Place) -> None:
    told = found("GET /api/query/sales/daily", who, place)

    assert "by customer A: 403 is expected, it was 200" in told
    assert "by the desk for A: 403 is expected, it was 200" in told


def test_a_view_that_shows_anybodys_record_is_found(who: People, place: Place) -> None:
    told = found("GET /api/customers/{customer}", who, place)

    assert "by customer B: 404 is expected, it was 200" in told
    assert "by the desk for B: 404 is expected, it was 200" in told


def test_a_refusal_that_tells_what_is_there_is_found(who: People, place: Place) -> None:
    told = found("GET /api/query/orders/{order}", who, place)

    assert "by customer B: not as where nothing is" in told


def test_a_refusal_that_does_something_is_found(who: People, place: Place) -> None:
    told = found("GET /api/query/sync", who, place)

    assert "by customer A: refused, and has written" in told


def test_a_page_for_anybody_is_found(who: People, place: Place) -> None:
    told = found("GET /products", who, place)

    assert "by nobody: in is expected, it was 200" in told


def test_addresses_without_a_row_are_found() -> None:
    told = {alike(one.name) for one in test_matrix.OPERATIONS + test_matrix.PAGES}

    missing = operations() - told

    assert {"GET /api/query/forgotten", "GET /forgotten"} <= missing
