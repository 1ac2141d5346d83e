"""Tokens, sessions and roles: who comes in, and how far."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from config.access.models import ApiToken, User
from tests.people import (
    PASSWORD,
    Caller,
    a_customer,
    administrator,
    an_email,
    analyst,
    desk_clerk,
    linked_to,
    somebody,
)
from tests.waiting import eventually


def status_of_me(caller: Caller) -> int:
    status: int = caller.get("/api/me").status_code
    return status


def test_me_says_who_the_caller_is() -> None:
    customer_id = a_customer()
    caller = linked_to(customer_id)

    assert caller.get("/api/me").json() == {
        "userId": str(caller.user.pk),
        "username": caller.user.username,
        "roles": ["customer"],
        "scopes": ["read", "write"],
        "customerId": str(customer_id),
    }
    assert desk_clerk().get("/api/me").json()["roles"] == ["order desk"]
    assert administrator().get("/api/me").json()["roles"] == ["administrator"]


def test_only_the_digest_of_a_token_is_kept() -> None:
    caller = somebody()

    kept = ApiToken.objects.get(user=caller.user)
    assert caller.token.encode() not in bytes(kept.digest)


@pytest.mark.parametrize("header", ["Bearer", "Bearer nonsense", "Basic YTpi", "x"])
def test_nonsense_is_no_token(header: str) -> None:
    response = Client().get("/api/me", headers={"Authorization": header})

    assert response.status_code == 401


def test_an_expired_token_is_refused() -> None:
    caller = somebody()
    past = timezone.now() - timedelta(seconds=1)
    ApiToken.objects.filter(user=caller.user).update(expires_at=past)

    assert status_of_me(caller) == 401


def test_a_revoked_token_ends_within_seconds() -> None:
    caller = somebody()
    assert status_of_me(caller) == 200
    ApiToken.objects.filter(user=caller.user).update(revoked_at=timezone.now())

    eventually(lambda: status_of_me(caller) == 401, 30)


def test_a_disabled_user_ends_within_seconds() -> None:
    caller = somebody()
    assert status_of_me(caller) == 200
    User.objects.filter(pk=caller.user.pk).update(is_active=False)

    eventually(lambda: status_of_me(caller) == 401, 30)


def test_scopes_bound_what_a_token_does() -> None:
    reader = somebody("order desk", scopes=("read",))
    writer = somebody("order desk", scopes=("write",))
    new = {"name": "A", "email": an_email()}

    assert reader.get("/api/customers").status_code == 200
    assert reader.post("/api/customers", new).status_code == 403
    assert writer.get("/api/customers").status_code == 403
    assert writer.post("/api/customers", new).status_code == 201


def test_who_may_do_what_with_customers() -> None:
    own, other = a_customer(), a_customer()
    customer = linked_to(own)

    def answers(caller: Caller) -> list[int]:
        mine, theirs = f"/api/customers/{own}", f"/api/customers/{other}"
        return [
            caller.get("/api/customers").status_code,
            caller.post("/api/customers", {}).status_code,
            caller.get(mine).status_code,
            caller.get(theirs).status_code,
            caller.send("PATCH", mine, {"name": "B"}).status_code,
        ]

    assert answers(customer) == [403, 403, 200, 404, 403]
    assert answers(analyst()) == [403, 403, 403, 403, 403]
    assert answers(somebody()) == [403, 403, 403, 403, 403]
    assert answers(desk_clerk()) == [200, 422, 200, 200, 200]
    assert answers(administrator()) == [200, 422, 200, 200, 200]


def test_a_session_needs_the_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        desk_clerk().user, backend="django.contrib.auth.backends.ModelBackend"
    )

    assert client.get("/api/customers").status_code == 200
    response = client.post("/api/customers", b"{}", "application/json")
    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"


def sign_in(client: Client, username: str, password: str, **more: Any) -> Any:
    data = {"username": username, "password": password, **more}
    return client.post("/sign-in", data)


def test_signing_in_and_out() -> None:
    user = somebody("order desk", password=PASSWORD).user
    client = Client()

    page = client.get("/orders-and-more")
    assert page.status_code == 302
    assert page["Location"].startswith("/sign-in?next=")
    response = sign_in(client, user.username, PASSWORD, next="/api/docs")
    assert response["Location"] == "/api/docs"
    assert client.get("/api/docs").status_code == 200
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert client.get("/api/me").status_code == 401


def test_next_leads_nowhere_else() -> None:
    user = somebody(password=PASSWORD).user

    for evil in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        response = sign_in(Client(), user.username, PASSWORD, next=evil)
        assert response["Location"] == "/"


def test_a_wrong_password_does_not_tell_whether_the_user_exists() -> None:
    user = somebody(password=PASSWORD).user

    def told(username: str) -> str:
        page: str = sign_in(Client(), username, "wrong").content.decode()
        return page.partition('role="alert"')[2].partition("</p>")[0]

    assert told(user.username)
    assert told(user.username) == told("nobody-at-all")


def test_guessing_is_locked_out_by_user_and_address() -> None:
    user = somebody(password=PASSWORD).user
    client = Client(REMOTE_ADDR="192.0.2.1")
    guesses = [sign_in(client, user.username, "guess") for _ in range(5)]

    right_but_late = sign_in(client, user.username, PASSWORD)

    assert [guess.status_code for guess in guesses] == [200] * 4 + [429]
    assert right_but_late.status_code == 429
    assert int(right_but_late["Retry-After"]) > 0
    elsewhere = Client(REMOTE_ADDR="192.0.2.2")
    assert sign_in(elsewhere, user.username, PASSWORD).status_code == 302


def test_the_form_without_its_csrf_token_is_a_page_403() -> None:
    response = sign_in(Client(enforce_csrf_checks=True), "a", "b")

    assert response.status_code == 403
    assert "text/html" in response["Content-Type"]


def test_api_token_prints_a_token_that_works() -> None:
    user = somebody().user
    out = StringIO()

    call_command("api_token", user.username, "--scopes=read", stdout=out)

    caller = Caller(user, out.getvalue().strip())
    assert caller.get("/api/me").json()["scopes"] == ["read"]


def test_demo_access_is_made_anew_each_time() -> None:
    def made() -> dict[str, str]:
        out = StringIO()
        call_command("demo_access", stdout=out)
        access: dict[str, str] = json.loads(out.getvalue())
        return access

    first, second = made(), made()

    admin = User.objects.get(username=second["username"])
    assert first["token"] != second["token"]
    assert status_of_me(Caller(admin, first["token"])) == 401
    assert status_of_me(Caller(admin, second["token"])) == 200
    assert admin.check_password(second["password"])
