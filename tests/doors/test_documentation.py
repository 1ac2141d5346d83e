"""The schema and the page to try it on; health."""

import re
from typing import Any

from django.test import Client
from openapi_spec_validator import validate

from tests.people import PASSWORD, somebody


def test_the_schema_is_valid_and_tells_refusals() -> None:
    response = somebody().get("/api/schema")

    schema = response.json()
    assert "json" in response["Content-Type"]
    assert schema["openapi"].startswith("3.1")
    validate(schema)
    refusals = schema["paths"]["/api/customers"]["post"]["responses"]
    assert {"400", "401", "403", "405", "409", "413", "415", "422"} <= set(refusals)
    assert set(schema["components"]["securitySchemes"]) == {"BearerAuth", "cookieAuth"}


def test_the_page_needs_nothing_from_elsewhere_and_nothing_inline() -> None:
    client = Client()
    user = somebody(password=PASSWORD).user
    client.post("/sign-in", {"username": user.username, "password": PASSWORD})

    response = client.get("/api/docs")

    html = response.content.decode()
    assert response.status_code == 200
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|<style|\sstyle=", html)
    assert not re.search(r"""(src|href)=["'](https?:)?//""", html)
    assert "unsafe" not in response["Content-Security-Policy"]


def test_it_is_alive_and_ready() -> None:
    assert Client().get("/healthz/live").json() == {"status": "ok"}

    response = Client().get("/healthz/ready")

    body = response.json()
    assert body["parts"]["command database"] == {"status": "ok"}
    assert body["parts"]["broker"] == {"status": "ok"}
    assert body["parts"]["replica_1"] == {"status": "ok"}
    assert "postgres" not in response.content.decode()


def test_a_lost_broker_degrades_and_does_not_fail(settings: object) -> None:
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"  # type: ignore[attr-defined]

    response = Client().get("/healthz/ready")

    assert response.json()["parts"]["broker"]["status"] == "degraded"
    assert "secret" not in response.content.decode()


def test_lists_are_arrays_of_objects_and_sync_is_one_object() -> None:
    paths = somebody().get("/api/schema").json()["paths"]

    def shape(path: str) -> dict[str, Any]:
        content = paths[path]["get"]["responses"]["200"]["content"]
        return dict(content["application/json"]["schema"])

    for path in ("/api/query/orders", "/api/query/orders/customer/{customer_id}"):
        assert shape(path)["type"] == "array"
        assert shape(path)["items"]["$ref"].endswith("/OrderSummary")
    history = shape("/api/query/orders/{id}/history")
    assert history["items"]["$ref"].endswith("/Event")
    assert shape("/api/query/sync")["$ref"].endswith("/Sync")
