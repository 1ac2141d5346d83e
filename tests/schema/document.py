"""The OpenAPI document as it is served, and walks over it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.people import somebody

METHODS = ("get", "post", "put", "patch", "delete")
Json = dict[str, Any]


@dataclass(frozen=True)
class Document:
    """The whole, with references followed."""

    content: Json

    def operations(self) -> Iterator[tuple[str, Json]]:
        """Give each operation with its name, `GET /api/me`."""
        for path, methods in self.content["paths"].items():
            for method in METHODS:
                if method in methods:
                    yield f"{method.upper()} {path}", methods[method]

    def parameters(self) -> Iterator[tuple[str, Json]]:
        for name, operation in self.operations():
            for parameter in map(self.resolved, operation.get("parameters", [])):
                yield f"{name} {parameter['name']}", parameter

    def answers(self) -> Iterator[tuple[str, str, Json]]:
        for name, operation in self.operations():
            for status, answer in operation["responses"].items():
                yield name, status, answer

    def bodies(self) -> Iterator[tuple[str, Json]]:
        """Give each media type that is sent or answered."""
        for name, operation in self.operations():
            for kind, body in (
                operation.get("requestBody", {}).get("content", {}).items()
            ):
                yield f"{name} <- {kind}", body
        for name, status, answer in self.answers():
            for kind, body in answer.get("content", {}).items():
                yield f"{name} -> {status} {kind}", body

    def resolved(self, part: Json) -> Json:
        """Return what a part stands for, if it refers to another."""
        if "$ref" not in part:
            return part
        found = self.content
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return self.resolved(found)


def document() -> Document:
    response = somebody().get("/api/schema")
    return Document(json.loads(response.content))


def examples_of(body: Json) -> list[Any]:
    """Return the examples of a media type, a parameter or a header."""
    named = [shown["value"] for shown in body.get("examples", {}).values()]
    single = [body["example"]] if "example" in body else []
    return [*named, *single, *body.get("schema", {}).get("examples", [])]
