"""Commands over HTTP: a request becomes a command, a receipt becomes an answer."""

from dataclasses import replace
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from customers import directory
from orders_command.api import requests, schema
from orders_command.api.reading import BadBody
from orders_command.domain.commands import Command
from orders_command.domain.errors import BadInput
from orders_command.handlers import Receipt, handle

NEEDS = "orders_command.command_orders"


class OrderCommands(ViewSet):
    needs = NEEDS
    customers_may = frozenset({"cancel"})
    limited_may = frozenset(
        {"create", "items", "confirm", "ship", "deliver", "cancel", "add_note"}
    )

    @schema.create
    def create(self, request: Request) -> Response:
        """Place an order."""
        receipt = _carried_out(request, requests.create_order(request))
        response = _answer(receipt, status=201)
        response["Location"] = f"/api/query/orders/{receipt.order_id}"
        return response

    @schema.items
    def items(self, request: Request, pk: UUID) -> Response:
        """Replace the lines of a pending order; the same lines change nothing."""
        return _answer(_carried_out(request, requests.amend_items(request, pk)))

    @schema.confirm
    def confirm(self, request: Request, pk: UUID) -> Response:
        """Confirm a pending order."""
        return _answer(_carried_out(request, requests.confirm_order(request, pk)))

    @schema.ship
    def ship(self, request: Request, pk: UUID) -> Response:
        """Hand a confirmed order to a carrier."""
        return _answer(_carried_out(request, requests.ship_order(request, pk)))

    @schema.deliver
    def deliver(self, request: Request, pk: UUID) -> Response:
        """Record that a shipped order has arrived."""
        return _answer(_carried_out(request, requests.deliver_order(request, pk)))

    @schema.cancel
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Cancel an order that has not been shipped; a customer, a pending one."""
        by_customer = not request.user.has_perm(NEEDS)
        command = requests.cancel_order(request, pk, by_customer=by_customer)
        return _answer(_carried_out(request, command))

    @schema.add_note
    def add_note(self, request: Request, pk: UUID) -> Response:
        """Write a note on an order, whatever its status."""
        return _answer(_carried_out(request, requests.add_note(request, pk)))


def _carried_out(request: Request, command: Command) -> Receipt:
    requests.no_parameters(request)
    only_of = directory.kept_to(request, unless=NEEDS)
    try:
        return handle(
            replace(command, only_of=only_of) if only_of else command,
            actor=requests.actor(request),
            expected_version=requests.expected_version(request),
            idempotency=requests.idempotency(request),
            request_id=getattr(request, "request_id", ""),
        )
    except BadInput as refused:  # what only the order's own state can tell
        raise BadBody(refused.errors, malformed=False) from refused


def _answer(receipt: Receipt, *, status: int = 200) -> Response:
    body = {
        "orderId": receipt.order_id,
        "orderNumber": receipt.order_number,
        "status": receipt.status,
        "version": receipt.version,
        "position": receipt.position,
    }
    headers = {
        "ETag": f'"{receipt.version}"',
        "Consistency-Token": str(receipt.position),
    }
    if receipt.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(body, status=status, headers=headers)
