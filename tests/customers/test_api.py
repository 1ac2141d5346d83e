"""The life of a customer through the API."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry

from customers.models import Customer
from tests.people import (
    Caller,
    a_customer,
    administrator,
    an_email,
    desk_clerk,
    linked_to,
)
from tests.waiting import eventually

URL = "/api/customers"


def registered(clerk: Caller, **more: Any) -> Any:
    response = clerk.post(URL, {"name": "Ada", "email": an_email(), **more})
    assert response.status_code == 201, response.content
    return response


def test_a_customer_is_registered_seen_changed_and_erased() -> None:
    clerk = desk_clerk()

    made = registered(clerk)
    place = made["Location"]
    assert place == f"{URL}/{made.json()['customerId']}"
    assert set(made.json()) == {"customerId", "name", "email", "createdAt"}
    assert made.json()["createdAt"].endswith("Z")
    assert clerk.get(place).json() == made.json()

    changed = clerk.send("PATCH", place, {"name": "Countess Ada"})
    assert changed.json() == {**made.json(), "name": "Countess Ada"}
    assert int(changed["Consistency-Token"]) > int(made["Consistency-Token"])

    erased = clerk.send("DELETE", place)
    assert erased.status_code == 204
    assert erased.content == b""
    again = clerk.send("DELETE", place)
    assert again["Consistency-Token"] == erased["Consistency-Token"]
    seen = clerk.get(place).json()
    assert (seen["name"], seen["email"]) == (None, None)
    assert seen["erasedAt"].endswith("Z")
    refused = clerk.send("PATCH", place, {"name": "B"})
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/customer-erased"


def test_no_change_is_no_event() -> None:
    clerk = desk_clerk()
    made = registered(clerk)

    same = clerk.send("PATCH", made["Location"], {"name": "Ada"})

    assert same["Consistency-Token"] == made["Consistency-Token"]
    assert Customer.objects.get(pk=made.json()["customerId"]).version == 1


def test_an_email_is_unique_whatever_its_case() -> None:
    clerk, email = desk_clerk(), an_email()
    first = registered(clerk, email=email)

    refused = clerk.post(URL, {"name": "B", "email": email.upper()})
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/email-taken"
    assert refused.json()["errors"][0]["pointer"] == "/email"
    other = registered(clerk)
    moved = clerk.send("PATCH", other["Location"], {"email": email.upper()})
    assert moved.status_code == 409

    clerk.send("DELETE", first["Location"])
    registered(clerk, email=email)


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"name": "A"}, 422, "/email"),
        ({"email": "a@example.org"}, 422, "/name"),
        ({"name": "", "email": "a@example.org"}, 422, "/name"),
        ({"name": "   ", "email": "a@example.org"}, 422, "/name"),
        ({"name": "x" * 201, "email": "a@example.org"}, 422, "/name"),
        ({"name": "a\nb", "email": "a@example.org"}, 422, "/name"),
        ({"name": "A", "email": "nonsense"}, 422, "/email"),
        ({"name": "A", "email": "a" * 250 + "@example.org"}, 422, "/email"),
        ({"name": 1, "email": "a@example.org"}, 400, "/name"),
        ({"name": None, "email": "a@example.org"}, 400, "/name"),
        ({"name": True, "email": "nonsense"}, 400, "/name"),
        ({"name": "A", "email": "a@example.org", "id": 1}, 400, "/id"),
    ],
)
def test_bad_input_is_refused_by_name(
    body: dict[str, Any], status: int, pointer: str
) -> None:
    refused = desk_clerk().post(URL, body)

    assert refused.status_code == status, refused.content
    assert pointer in [error["pointer"] for error in refused.json()["errors"]]


def test_an_unknown_customer_is_404() -> None:
    for method in ("GET", "PATCH", "DELETE"):
        response = desk_clerk().send(
            method, f"{URL}/{uuid4()}", {"name": "A"} if method == "PATCH" else None
        )
        assert response.status_code == 404
        assert response.json()["type"] == "/problems/customer-not-found"


def test_the_same_key_registers_once() -> None:
    clerk, body = desk_clerk(), {"name": "Ada", "email": an_email()}

    first = clerk.post(URL, body, Idempotency_Key="k")
    again = clerk.post(URL, body, Idempotency_Key="k")
    other = clerk.post(URL, {**body, "name": "B"}, Idempotency_Key="k")

    assert again.status_code == 201
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert again["Consistency-Token"] == first["Consistency-Token"]
    assert "Idempotency-Replayed" not in first
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/idempotency-key-reused"


@pytest.mark.parametrize("key", ["", "x" * 256, "\x07"])
def test_a_key_that_will_not_do_is_400(key: str) -> None:
    body = {"name": "Ada", "email": an_email()}

    assert desk_clerk().post(URL, body, Idempotency_Key=key).status_code == 400


def test_the_list_is_paged_newest_first_and_searched() -> None:
    clerk, word = desk_clerk(), uuid4().hex
    ids = [str(a_customer(f"Ada {word} {n}")) for n in range(5)]

    seen, path = [], f"{URL}?q={word.upper()}&limit=2"
    while path:
        response = clerk.get(path)
        seen += [customer["customerId"] for customer in response.json()]
        path = response.headers.get("Link", "").partition(">")[0].lstrip("<")

    assert seen == ids[::-1]


def test_percent_is_a_letter_when_searching() -> None:
    assert desk_clerk().get(f"{URL}?q=%25%25%25").json() == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=٣",
        "cursor=nonsense",
        "cursor=",
        "page=2",
        "format=json",
        "q=a&q=b",
        "q=%00",
    ],
)
def test_a_parameter_that_will_not_do_is_400(query: str) -> None:
    response = desk_clerk().get(f"{URL}?{query}")

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == f"?{query.partition('=')[0]}"


def test_erasing_disables_the_linked_user() -> None:
    customer_id = a_customer()
    caller = linked_to(customer_id)
    assert caller.get(f"{URL}/{customer_id}").status_code == 200

    desk_clerk().send("DELETE", f"{URL}/{customer_id}")

    eventually(lambda: caller.get("/api/me").status_code == 401, 30)


def test_only_the_directory_writes() -> None:
    customer = Customer.objects.get(pk=a_customer())

    writes: list[Callable[[], object]] = [
        customer.save,
        customer.delete,
        lambda: Customer.objects.filter(pk=customer.pk).update(name="x"),
        lambda: Customer.objects.filter(pk=customer.pk).delete(),
    ]
    for write in writes:
        with pytest.raises(TypeError):
            write()


def test_the_admin_writes_through_the_directory_and_keeps_no_names() -> None:
    admin = administrator()
    admin.client.force_login(
        admin.user, backend="django.contrib.auth.backends.ModelBackend"
    )
    name, email = f"Ada {uuid4().hex}", an_email()

    added = admin.client.post(
        "/admin/customers/customer/add/", {"name": name, "email": email}
    )
    assert added.status_code == 302, added.content
    customer = Customer.objects.get(email=email)
    page = f"/admin/customers/customer/{customer.pk}"
    admin.client.post(f"{page}/change/", {"name": "B", "email": email})
    changed = Customer.objects.get(pk=customer.pk)
    assert (changed.name, changed.version) == ("B", 2)
    deleted = admin.client.post(f"{page}/delete/", {"post": "yes"})
    assert deleted.status_code == 302, deleted.content
    assert Customer.objects.get(pk=customer.pk).erased_at is not None

    entries = LogEntry.objects.filter(object_id=str(customer.pk))
    assert len(entries) == 3
    assert not any(name in entry.object_repr for entry in entries)
