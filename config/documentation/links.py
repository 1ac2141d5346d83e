"""Where an answer leads: what can be asked next, and with which part of the answer.

A link to a query carries the token, so it finds what the answer has just told of.
"""

from typing import Any

_ORDER = {"id": "$response.body#/orderId"}
_CUSTOMER = {"customer_id": "$response.body#/customerId"}
_TOKEN = {"Consistency-Token": "$response.header.Consistency-Token"}
_READ_AN_ORDER = {
    name: {"operationId": name, "parameters": {**_ORDER, **_TOKEN}}
    for name in ("getOrder", "getOrderHistory", "getOrderTrace")
}


def _to(*operations: str, **parameters: str) -> dict[str, Any]:
    return {
        name: {"operationId": name, "parameters": parameters} for name in operations
    }


_OF_OPERATION: dict[str, dict[str, Any]] = {
    "createOrder": {
        **_READ_AN_ORDER,
        **_to("amendItems", "confirmOrder", "cancelOrder", **_ORDER),
    },
    "amendItems": {**_READ_AN_ORDER, **_to("confirmOrder", "cancelOrder", **_ORDER)},
    "confirmOrder": {**_READ_AN_ORDER, **_to("shipOrder", "cancelOrder", **_ORDER)},
    "shipOrder": {**_READ_AN_ORDER, **_to("deliverOrder", **_ORDER)},
    "deliverOrder": _READ_AN_ORDER,
    "cancelOrder": _READ_AN_ORDER,
    "registerCustomer": {
        **_to("getCustomer", "changeCustomer", "eraseCustomer", **_CUSTOMER),
        **_to("listOrdersOfCustomer", "getCustomerSummary", **_CUSTOMER, **_TOKEN),
        "createOrder": {
            "operationId": "createOrder",
            "requestBody": {
                "customerId": "$response.body#/customerId",
                "items": [{"productId": "tea", "quantity": 2, "price": "3.50"}],
            },
        },
    },
    "changeCustomer": {
        **_to("getCustomer", "eraseCustomer", **_CUSTOMER),
        **_to("getCustomerSummary", **_CUSTOMER, **_TOKEN),
    },
}


def add(operation: dict[str, Any]) -> None:
    """Put the links of an operation to its good answer."""
    links = _OF_OPERATION.get(operation["operationId"])
    if links:
        for status in operation["responses"].keys() & {"200", "201"}:
            operation["responses"][status]["links"] = links
