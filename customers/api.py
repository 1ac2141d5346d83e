"""/api/customers: list, search, register, see, change, erase."""

import base64
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from customers import directory
from customers.details import error
from customers.directory import BadInput, Card, Change, CustomerNotFound, Place
from customers.signals import IdempotencyKey

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
PERMISSION = "customers.manage_customers"
_KEY = re.compile(r"[\x20-\x7e]{1,255}\Z")

CUSTOMER = inline_serializer(
    "Customer",
    {
        "customerId": serializers.UUIDField(),
        "name": serializers.CharField(allow_null=True),
        "email": serializers.EmailField(allow_null=True),
        "createdAt": serializers.DateTimeField(),
        "erasedAt": serializers.DateTimeField(
            required=False, help_text="Only when the person has been erased."
        ),
    },
)
NEW = inline_serializer(
    "NewCustomer",
    {
        "name": serializers.CharField(max_length=200),
        "email": serializers.EmailField(max_length=254),
    },
)
CHANGED = inline_serializer(
    "ChangedCustomer",
    {
        "name": serializers.CharField(max_length=200, required=False),
        "email": serializers.EmailField(max_length=254, required=False),
    },
)
TOKEN = OpenApiParameter(
    "Consistency-Token",
    OpenApiTypes.INT64,
    OpenApiParameter.HEADER,
    response=["200", "201", "204"],
    description="The position of the change in the log.",
)
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Repeat a request with the same key and it happens once.",
)
LIST = [
    OpenApiParameter("q", str, description="A part of the name or the e-mail."),
    OpenApiParameter("limit", int, description="1 to 200, default 50."),
    OpenApiParameter("cursor", str, description="From the Link of the page before."),
]


class Customers(ViewSet):
    """The customers themselves."""

    needs = PERMISSION
    customers_may = frozenset({"retrieve"})

    @extend_schema(
        operation_id="listCustomers",
        tags=["customers"],
        parameters=LIST,
        responses=serializers.ListSerializer(child=CUSTOMER),
    )
    def list(self, request: Request) -> Response:
        """Customers, newest first, or those that `q` finds."""
        asked = _parameters(request, {"q", "limit", "cursor"})
        limit = _limit(asked)
        after = _place(asked["cursor"]) if "cursor" in asked else None
        found = directory.search(asked.get("q", ""), limit=limit + 1, after=after)
        response = Response([_shown(card) for card in found[:limit]])
        if len(found) > limit:
            more = urlencode({**asked, "cursor": _cursor(found[limit - 1])})
            response["Link"] = f'<{request.path}?{more}>; rel="next"'
        return response

    @extend_schema(
        operation_id="registerCustomer",
        tags=["customers"],
        parameters=[KEY, TOKEN],
        request=NEW,
        responses={201: CUSTOMER},
    )
    def create(self, request: Request) -> Response:
        """Register a customer."""
        _parameters(request, set())
        words = _words(request.data, needed={"name", "email"})
        actor, request_id = _who(request)
        change = directory.register(
            name=words["name"],
            email=words["email"],
            actor=actor,
            request_id=request_id,
            idempotency=_idempotency(request),
        )
        response = _answer(change, 201)
        response["Location"] = f"/api/customers/{change.customer.customer_id}"
        if change.replayed:
            response["Idempotency-Replayed"] = "true"
        return response

    @extend_schema(operation_id="getCustomer", tags=["customers"], responses=CUSTOMER)
    def retrieve(self, request: Request, customer_id: UUID) -> Response:
        """One customer."""
        _parameters(request, set())
        if not request.user.has_perm(PERMISSION):
            user: Any = request.user
            if directory.customer_of(user.pk) != customer_id:
                raise CustomerNotFound(customer_id)
        return Response(_shown(directory.find(customer_id)))

    @extend_schema(
        operation_id="changeCustomer",
        tags=["customers"],
        parameters=[TOKEN],
        request=CHANGED,
        responses=CUSTOMER,
    )
    def partial_update(self, request: Request, customer_id: UUID) -> Response:
        """Change a name or an e-mail."""
        _parameters(request, set())
        words = _words(request.data, needed=set())
        actor, request_id = _who(request)
        change = directory.change(
            customer_id, **words, actor=actor, request_id=request_id
        )
        return _answer(change, 200)

    @extend_schema(
        operation_id="eraseCustomer",
        tags=["customers"],
        parameters=[TOKEN],
        request=None,
        responses={204: OpenApiResponse(description="Erased, now or before.")},
    )
    def destroy(self, request: Request, customer_id: UUID) -> Response:
        """Erase the person; the orders stay."""
        _parameters(request, set())
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


def _idempotency(request: Request) -> IdempotencyKey | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.match(key):
        raise _bad("Idempotency-Key", "It must be 1 to 255 printable characters.")
    condition = request.headers.get("If-Match")
    asked = (request.method, request.path, condition, request.data)
    return IdempotencyKey.of(caller=f"user:{request.user.pk}", key=key, asked=asked)


def _words(data: Any, *, needed: set[str]) -> dict[str, str]:
    """Return name and e-mail from a body: its shape first, then what is missing."""
    wrong = [
        error(f"/{key}", "unknown", f"There is no field {key[:100]!a}.")
        for key in data.keys() - {"name", "email"}
    ]
    wrong += [
        error(f"/{key}", "type", f"{key} must be a string.")
        for key in ("name", "email")
        if key in data and not isinstance(data[key], str)
    ]
    if wrong:
        raise BadInput("bad-request", wrong)
    missing = sorted(needed - data.keys())
    if missing:
        raise BadInput(
            "invalid-body",
            [error(f"/{key}", "required", f"{key} is missing.") for key in missing],
        )
    return dict(data)


def _parameters(request: Request, known: set[str]) -> dict[str, str]:
    for name, values in request.query_params.lists():
        if name not in known:
            raise _bad(f"?{name}", f"There is no parameter {name[:100]!a}.")
        if len(values) > 1 or "\0" in values[0] or not values[0]:
            raise _bad(f"?{name}", f"{name} must have one value.")
    return request.query_params.dict()


def _limit(asked: dict[str, str]) -> int:
    text = asked.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
        raise _bad("?limit", f"limit must be 1 to {MAX_LIMIT}.")
    return int(text)


def _cursor(card: Card) -> str:
    text = f"{card.created_at.isoformat()} {card.customer_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(cursor: str) -> Place:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        moment, _, customer_id = (
            base64.b64decode(padded, altchars=b"-_", validate=True)
            .decode("ascii")
            .partition(" ")
        )
        created_at, last_id = datetime.fromisoformat(moment), UUID(customer_id)
    except ValueError as invalid:
        raise _bad("?cursor", "This cursor was not made here.") from invalid
    if f"{created_at.isoformat()} {last_id}" != f"{moment} {customer_id}" or (
        created_at.utcoffset() != timedelta(0)
    ):
        raise _bad("?cursor", "This cursor was not made here.")
    return Place(created_at=created_at, customer_id=last_id)


def _bad(pointer: str, detail: str) -> BadInput:
    return BadInput("bad-request", [error(pointer, "invalid", detail)])
