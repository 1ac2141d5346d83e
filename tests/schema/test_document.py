"""The document leaves nothing out: who reads it needs no other."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

from tests.schema.document import Document, document, examples_of

ALWAYS = {"X-Request-Id", "Cache-Control", "Vary", "RateLimit-Policy", "RateLimit"}
OF_STATUS = {
    "401": {"WWW-Authenticate"},
    "405": {"Allow"},
    "429": {"Retry-After"},
    "503": {"Retry-After"},
}
FRESHNESS = {"Consistency-Token", "Read-Source"}


@pytest.fixture(scope="module")
def described(services: object, django_db_blocker: Any) -> Document:
    with django_db_blocker.unblock():
        return document()


def test_it_is_openapi_3_1(described: Document) -> None:
    assert described.content["openapi"].startswith("3.1")
    validate(described.content)


def test_every_operation_has_a_name_words_a_tag_and_its_security(
    described: Document,
) -> None:
    told = {tag["name"] for tag in described.content["tags"] if tag["description"]}
    names = [operation["operationId"] for _, operation in described.operations()]

    lacking = [
        name
        for name, operation in described.operations()
        if not operation.get("summary")
        or not operation.get("description")
        or not operation.get("security")
        or not told.issuperset(operation["tags"])
    ]

    assert lacking == []
    assert len(names) == len(set(names)) > 20
    assert described.content["servers"]


def test_every_parameter_has_a_description_and_an_example(described: Document) -> None:
    lacking = [
        name
        for name, parameter in described.parameters()
        if not parameter.get("description") or not has_example(described, parameter)
    ]

    assert lacking == []


def test_every_header_of_an_answer_has_a_description_and_an_example(
    described: Document,
) -> None:
    lacking = [
        f"{name} {status} {header}"
        for name, status, answer in described.answers()
        for header, told in answer["headers"].items()
        if not described.resolved(told).get("description")
        or not has_example(described, described.resolved(told))
    ]

    assert lacking == []


def test_every_body_has_an_example_that_is_as_its_schema_says(
    described: Document,
) -> None:
    lacking = [name for name, body in described.bodies() if not examples_of(body)]
    wrong = [
        f"{name}: {error.message} at {error.json_path}"
        for name, body in described.bodies()
        for example in examples_of(body)
        for error in validator(described, body["schema"]).iter_errors(example)
    ]

    assert lacking == []
    assert wrong == []


def test_every_refusal_is_a_problem_with_each_type_that_can_come(
    described: Document,
) -> None:
    refusals = [
        (f"{name} {status}", status, answer)
        for name, status, answer in described.answers()
        if status >= "400"
    ]

    for name, status, answer in refusals:
        (kind,) = answer["content"]
        shown = answer["content"][kind]["examples"]
        assert kind == "application/problem+json", name
        assert answer["description"] != "No response body", name
        for code, example in shown.items():
            assert example["value"]["type"] == f"/problems/{code}", name
            assert example["value"]["status"] == int(status), name
    assert refusals


def test_every_operation_tells_of_the_refusals_that_it_shares(
    described: Document,
) -> None:
    shared = {"400", "401", "403", "405", "429", "500", "503"}

    for name, operation in described.operations():
        statuses = set(operation["responses"])
        assert shared <= statuses, name
        assert ("404" in statuses) or "{" not in name, name
        assert ("requestBody" not in operation) or {
            "408",
            "413",
            "415",
        } <= statuses


def test_every_answer_tells_its_headers(described: Document) -> None:
    lacking = {
        f"{name} {status}": needed - set(answer["headers"])
        for name, status, answer in described.answers()
        if (needed := needed_headers(name, status)) - set(answer["headers"])
    }

    assert lacking == {}


def test_every_link_leads_to_an_operation_with_what_it_takes(
    described: Document,
) -> None:
    taken = {
        operation["operationId"]: {
            described.resolved(parameter)["name"]
            for parameter in operation.get("parameters", [])
        }
        for _, operation in described.operations()
    }
    links = [
        link
        for _, _, answer in described.answers()
        for link in answer.get("links", {}).values()
    ]

    assert {"shipOrder", "deliverOrder", "getOrder", "eraseCustomer"} <= {
        link["operationId"] for link in links
    }
    for link in links:
        assert link.get("parameters", {}).keys() <= taken[link["operationId"]], link


def test_schemas_have_names(described: Document) -> None:
    nameless = [
        name
        for name, body in described.bodies()
        if "properties" in body["schema"]
        or "properties" in body["schema"].get("items", {})
    ]

    assert nameless == []
    assert {"Order", "OrderSummary", "Event", "Change", "Trace", "Problem"} <= set(
        described.content["components"]["schemas"]
    )


def needed_headers(name: str, status: str) -> set[str]:
    needed = ALWAYS | OF_STATUS.get(status, set())
    if name.startswith("GET /api/query") and status in {"200", "304"}:
        needed |= FRESHNESS
    if not name.startswith("GET") and status < "300":
        needed |= {"Consistency-Token"}
    if status == "201":
        needed |= {"Location", "Idempotency-Replayed"}
    if status == "304":
        needed |= {"ETag"}
    return needed


def has_example(described: Document, part: Any) -> bool:
    schema = described.resolved(part["schema"])
    return bool(examples_of(part) or schema.get("enum"))


def validator(described: Document, schema: Any) -> Draft202012Validator:
    whole = {**schema, "components": described.content["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())
