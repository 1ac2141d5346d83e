"""What the server works out can be told to it by nobody: every name that stands in an
answer, sent as input, is refused by its place. The names are those of the document, so
a new field is covered as soon as it is there."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from orders_command.models import Event
from tests.orders import TEA, an_order
from tests.people import a_customer, administrator, an_email
from tests.schema.document import Document, document, examples_of

AT_A_TIME = 40  # of one body 50 errors are told
OF_AN_ORDER = re.compile(r"/orders/\{id\}")
CASES = "CUSTOMERID customerid CustomerId customer_id Items item_s Price product_id"


@pytest.fixture(scope="module")
def described(services: object, django_db_blocker: Any) -> Document:
    with django_db_blocker.unblock():
        return document()


def test_a_body_takes_no_field_of_an_answer(described: Document) -> None:
    caller, missed = administrator(), []
    bodies = dict(written(described))

    for name, (path, body, known) in bodies.items():
        method, sent = name.split()[0], names(described) - known
        for some in chunks(sorted(sent)):
            before = head()
            answer = caller.send(method, path, {**body, **dict.fromkeys(some, 1)})
            told = refused(answer)
            missed += [f"{name} {field}" for field in some if f"/{field}" not in told]
            assert head() == before

    assert missed == []
    assert len(bodies) == 9
    assert {"orderId", "status", "version", "total", "createdAt"} <= names(described)


@pytest.mark.parametrize("path", ["/api/customers", "/api/command/orders"])
def test_of_a_body_of_many_unknown_fields_fifty_are_told(path: str) -> None:
    body = {f"{'x' * 100}{number}": 1 for number in range(8_000)}

    answer = administrator().post(path, body)

    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 50
    assert len(answer.content) < 20_000


def test_an_item_takes_no_field_of_an_answer(described: Document) -> None:
    caller, customer_id, missed = administrator(), str(a_customer()), []

    for some in chunks(sorted(names(described) - TEA.keys())):
        body = {"customerId": customer_id, "items": [TEA, TEA | dict.fromkeys(some, 1)]}
        told = refused(caller.post("/api/command/orders", body))
        missed += [field for field in some if f"/items/1/{field}" not in told]

    assert missed == []


def test_a_query_takes_no_parameter_that_it_does_not_name(described: Document) -> None:
    caller, missed = administrator(), []
    asked = {"orderId", "version_", "total", "page", "offset", "fields", "format"}
    for _, operation in described.operations():
        asked |= of_query(described, operation)

    for name, operation in described.operations():
        if name.startswith("GET"):
            path = placed(name.split()[1])
            missed += [
                f"{name} {parameter}"
                for parameter in sorted(asked - of_query(described, operation))
                if f"?{parameter}" not in refused(caller.get(f"{path}?{parameter}=1"))
            ]

    assert missed == []


def test_what_changes_something_takes_no_parameter(described: Document) -> None:
    caller, taken = administrator(), []

    for name, (path, body, _) in written(described):
        before = head()
        answer = caller.send(name.split()[0], f"{path}?limit=1", body)
        taken += [name] if "?limit" not in refused(answer) else []
        assert head() == before

    assert taken == []


def written(described: Document) -> Iterator[tuple[str, tuple[str, Any, set[str]]]]:
    """Give each operation with a body: where to, one that is good, and its fields."""
    customer_id = str(a_customer())
    for name, operation in described.operations():
        for media in operation.get("requestBody", {}).get("content", {}).values():
            body = dict(examples_of(media)[0])
            body |= {"customerId": customer_id} if "customerId" in body else {}
            body |= {"email": an_email()} if "email" in body else {}
            schema = described.resolved(media["schema"])
            known = set(schema.get("properties", {}))
            yield name, (placed(name.split()[1]), body, known)


def placed(path: str) -> str:
    """Return the path to an order and a customer that are there."""
    customer_id = a_customer()
    path = path.replace("{customer_id}", str(customer_id))
    return path.replace("{id}", str(an_order(customer_id).order_id))


def names(described: Document) -> set[str]:
    """Return every name that the document has, and some bad spellings."""
    found = set(CASES.split())
    walk: list[Any] = [described.content["components"]["schemas"]]
    while walk:
        match walk.pop():
            case {"properties": dict(properties), **rest}:
                found |= properties.keys()
                walk += [*properties.values(), *rest.values()]
            case dict() as part:
                walk += part.values()
            case list() as parts:
                walk += parts
            case _:
                pass
    return found | {re.sub("([A-Z])", r"_\1", name).lower() for name in found}


def of_query(described: Document, operation: Any) -> set[str]:
    parameters = map(described.resolved, operation.get("parameters", []))
    return {each["name"] for each in parameters if each["in"] == "query"}


def refused(answer: Any) -> set[str]:
    """Return the places that an answer refuses, none if it is no refusal."""
    if answer.status_code != 400:
        return set()
    return {error["pointer"] for error in answer.json().get("errors", [])}


def chunks(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), AT_A_TIME):
        yield names[start : start + AT_A_TIME]


def head() -> int:
    last = Event.objects.order_by("-position").values_list("position", flat=True)
    return last[0]
