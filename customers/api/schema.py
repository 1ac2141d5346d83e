"""How the customers' API is described in the OpenAPI document."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers

from customers.api.reading import DEFAULT_LIMIT, MAX_LIMIT
from customers.details import EMAIL_LENGTH, NAME_LENGTH

_View = TypeVar("_View", bound=Callable[..., Any])
_Refusals = dict[str, dict[str, Any]]

_ID = {"type": "string", "format": "uuid"}
_CUSTOMER = inline_serializer(
    "Customer",
    {
        "customerId": serializers.UUIDField(),
        "name": serializers.CharField(allow_null=True, help_text="Null once erased."),
        "email": serializers.EmailField(allow_null=True, help_text="Null once erased."),
        "createdAt": serializers.DateTimeField(),
        "erasedAt": serializers.DateTimeField(
            required=False, help_text="Only when the person has been erased."
        ),
    },
)
_NEW = inline_serializer(
    "NewCustomer",
    {
        "name": serializers.CharField(min_length=1, max_length=NAME_LENGTH),
        "email": serializers.EmailField(
            max_length=EMAIL_LENGTH,
            help_text="Of nobody else, whatever its case.",
        ),
    },
)
_CHANGES = inline_serializer(
    "ChangedCustomer",
    {
        "name": serializers.CharField(
            min_length=1, max_length=NAME_LENGTH, required=False
        ),
        "email": serializers.EmailField(max_length=EMAIL_LENGTH, required=False),
    },
)
_ADA = {
    "customerId": "01980a4d-11aa-7c44-a1b2-c3d4e5f60718",
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "createdAt": "2026-11-23T09:15:00.000000Z",
}
_CURSOR = "MjAyNi0xMS0yM1QwOToxNTowMCswMDowMCAwMTk4MGE0ZC0xMWFhLTdjNDQ"
_ERASED = {
    **_ADA,
    "name": None,
    "email": None,
    "erasedAt": "2026-11-24T10:00:00.000000Z",
}


def _header(
    name: str, schema: Any, shown: Any, description: str, **where: Any
) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        schema,
        OpenApiParameter.HEADER,
        description=description,
        examples=[OpenApiExample(name, value=shown)],
        **where,
    )


def _wrong(pointer: str, code: str, detail: str) -> dict[str, Any]:
    error = {"pointer": pointer, "code": code, "detail": detail}
    return {"detail": detail, "errors": [error]}


_TOKEN = _header(
    "Consistency-Token",
    {"type": "integer", "format": "int64"},
    4711,
    "The change's place in the log: send it with a query to read it back.",
    response=[200, 201, 204],
)
_CREATED = [
    _header(
        "Idempotency-Key",
        {"type": "string", "pattern": "^[!-~]([ -~]{0,253}[!-~])?$"},
        "sign-up-000417",
        "Send a request again with the same key and it happens once; a key is kept "
        "for 24 hours at least. 409 while the first request is still in flight.",
    ),
    _header(
        "Idempotency-Replayed",
        {"type": "string", "enum": ["true"]},
        "true",
        "Only with the answer of an earlier request under the same key.",
        response=[201],
    ),
    _header(
        "Location",
        {"type": "string", "format": "uri-reference"},
        f"/api/customers/{_ADA['customerId']}",
        "Where the customer is found.",
        response=[201],
    ),
]
_LIST = [
    OpenApiParameter(
        "q",
        {"type": "string", "minLength": 1},
        description="A part of the name or the e-mail, case-blind.",
        examples=[OpenApiExample("q", value="lovelace")],
    ),
    OpenApiParameter(
        "limit",
        {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_LIMIT,
            "default": DEFAULT_LIMIT,
        },
        description="How many there are on a page.",
        examples=[OpenApiExample("limit", value=20)],
    ),
    OpenApiParameter(
        "cursor",
        {"type": "string", "minLength": 1},
        description="From the Link of the page before; opaque.",
        examples=[OpenApiExample("cursor", value=_CURSOR)],
    ),
    _header(
        "Link",
        {"type": "string"},
        f'</api/customers?limit=20&cursor={_CURSOR}>; rel="next"',
        "The next page, if there is one.",
        response=[200],
    ),
]
_PLACE = OpenApiParameter(
    "customer_id",
    _ID,
    OpenApiParameter.PATH,
    description="The customer's id.",
    examples=[OpenApiExample("customer", value=_ADA["customerId"])],
)
_UNKNOWN: _Refusals = {"customer-not-found": {}}
_TAKEN: _Refusals = {
    "email-taken": _wrong(
        "/email", "taken", "Another customer has this e-mail address."
    )
}
_REFUSED: _Refusals = {
    "invalid-body": _wrong("/email", "invalid", "This is not an e-mail address.")
}


def _described(
    operation: str, refusals: _Refusals | None = None, **what: Any
) -> Callable[[_View], _View]:
    decorate: Callable[[_View], _View] = extend_schema(
        operation_id=operation,
        tags=["customers"],
        extensions={"x-problems": refusals or {}},
        **what,
    )
    return decorate


def _customer(
    description: str, schema: Any = _CUSTOMER, **examples: Any
) -> OpenApiResponse:
    return OpenApiResponse(
        schema,
        description=description,
        examples=[OpenApiExample(name, value=v) for name, v in examples.items()],
    )


listed = _described(
    "listCustomers",
    parameters=_LIST,
    responses={
        200: _customer(
            "A page of customers, newest first.",
            serializers.ListSerializer(child=_CUSTOMER),
            page=_ADA,  # of a list the document makes an array of it
        )
    },
)
registered = _described(
    "registerCustomer",
    {
        **_TAKEN,
        "request-in-flight": {},
        **_REFUSED,
        "idempotency-key-reused": {},
    },
    parameters=[*_CREATED, _TOKEN],
    request=_NEW,
    examples=[
        OpenApiExample(
            "registerCustomer",
            value={"name": _ADA["name"], "email": _ADA["email"]},
            request_only=True,
        )
    ],
    responses={201: _customer("Registered.", registered=_ADA)},
)
one = _described(
    "getCustomer",
    _UNKNOWN,
    parameters=[_PLACE],
    responses={200: _customer("The customer.", known=_ADA, erased=_ERASED)},
)
changed = _described(
    "changeCustomer",
    {**_UNKNOWN, **_TAKEN, "customer-erased": {}, **_REFUSED},
    parameters=[_PLACE, _TOKEN],
    request=_CHANGES,
    examples=[
        OpenApiExample(
            "changeCustomer", value={"email": _ADA["email"]}, request_only=True
        )
    ],
    responses={200: _customer("As it is now.", changed=_ADA)},
)
erased = _described(
    "eraseCustomer",
    _UNKNOWN,
    parameters=[_PLACE, _TOKEN],
    request=None,
    responses={204: OpenApiResponse(description="Erased, now or before.")},
)
