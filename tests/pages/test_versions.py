"""An order's page shows each of its versions as it was."""

import pytest

from tests.pages.visiting import act, placed, signed_in, text
from tests.people import a_customer, desk_clerk, linked_to

pytestmark = pytest.mark.usefixtures("worker")


def test_a_version_is_shown_as_it_was() -> None:
    order = placed(a_customer("Grace Hopper"))
    client = signed_in(desk_clerk())
    act(client, order.order_id, "confirm")

    words = text(client.get(f"/orders/{order.order_id}?version=1"))

    assert "version 1 of 2" in words
    assert "Pending" in words
    assert "Confirmed by" not in words


@pytest.mark.parametrize(
    ("version", "status", "says"),
    [
        ("0", 404, "no version 0"),
        ("9", 404, "no version 9"),
        ("two", 400, "1, 2, 3"),
        ("", 400, "1, 2, 3"),
        ("9" * 40, 400, "1, 2, 3"),
    ],
)
def test_what_is_no_version_is_told(version: str, status: int, says: str) -> None:
    order = placed(a_customer())

    page = signed_in(desk_clerk()).get(f"/orders/{order.order_id}?version={version}")

    assert page.status_code == status
    assert says in text(page)


def test_another_customer_s_past_is_nobody_s_business() -> None:
    order = placed(a_customer())

    page = signed_in(linked_to(a_customer())).get(f"/orders/{order.order_id}?version=1")

    assert page.status_code == 404
