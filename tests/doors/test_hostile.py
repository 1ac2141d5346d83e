"""What a hostile caller sends: refused cleanly, never a 500."""

import base64
from uuid import uuid4

import pytest
from django.test import Client

from tests.people import desk_clerk


@pytest.mark.parametrize(
    "moment",
    ["2026-01-01T00:00:00+23:59", "2026-W01-1T00:00+00:00", "2026-01-01T00:00:00"],
)
def test_a_forged_cursor_of_customers_is_400(moment):
    cursor = base64.urlsafe_b64encode(f"{moment} {uuid4()}".encode()).decode()

    answer = desk_clerk().get(f"/api/customers?cursor={cursor.rstrip('=')}")

    assert answer.status_code == 400


def test_a_name_that_no_user_can_have_does_not_sign_in():
    form = {"username": "x" * 300, "password": "guess"}

    assert Client().post("/sign-in", form).status_code == 200


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready"])
def test_a_probe_that_posts_is_405(path):
    answer = Client(enforce_csrf_checks=True).post(path)

    assert answer.status_code == 405
    assert answer["Allow"]


def test_sync_minds_the_token():
    clerk = desk_clerk()

    fresh = clerk.get("/api/query/sync")

    assert fresh["Consistency-Token"].isdecimal()
    assert fresh["Read-Source"] == "query"
    assert clerk.get("/api/query/sync", Consistency_Token="x").status_code == 400
    far = clerk.get("/api/query/sync", Consistency_Token="999999999999")
    assert far.status_code == 503
