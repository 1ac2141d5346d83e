"""What the OpenAPI document shows of commands: bodies, receipts and refusals."""

from typing import Any

from orders_command.domain.order import MAX_QUANTITY, Status

Refusals = dict[str, dict[str, Any]]  # by code, with the members that it shows

ORDER_ID = "01980a4e-5d2c-7b10-8f6a-3d5e7c9b1a20"
_CUSTOMER_ID = "01980a4d-11aa-7c44-a1b2-c3d4e5f60718"
_ACTOR = "user:01980a40-77e0-7d11-b0c4-5e6f708192a3"

NEW_ORDER = {
    "customerId": _CUSTOMER_ID,
    "items": [{"productId": "tea", "quantity": 2, "price": "3.50"}],
    "currency": "USD",
    "reference": "web-000417",
    "note": "Ring twice.",
}
AMENDED = {
    "items": [
        {"productId": "tea", "quantity": 3, "price": "3.50"},
        {"productId": "sugar", "quantity": 1, "price": "2.00"},
    ]
}
SHIPMENT = {"carrier": "DHL", "trackingNumber": "T-00A7F3"}
REASON = {"reason": "Ordered twice."}
NOTE = {"note": "Rang: comes on Friday."}


def receipt(status: Status, version: int | None = None) -> dict[str, Any]:
    version = version or _VERSIONS[status]
    return {
        "orderId": ORDER_ID,
        "orderNumber": "7K3M-Q9XA",
        "status": status,
        "version": version,
        "position": 4710 + version,
    }


def _event(version: int, kind: str, minute: int, data: dict[str, Any]) -> Any:
    return {
        "version": version,
        "type": kind,
        "at": f"2026-11-23T09:{minute}:00.000000Z",
        "actor": _ACTOR,
        "position": 4710 + version,
        "data": data,
    }


_VERSIONS = {
    Status.PENDING: 1,
    Status.CONFIRMED: 2,
    Status.CANCELLED: 2,
    Status.SHIPPED: 3,
    Status.DELIVERED: 4,
}
_PLACED = _event(
    1,
    "OrderCreated",
    15,
    {
        "customerId": _CUSTOMER_ID,
        "orderNumber": "7K3M-Q9XA",
        "currency": "USD",
        "total": 7.00,
        "items": [{"productId": "tea", "quantity": 2, "price": 3.50, "total": 7.00}],
    },
)
_CANCELLED = _event(2, "OrderCancelled", 20, {})
ALWAYS: Refusals = {"request-in-flight": {}, "idempotency-key-reused": {}}
OF_ITEMS: Refusals = {
    "invalid-body": {
        "detail": f"A quantity is 1 to {MAX_QUANTITY}.",
        "errors": [
            {
                "pointer": "/items/0/quantity",
                "code": "range",
                "detail": f"A quantity is 1 to {MAX_QUANTITY}.",
            }
        ],
    },
}
OF_NEW: Refusals = {
    **ALWAYS,
    "duplicate-reference": {},
    "customer-erased": {},
    "version-mismatch": {
        "detail": "The order is at version 0, not 1.",
        "currentVersion": 0,
        "currentStatus": None,
        "events": [],
    },
    **OF_ITEMS,
}


def of_known(done: str, wanted: str) -> Refusals:
    """Return how a command on an order that there is can be refused."""
    detail = f"Only an order that is {wanted} can be {done}; this one is CANCELLED."
    stood = {"currentVersion": 2, "currentStatus": Status.CANCELLED}
    return {
        **ALWAYS,
        "order-not-found": {},
        "invalid-transition": {
            "detail": detail,
            **stood,
            "events": [_PLACED, _CANCELLED],
        },
        "version-mismatch": {
            "detail": "The order is at version 2, not 1.",
            **stood,
            "events": [_CANCELLED],
        },
    }


def of_noted() -> Refusals:
    """Return how a note can be refused: by no status of the order."""
    refusals = of_known("", "")
    del refusals["invalid-transition"]
    return {**refusals, "customer-erased": {}}


def bad_text(name: str, detail: str) -> Refusals:
    """Return the refusal of a text that will not do."""
    error = {"pointer": f"/{name}", "code": "refused", "detail": detail}
    return {"invalid-body": {"detail": detail, "errors": [error]}}
