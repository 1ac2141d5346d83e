"""Completes what the apps say of their operations with what all of them share."""

from collections.abc import Iterator
from typing import Any

from config.documentation import examples, headers, links, naming, refusals

METHODS = ("get", "post", "put", "patch", "delete")


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Tell of each operation how it refuses, its headers, and how each body looks."""
    components = result["components"]
    for path, method, operation in _operations(result):
        _summarise(operation)
        _require_body(operation)
        refusals.add(operation, path=path, method=method)
    naming.name(result)
    for _path, _method, operation in _operations(result):
        headers.add(operation)
        links.add(operation)
        examples.add(operation, components["schemas"])
    components["headers"] = headers.HEADERS
    components["parameters"] = headers.PARAMETERS
    return result


def _operations(
    document: dict[str, Any],
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                yield path, method, operations[method]


def _summarise(operation: dict[str, Any]) -> None:
    first, _, _rest = operation.get("description", "").partition(".")
    operation.setdefault("summary", first)


def _require_body(operation: dict[str, Any]) -> None:
    """Say that a body with required fields is required: of raw schemas nobody does."""
    body = operation.get("requestBody", {})
    for media_type in body.get("content", {}).values():
        if media_type["schema"].get("required"):
            body["required"] = True
