"""The life of an order through the API."""

from uuid import uuid4

import pytest

from tests.orders import COMMANDS, an_order, confirmed, order_body
from tests.people import a_customer, analyst, desk_clerk, linked_to, somebody


def test_an_order_is_placed_and_moved_on_to_its_delivery():
    clerk = desk_clerk()
    placed = clerk.post(COMMANDS, order_body(a_customer(), note="Ring twice."))

    assert placed.status_code == 201, placed.content
    receipt = placed.json()
    assert set(receipt) == {"orderId", "orderNumber", "status", "version", "position"}
    assert (receipt["status"], receipt["version"]) == ("PENDING", 1)
    assert placed["Location"] == f"/api/query/orders/{receipt['orderId']}"
    assert placed["ETag"] == '"1"'
    assert placed["Consistency-Token"] == str(receipt["position"])
    steps = (
        ("confirm", None, "CONFIRMED"),
        ("ship", {"carrier": "DHL", "trackingNumber": "T-1"}, "SHIPPED"),
        ("deliver", {}, "DELIVERED"),
    )
    for version, (action, body, status) in enumerate(steps, 2):
        moved = clerk.post(f"{COMMANDS}/{receipt['orderId']}/{action}", body)
        assert moved.status_code == 200, moved.content
        assert (moved.json()["status"], moved.json()["version"]) == (status, version)
        assert moved["ETag"] == f'"{version}"'
        assert moved.json()["orderNumber"] == receipt["orderNumber"]


def test_an_order_is_cancelled_with_a_reason():
    order = an_order(a_customer())

    answer = desk_clerk().post(f"{COMMANDS}/{order.order_id}/cancel", {"reason": "no"})

    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELLED")


def test_what_the_status_does_not_allow_is_409_and_stores_nothing():
    order, clerk = an_order(a_customer()), desk_clerk()

    refused = clerk.post(f"{COMMANDS}/{order.order_id}/ship")

    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/invalid-transition")
    assert clerk.post(f"{COMMANDS}/{order.order_id}/confirm").json()["version"] == 2


@pytest.mark.parametrize("order_id", [uuid4(), "not-an-id"])
def test_an_unknown_order_is_404(order_id):
    answer = desk_clerk().post(f"{COMMANDS}/{order_id}/confirm")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_a_reference_is_unique():
    clerk, body = desk_clerk(), order_body(a_customer(), reference=f"r-{uuid4()}")
    assert clerk.post(COMMANDS, body).status_code == 201

    again = clerk.post(COMMANDS, body)

    assert again.status_code == 409
    assert again.json()["type"].endswith("/duplicate-reference")


def test_an_erased_customer_orders_nothing():
    clerk, customer_id = desk_clerk(), a_customer()
    clerk.send("DELETE", f"/api/customers/{customer_id}")

    answer = clerk.post(COMMANDS, order_body(customer_id))

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/customer-erased")


def test_the_currency_decides_about_digits():
    clerk, customer_id = desk_clerk(), a_customer()
    tea = {"productId": "tea", "quantity": 1, "price": "3.50"}

    refused = clerk.post(COMMANDS, order_body(customer_id, items=[tea], currency="JPY"))
    taken = clerk.post(COMMANDS, order_body(customer_id, items=[tea], currency="KWD"))

    assert refused.json()["errors"][0]["pointer"] == "/items/0/price"
    assert taken.status_code == 201


def test_who_may_command():
    customer_id = a_customer()
    order = an_order(customer_id)
    calls = {
        "nobody": desk_clerk().client.post(COMMANDS),
        "analyst": analyst().post(COMMANDS, order_body(customer_id)),
        "customer": linked_to(customer_id).post(COMMANDS, order_body(customer_id)),
        "reader": somebody("order desk", scopes=("read",)).post(
            f"{COMMANDS}/{order.order_id}/confirm"
        ),
    }

    statuses = {who: answer.status_code for who, answer in calls.items()}

    assert statuses == {"nobody": 401, "analyst": 403, "customer": 403, "reader": 403}


def test_a_customer_cancels_an_own_pending_order_only():
    customer_id = a_customer()
    own = linked_to(customer_id)
    pending, others = an_order(customer_id), an_order(a_customer())
    gone_on = an_order(customer_id)
    confirmed(gone_on.order_id)

    statuses = [
        own.post(f"{COMMANDS}/{order.order_id}/cancel").status_code
        for order in (pending, others, gone_on)
    ]

    assert statuses == [200, 404, 409]
