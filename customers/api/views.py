"""/api/customers: list, search, register, see, change, erase."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from customers import directory
from customers.api import reading, schema
from customers.directory import Card, Change, CustomerNotFound

PERMISSION = "customers.manage_customers"


class Customers(ViewSet):
    """The customers themselves."""

    needs = PERMISSION
    customers_may = frozenset({"retrieve"})

    @schema.listed
    def list(self, request: Request) -> Response:
        """Customers, newest first, or those that `q` finds."""
        asked = reading.parameters(request, {"q", "limit", "cursor"})
        limit = reading.limit(asked)
        after = reading.place(asked["cursor"]) if "cursor" in asked else None
        found = directory.search(asked.get("q", ""), limit=limit + 1, after=after)
        response = Response([_shown(card) for card in found[:limit]])
        if len(found) > limit:
            more = urlencode({**asked, "cursor": reading.cursor(found[limit - 1])})
            response["Link"] = f'<{request.path}?{more}>; rel="next"'
        return response

    @schema.registered
    def create(self, request: Request) -> Response:
        """Register a customer."""
        reading.parameters(request, set())
        words = reading.words(request.data, needed={"name", "email"})
        actor, request_id = _who(request)
        change = directory.register(
            name=words["name"],
            email=words["email"],
            actor=actor,
            request_id=request_id,
            idempotency=reading.idempotency(request),
        )
        response = _answer(change, 201)
        response["Location"] = f"/api/customers/{change.customer.customer_id}"
        if change.replayed:
            response["Idempotency-Replayed"] = "true"
        return response

    @schema.one
    def retrieve(self, request: Request, customer_id: UUID) -> Response:
        """One customer."""
        reading.parameters(request, set())
        if directory.kept_to(request, unless=PERMISSION) not in (None, customer_id):
            raise CustomerNotFound(customer_id)
        return Response(_shown(directory.find(customer_id)))

    @schema.changed
    def partial_update(self, request: Request, customer_id: UUID) -> Response:
        """Change a name or an e-mail."""
        reading.parameters(request, set())
        words = reading.words(request.data, needed=set())
        actor, request_id = _who(request)
        change = directory.change(
            customer_id, **words, actor=actor, request_id=request_id
        )
        return _answer(change, 200)

    @schema.erased
    def destroy(self, request: Request, customer_id: UUID) -> Response:
        """Erase the person; the orders stay."""
        reading.parameters(request, set())
        actor, request_id = _who(request)
        change = directory.erase(customer_id, actor=actor, request_id=request_id)
        return _answer(change, 204)


def _shown(card: Card) -> dict[str, Any]:
    shown = {
        "customerId": card.customer_id,
        "name": card.name,
        "email": card.email,
        "createdAt": card.created_at,
    }
    return shown if card.erased_at is None else {**shown, "erasedAt": card.erased_at}


def _answer(change: Change, status: int) -> Response:
    body = None if status == 204 else _shown(change.customer)
    headers = {"Consistency-Token": str(change.position)}
    return Response(body, status=status, headers=headers)


def _who(request: Request) -> tuple[str, str]:
    return f"user:{request.user.pk}", getattr(request, "request_id", "")
