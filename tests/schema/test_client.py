"""A client that a public generator makes from the document works, whole."""

import importlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest

from tests.orders import an_order, cancelled, confirmed, shipped
from tests.people import Caller, a_customer, an_email
from tests.schema.conftest import PACKAGE
from tests.schema.document import Document

Arguments = dict[str, Any]


@pytest.fixture(scope="module")
def client(web: str, caller: Caller, generated: Path) -> Iterator[Any]:
    made = importlib.import_module(PACKAGE)
    client = made.AuthenticatedClient(base_url=web, token=caller.token)
    with client:
        yield client


def an_order_placed() -> tuple[UUID, Arguments]:
    """Return an order's id, and how to read it however far the read side is."""
    receipt = an_order(a_customer())
    return receipt.order_id, {"consistency_token": receipt.position}


def create_order() -> Arguments:
    item = body_of("NewItem", {"productId": "tea", "quantity": 2, "price": "3.50"})
    body = {"customerId": str(a_customer()), "items": [item.to_dict()], "note": "Now."}
    return {"body": body_of("NewOrder", body), "idempotency_key": an_email()}


def amend_items() -> Arguments:
    items = [{"productId": "tea", "quantity": 3, "price": 3.5}]
    return {
        "id": an_order_placed()[0],
        "body": body_of("AmendedItems", {"items": items}),
    }


def confirm_order() -> Arguments:
    return {"id": an_order_placed()[0], "if_match": '"1"'}


def ship_order() -> Arguments:
    order_id = an_order_placed()[0]
    confirmed(order_id)
    return {"id": order_id, "body": body_of("Shipment", {"carrier": "DHL"})}


def deliver_order() -> Arguments:
    order_id = an_order_placed()[0]
    confirmed(order_id)
    shipped(order_id)
    return {"id": order_id}


def cancel_order() -> Arguments:
    body = body_of("Cancellation", {"reason": "Too late."})
    return {"id": an_order_placed()[0], "body": body}


def add_order_note() -> Arguments:
    return {"id": an_order_placed()[0], "body": body_of("Note", {"note": "Rang."})}


def list_orders() -> Arguments:
    receipt = an_order(a_customer("Grace Hopper"))
    now = datetime.now(UTC)
    return {
        "q": "hopper",
        "ids": str(receipt.order_id),
        "status": [model("OrderStatus")("PENDING")],
        "ordering": model("Ordering")("-total"),
        "created_after": now - timedelta(hours=1),
        "created_before": now + timedelta(hours=1),
        "min_total": "7.00",
        "max_total": "7",
        "limit": 1,
        "max_staleness": "60s",
        "consistency_token": receipt.position,
    }


def list_orders_of_customer() -> Arguments:
    customer_id = a_customer()
    receipt = an_order(customer_id)
    return {"customer_id": customer_id, "consistency_token": receipt.position}


def get_order() -> Arguments:
    order_id, token = an_order_placed()
    receipt = cancelled(order_id, "Too late.")
    expand = {"expand": "history,customer", "version": 2}
    return {"id": order_id, **token, **expand, "consistency_token": receipt.position}


def of_an_order() -> Arguments:
    order_id, token = an_order_placed()
    return {"id": order_id, **token}


def follow_order() -> Arguments:
    return {**of_an_order(), "after": 0, "wait": 1}


def follow_orders() -> Arguments:
    token = an_order_placed()[1]
    return {**token, "after": token["consistency_token"] - 1, "limit": 5, "wait": 1}


def list_events() -> Arguments:
    token = an_order_placed()[1]
    return {**token, "after": token["consistency_token"] - 1, "limit": 1}


def get_status_counts() -> Arguments:
    return {**an_order_placed()[1]}


def get_customer_summary() -> Arguments:
    return list_orders_of_customer()


def get_daily_sales() -> Arguments:
    day = {"from_": date(2026, 1, 1), "to": datetime.now(UTC).date()}
    return {**an_order_placed()[1], **day}


def get_product_sales() -> Arguments:
    return {**get_daily_sales(), "limit": 3}


def list_customers() -> Arguments:
    a_customer("Hedy Lamarr")
    return {"q": "lamarr", "limit": 2}


def register_customer() -> Arguments:
    body = {"name": "Ada Lovelace", "email": an_email()}
    return {"body": body_of("NewCustomer", body), "idempotency_key": an_email()}


