"""What commands, customers and callers are answered is what the document tells."""

from uuid import uuid4

import pytest
from openapi_schema_validator import OAS31Validator

from tests.orders import COMMANDS, an_order, confirmed, order_body
from tests.people import a_customer, an_email, desk_clerk, somebody

TAGS = {"command", "customers", "access"}
PROBLEM = "application/problem+json"


@pytest.fixture
def document(services):
    return somebody().get("/api/schema").json()


def operations(document):
    """Yield what is ours to describe, named by its operation."""
    for methods in document["paths"].values():
        for operation in methods.values():
            if TAGS & set(operation["tags"]):
                yield operation["operationId"], operation


def misfits(document, schema, value):
    """Return what is wrong with a value, by a schema of the document."""
    whole = {**schema, "components": document["components"]}
    return [error.message for error in OAS31Validator(whole).iter_errors(value)]


def test_what_is_answered_is_what_the_document_tells(document):
    told = dict(operations(document))
    for name, answer in answered():
        described = told[name]["responses"][str(answer.status_code)]
        [(kind, media)] = described["content"].items()
        ours = {"ETag", "Location", "Consistency-Token", "Idempotency-Replayed", "Link"}
        ours |= {"X-Request-Id", "Retry-After", "WWW-Authenticate", "Allow"}

        assert answer["Content-Type"] == kind
        assert not misfits(document, media["schema"], answer.json()), name
        if answer.status_code != 405:  # DRF tells Allow with everything
            ours -= {"Allow"}
        assert ours & set(answer.headers) <= set(described["headers"]), name
        if kind == PROBLEM:
            code = answer.json()["type"].removeprefix("/problems/")
            assert media["examples"][code]["value"].keys() == answer.json().keys()


def answered():
    """Yield answers of all sorts with the operations that gave them."""
    clerk, customer_id, key = desk_clerk(), a_customer(), str(uuid4())
    order = an_order(customer_id)
    confirmed(order.order_id)
    body = order_body(customer_id, reference=f"r-{uuid4()}")
    confirm = f"{COMMANDS}/{order.order_id}/confirm"
    yield "createOrder", clerk.post(COMMANDS, body, Idempotency_Key=key)
    yield "createOrder", clerk.post(COMMANDS, body, Idempotency_Key=key)
    yield "createOrder", clerk.post(COMMANDS, body, If_Match='"1"')
    yield "createOrder", clerk.post(COMMANDS, body)
    yield "createOrder", clerk.post(COMMANDS, {**body, "items": []})
    yield "createOrder", clerk.client.post(COMMANDS)
    yield "confirmOrder", clerk.post(confirm)
    yield "confirmOrder", clerk.post(confirm, If_Match='"1"')
    yield "confirmOrder", clerk.post(confirm, If_Match='"1"', Idempotency_Key=key)
    yield "confirmOrder", clerk.post(f"{COMMANDS}/{uuid4()}/confirm")
    yield "confirmOrder", clerk.send("PUT", confirm)
    yield "shipOrder", clerk.post(f"{COMMANDS}/{order.order_id}/ship", {})
    ada = {"name": "Ada", "email": an_email()}
    key = str(uuid4())
    yield "registerCustomer", clerk.post("/api/customers", ada, Idempotency_Key=key)
    yield "registerCustomer", clerk.post("/api/customers", ada, Idempotency_Key=key)
    yield "registerCustomer", clerk.post("/api/customers", ada)
    yield "registerCustomer", clerk.post("/api/customers", {**ada, "email": "no"})
    yield "listCustomers", clerk.get("/api/customers?limit=1")
    yield "listCustomers", clerk.get("/api/customers?limit=no")
    path = f"/api/customers/{customer_id}"
    yield "getCustomer", clerk.get(path)
    yield "getCustomer", clerk.get(f"/api/customers/{uuid4()}")
    yield "changeCustomer", clerk.send("PATCH", path, {"name": "Ada L."})
    yield "whoAmI", clerk.get("/api/me")
