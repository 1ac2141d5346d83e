"""From an HTTP request to a command, in one lean pass; what is unknown is refused."""

import re
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from rest_framework.request import Request

from customers.signals import IdempotencyKey
from orders_command.api.reading import (
    BadBody,
    Body,
    a_code,
    a_text,
    an_amount,
    an_id,
    an_integer,
)
from orders_command.domain.commands import (
    AddNote,
    AmendItems,
    CancelOrder,
    ConfirmOrder,
    CreateOrder,
    DeliverOrder,
    ShipOrder,
)
from orders_command.domain.order import items_problems, problems
from orders_command.events import Item
from orders_command.handlers import new_note, new_order, new_remark, new_shipment

NOBODY = UUID(int=0)
# "3", or "3.DIGEST" as the query side tags an order
_ETAG = re.compile(r'"([0-9]{1,18})(\.[0-9A-Za-z]{1,64})?"\Z', re.ASCII)
_KEY = re.compile(r"[\x20-\x7e]{1,255}\Z", re.ASCII)


def create_order(request: Request) -> CreateOrder:
    """
    Return the command that a body asks for.

    :raises BadBody: with every place that is wrong
    """
    body = Body(request.data)
    body.known("customerId", "items", "currency", "reference", "note")
    customer_id = body.required("customerId", an_id, NOBODY)
    items = tuple(map(_item, body.objects("items")))
    currency = body.optional("currency", a_text(3))
    reference = body.optional("reference", a_text(64))
    note = body.optional("note", a_text(2_000))
    command = new_order(
        customer_id=customer_id,
        items=items,
        currency=currency or settings.DEFAULT_CURRENCY,
        reference=reference,
        note=note,
    )
    body.refuse(problems(command))
    body.done()
    return command


def amend_items(request: Request, order_id: UUID) -> AmendItems:
    """
    Return the command that a body asks for; what its prices may be is decided later.

    :raises BadBody: with every place that is wrong, whatever the order's currency is
    """
    body = Body(request.data).known("items")
    items = tuple(map(_item, body.objects("items")))
    body.refuse(items_problems(items))
    body.done()
    return AmendItems(order_id=order_id, items=items)


def confirm_order(request: Request, order_id: UUID) -> ConfirmOrder:
    Body(request.data).known().done()
    return ConfirmOrder(order_id=order_id)


def ship_order(request: Request, order_id: UUID) -> ShipOrder:
    body = Body(request.data).known("carrier", "trackingNumber")
    carrier = body.optional("carrier", a_code)
    tracking_number = body.optional("trackingNumber", a_code)
    body.done()
    shipment = new_shipment(carrier=carrier, tracking_number=tracking_number)
    return ShipOrder(order_id=order_id, shipment=shipment)


def deliver_order(request: Request, order_id: UUID) -> DeliverOrder:
    Body(request.data).known().done()
    return DeliverOrder(order_id=order_id)


def cancel_order(request: Request, order_id: UUID, *, by_customer: bool) -> CancelOrder:
    body = Body(request.data).known("reason")
    reason = body.optional("reason", a_text(500))
    body.done()
    return CancelOrder(
        order_id=order_id, reason=new_remark(reason), by_customer=by_customer
    )


def add_note(request: Request, order_id: UUID) -> AddNote:
    body = Body(request.data).known("note")
    note = body.required("note", a_text(2_000), "")
    body.done()
    return new_note(order_id=order_id, text=note)


def expected_version(request: Request) -> int | None:
    """Return the version that If-Match names; None if any will do."""
    text = request.headers.get("If-Match")
    if text is None or text.strip() == "*":
        return None
    match = _ETAG.match(text.strip())
    if match is None:
        raise _bad_header("If-Match", 'Name one version as "3", or any as *.')
    return int(match[1])


def idempotency(request: Request) -> IdempotencyKey | None:
    """Return the caller's key, with the fingerprint of what was asked under it."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.match(key):
        raise _bad_header("Idempotency-Key", "A key is 1 to 255 printable characters.")
    condition = request.headers.get("If-Match")
    asked = (request.method, request.path, condition, request.data)
    return IdempotencyKey.of(caller=actor(request), key=key, asked=asked)


def no_parameters(request: Request) -> None:
    """Refuse query parameters: a command has none."""
    for name in request.query_params:
        detail = f"There is no parameter {name[:64]!r}."
        error = {"pointer": f"?{name[:64]}", "code": "unknown", "detail": detail}
        raise BadBody([error], malformed=True)


def actor(request: Request) -> str:
    """Return how the log names the caller."""
    return f"user:{request.user.pk}"


def _item(body: Body) -> Item:
    body.known("productId", "quantity", "price")
    return Item(
        product_id=body.required("productId", a_text(64), ""),
        quantity=body.required("quantity", an_integer, 0),
        price=body.required("price", an_amount, Decimal()),
    )


def _bad_header(name: str, detail: str) -> BadBody:
    error = {"pointer": name, "code": "header", "detail": detail}
    return BadBody([error], malformed=True)
