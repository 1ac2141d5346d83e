"""Every operation and page, by everybody who may call it: as the tables say."""

import pytest

from tests.security.addresses import admin_kinds, operations
from tests.security.administering import differences_of_view
from tests.security.asking import Place
from tests.security.callers import (
    People,
    forget_sessions,
    of_the_admin,
    of_the_api,
    of_the_pages,
)
from tests.security.matrix import differences
from tests.security.table import Row, alike, rows, twice

OPERATIONS, PAGES, ADMIN = rows("Operations"), rows("Pages"), rows("The admin")


def of(table: list[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", table, ids=[row.name for row in table])


@of(OPERATIONS)
def test_an_operation_is_for_whom_the_table_says(
    row: Row, who: People, place: Place
) -> None:
    assert differences(row, of_the_api(who), place) == []


@of(PAGES)
def test_a_page_is_for_whom_the_table_says(row: Row, who: People, place: Place) -> None:
    found = differences(row, of_the_pages(who), place)
    if row.path in {"/sign-out", "/admin/logout/"}:
        forget_sessions()

    assert found == []


@of(ADMIN)
def test_a_view_of_the_admin_is_for_whom_the_table_says(
    row: Row, who: People, place: Place
) -> None:
    assert differences_of_view(row, of_the_admin(who), place) == []


def test_nothing_that_can_be_asked_is_without_a_row() -> None:
    told = {alike(row.name) for row in OPERATIONS + PAGES}

    assert operations() - told == set()


def test_no_row_is_of_what_cannot_be_asked() -> None:
    told = {alike(row.name) for row in OPERATIONS + PAGES}

    assert told - operations() == set()


@pytest.mark.no_services
def test_every_view_of_the_admin_has_its_rows() -> None:
    known = {f"{method} {kind}" for kind in admin_kinds() for method in ("GET", "POST")}

    assert {row.name for row in ADMIN} == known


@pytest.mark.no_services
def test_no_row_is_there_twice() -> None:
    assert [*twice(OPERATIONS + PAGES), *twice(ADMIN)] == []
