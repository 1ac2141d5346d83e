"""Forms take what they show, in bounds; what else comes with them changes nothing."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from config.access.models import ApiToken, User
from customers.models import Customer
from orders_command.models import Order
from tests.doors.test_front import connected
from tests.orders import an_order
from tests.pages.visiting import signed_in
from tests.people import a_customer, administrator, an_email, desk_clerk

FORM = "application/x-www-form-urlencoded"
MORE = {
    "id": str(UUID(int=7)),
    "customer_id": str(UUID(int=7)),
    "user": "1",
    "version": "99",
    "created_at": "2000-01-01",
    "erased_at": "2000-01-01",
    "status": "DELIVERED",
    "total": "0.01",
    "orderNumber": "0000-0000",
    "position": "1",
    "is_staff": "1",
    "is_superuser": "on",
    "is_active": "1",
    "groups": "1",
    "password": "chosen",
}


@pytest.fixture
def desk() -> Client:
    return signed_in(desk_clerk())


def test_a_customer_is_registered_with_a_name_and_an_address_alone(
    desk: Client,
) -> None:
    email = an_email()

    desk.post("/customers", {**MORE, "name": "Ada", "email": email})

    made = Customer.objects.get(email=email)
    assert made.pk != UUID(int=7)
    assert (made.user, made.erased_at, made.version) == (None, None, 1)
    assert made.created_at.year > 2000


def test_a_change_of_a_customer_changes_name_and_address_alone(desk: Client) -> None:
    customer_id, email = a_customer(), an_email()
    before = Customer.objects.get(pk=customer_id)

    desk.post(f"/customers/{customer_id}", {**MORE, "name": "Eve", "email": email})

    after = Customer.objects.get(pk=customer_id)
    assert (after.name, after.email, after.version) == ("Eve", email, 2)
    assert (after.user, after.erased_at) == (None, None)
    assert after.created_at == before.created_at


def test_an_order_is_placed_with_what_the_server_works_out(desk: Client) -> None:
    customer_id = a_customer()
    form = {
        **{name: text for name, text in MORE.items() if name != "customer_id"},
        "key": str(uuid4()),
        "do": "place",
        "customer": str(customer_id),
        "productId": "tea",
        "quantity": "2",
        "price": "3.50",
        "currency": "USD",
    }

    desk.post("/orders/new", form)

    made = Order.objects.get(customer_id=customer_id)
    assert (made.status, made.version, str(made.total)) == ("PENDING", 1, "7.00")
    assert made.pk != UUID(int=7)


def test_who_makes_a_token_makes_it_for_themselves_and_becomes_nothing_more() -> None:
    clerk = desk_clerk()
    form = {**MORE, "name": "mine", "scopes": ["read", "metrics"], "days": "1"}
    del form["customer_id"]  # which a token may be limited to

    refused = signed_in(clerk).post("/account", form)
    form["scopes"] = ["read"]
    form["expires_at"] = "2999-01-01"
    made = signed_in(clerk).post("/account", form)

    token = ApiToken.objects.get(name="mine", user=clerk.user)
    after = User.objects.get(pk=clerk.user.pk)
    assert (refused.status_code, made.status_code) == (422, 200)
    assert token.expires_at.year < 2999
    assert (after.is_staff, after.is_superuser) == (False, False)


def test_the_admin_changes_of_a_customer_what_it_shows() -> None:
    customer_id, email = a_customer(), an_email()
    before = Customer.objects.get(pk=customer_id)
    form = {**MORE, "name": "Eve", "email": email, "user": ""}

    page = signed_in(administrator())
    page.post(f"/admin/customers/customer/{customer_id}/change/", form)

    after = Customer.objects.get(pk=customer_id)
    assert (after.name, after.version, after.erased_at) == ("Eve", 2, None)
    assert after.created_at == before.created_at


@pytest.mark.parametrize("model", ["order", "event"])
def test_the_admin_makes_and_changes_no_order_and_no_event(model: str) -> None:
    receipt = an_order(a_customer())
    where = f"/admin/orders_command/{model}/"
    page = signed_in(administrator())

    statuses = {
        page.post(f"{where}add/", MORE).status_code,
        page.post(f"{where}{receipt.order_id}/change/", MORE).status_code,
        page.post(f"{where}{receipt.order_id}/delete/", {"post": "yes"}).status_code,
    }

    assert statuses <= {302, 403}
    assert Order.objects.get(pk=receipt.order_id).status == "PENDING"


TOO_MUCH: dict[str, Any] = {
    "fields": "&".join(f"a{n}=1" for n in range(2_001)),
    "one field again and again": "&".join(["productId=x"] * 2_001),
    "a field of a megabyte": "note=" + "x" * 1_000_001,
}


@pytest.mark.parametrize("what", TOO_MUCH)
@pytest.mark.parametrize("path", ["/orders/new", "/customers", "/sign-in"])
def test_too_much_in_a_form_is_400(what: str, path: str, desk: Client) -> None:
    assert desk.post(path, TOO_MUCH[what], FORM).status_code == 400


@pytest.mark.parametrize("path", ["/orders/new", "/customers", "/orders/bulk"])
def test_a_form_takes_no_file(path: str, desk: Client) -> None:
    file = SimpleUploadedFile("a.php", b"<?php system($_GET['c']); ?>")

    answer = desk.post(path, {"name": "Ada", "email": an_email(), "file": file})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\n\r\n",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n',
        b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n1\r\n--x--\r\n',
        b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n" * 3_000,
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 3_000,
    ],
)
def test_a_form_in_parts_that_is_broken_is_no_defect(body: bytes, desk: Client) -> None:
    answer = desk.post("/customers", body, "multipart/form-data; boundary=x")

    assert answer.status_code in {400, 422}


def test_a_form_that_is_too_large_is_refused_by_the_real_server(web: str) -> None:
    page = signed_in(desk_clerk())
    session = page.cookies["sessionid"].value
    with connected(web) as connection:
        headers = {"Content-Type": FORM, "Cookie": f"sessionid={session}"}
        connection.request("POST", "/customers", b"name=" + b"x" * 1_200_000, headers)
        answer = connection.getresponse()
        answer.read()

    assert answer.status in {400, 403, 413}