def of_a_customer() -> Arguments:
    return {"customer_id": a_customer()}


def change_customer() -> Arguments:
    return {**of_a_customer(), "body": body_of("ChangedCustomer", {"name": "Ada B."})}


def nothing() -> Arguments:
    return {}


CALLS: dict[str, Callable[[], Arguments]] = {
    "createOrder": create_order,
    "amendItems": amend_items,
    "confirmOrder": confirm_order,
    "shipOrder": ship_order,
    "deliverOrder": deliver_order,
    "cancelOrder": cancel_order,
    "addOrderNote": add_order_note,
    "listOrders": list_orders,
    "listOrdersOfCustomer": list_orders_of_customer,
    "getOrder": get_order,
    "getOrderHistory": of_an_order,
    "getOrderTrace": of_an_order,
    "followOrder": follow_order,
    "followOrders": follow_orders,
    "listEvents": list_events,
    "getStatusCounts": get_status_counts,
    "getCustomerSummary": get_customer_summary,
    "getDailySales": get_daily_sales,
    "getProductSales": get_product_sales,
    "getSync": nothing,
    "listCustomers": list_customers,
    "registerCustomer": register_customer,
    "getCustomer": of_a_customer,
    "changeCustomer": change_customer,
    "eraseCustomer": of_a_customer,
    "exportCustomer": of_a_customer,
    "whoAmI": nothing,
}


def test_every_operation_of_the_document_is_called(served: Document) -> None:
    operations = {operation["operationId"] for _, operation in served.operations()}

    assert operations == set(CALLS)


@pytest.mark.parametrize("operation", CALLS)
def test_the_client_does_what_it_is_asked_and_understands_the_answer(
    operation: str, client: Any, served: Document
) -> None:
    call = function(operation, served)

    answer = call.sync_detailed(client=client, **CALLS[operation]())

    told = described(operation, served)["responses"][str(int(answer.status_code))]
    assert answer.status_code < 300, answer.content
    assert_is_what_was_told(answer.parsed, told, served)


def test_a_refusal_is_a_problem_for_the_client_too(
    client: Any, served: Document
) -> None:
    order_id = an_order_placed()[0]
    cancelled(order_id)

    answer = function("shipOrder", served).sync_detailed(client=client, id=order_id)

    assert answer.status_code == 409
    assert answer.parsed.current_status == "CANCELLED"
    assert [event.type_ for event in answer.parsed.events] == [
        "OrderCreated",
        "OrderCancelled",
    ]


def model(name: str) -> Any:
    return getattr(importlib.import_module(f"{PACKAGE}.models"), name)


def body_of(name: str, content: dict[str, Any]) -> Any:
    return model(name).from_dict(content)


def described(operation: str, served: Document) -> Any:
    return next(o for _, o in served.operations() if o["operationId"] == operation)


def function(operation: str, served: Document) -> ModuleType:
    """Return the module that the generator made for an operation."""
    (tag,) = described(operation, served)["tags"]
    name = re.sub("(?<=[a-z])(?=[A-Z])", "_", operation).lower()
    return importlib.import_module(f"{PACKAGE}.api.{tag}.{name}")


def assert_is_what_was_told(parsed: Any, told: Any, served: Document) -> None:
    if "content" not in told:
        assert parsed is None
        return
    schema = told["content"]["application/json"]["schema"]
    if schema.get("type") == "array":
        assert parsed, "an example was to be in the list"
        schema, parsed = schema["items"], parsed[0]
    assert type(parsed).__name__ == schema["$ref"].rpartition("/")[2]
    assert undocumented(parsed) == []


def undocumented(parsed: Any) -> list[str]:
    """Return what an answer has that its schema does not tell of."""
    match parsed:
        case list():
            return [name for part in parsed for name in undocumented(part)]
        case _ if type(parsed).__name__ == "EventData":
            return []
        case _ if hasattr(parsed, "additional_properties"):
            parts = [part for _, part in sorted(vars_of(parsed).items())]
            return [*parsed.additional_properties, *undocumented(parts)]
        case _:
            return []


def vars_of(parsed: Any) -> dict[str, Any]:
    names = [part.name for part in type(parsed).__attrs_attrs__]
    return {n: getattr(parsed, n) for n in names if n != "additional_properties"}
