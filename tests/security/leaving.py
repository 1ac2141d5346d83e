"""Somebody leaves a trace wherever there is a place for one."""

import csv
import io
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.security.house import House
from tests.waiting import eventually

PASSWORD = "correct horse battery staple"
TEA = {"productId": "tea", "quantity": 2, "price": 3.5}


@dataclass(kw_only=True)
class Person:
    """A customer with a user, orders in every state, and words in every place."""

    customer_id: str
    orders: list[str] = field(default_factory=list)
    token: str = ""


def register(house: House) -> Person:
    """Register somebody, change name and e-mail, be refused a few times."""
    marks = house.marks
    first = {"name": marks["old name"], "email": marks.email("old e-mail")}
    made = _send(house, "POST", "/api/customers", first, key="key of a customer")
    again = _send(house, "POST", "/api/customers", first, key="key of a customer")
    assert again == made
    person = Person(customer_id=made["customerId"])
    own = f"/api/customers/{person.customer_id}"
    _send(house, "PATCH", own, {"name": marks["name"], "email": marks.email("e-mail")})
    taken = {"name": marks["name of another"], "email": marks.email("e-mail")}
    _send(house, "POST", "/api/customers", taken, status=409)
    _send(house, "PATCH", own, {"email": f"{marks['bad e-mail']} at home"}, status=422)
    _send(house, "PATCH", own, {marks["field"]: 1, "name": "A"}, status=400)
    return person


def give_user(house: House, person: Person) -> None:
    """Link a user, which signs in, fails to, and forgets its password."""
    marks = house.marks
    person.token = house.shell(
        USER.format(
            customer=person.customer_id,
            username=marks["user name"],
            first=marks["first name"],
            last=marks["last name"],
            email=marks.email("user's e-mail"),
            token=marks["name of a token"],
            password=PASSWORD,
        )
    ).splitlines()[-1]
    browser = house.browser(marks["user name"], PASSWORD)
    assert "Sign out" in house.page(browser, "/orders")
    house.browser(marks["user name"], f"not {PASSWORD}")
    house.browser(marks.email("e-mail"), marks["password"])
    next_page = quote(f"/orders?q={marks['where to go']}")
    stranger = house.stranger()
    house.submit(
        stranger, f"/sign-in?next={next_page}", username="nobody", password="wrong"
    )
    house.submit(
        house.stranger(), "/sign-in/forgotten", email=marks.email("user's e-mail")
    )
    eventually(lambda: list((house.home / "mail").glob("*")))


def order(house: House, person: Person) -> None:
    """Place orders and move them on, with words of every kind."""
    marks = house.marks
    for number in range(3):
        body = {"customerId": person.customer_id, "items": [TEA]}
        note = {"note": f"For {marks['note']}"}
        key = f"key of order {number}"
        placed = _send(house, "POST", "/api/command/orders", {**body, **note}, key=key)
        _send(house, "POST", "/api/command/orders", {**body, **note}, key=key)
        person.orders.append(placed["orderId"])
    cancelled, shipped, delivered = person.orders
    _move(house, cancelled, "cancel", reason=f"Not for {marks['reason']}")
    for order_id in (shipped, delivered):
        _move(house, order_id, "confirm")
        shipment = {"carrier": marks["carrier"], "trackingNumber": marks["tracking"]}
        _move(house, order_id, "ship", **shipment)
    _move(house, delivered, "deliver")
    for order_id in person.orders:
        _move(house, order_id, "notes", note=f"About {marks['added note']}")


def park(house: House, person: Person) -> None:
    """Let two orders be parked; one is skipped for a reason, one goes on waiting."""
    for number in range(2):
        body = {"customerId": person.customer_id, "items": [TEA], "note": "Ring."}
        placed = _send(house, "POST", "/api/command/orders", body)
        order_id = placed["orderId"]
        person.orders.append(order_id)
        house.project(placed["position"])
        with house.servers.primary.connect("query") as connection:
            connection.execute(OUT_OF_STEP, [order_id])
        confirmed = _move(house, order_id, "confirm")
        house.project(confirmed["position"])
        if number == 0:
            reason = f"Asked by {house.marks['reason of a skip']}"
            house.manage("parked", "skip", order_id, "--reason", reason)


def look_around(house: House, person: Person) -> None:
    """Search and export; follow a request that fails with the person's words in it."""
    marks = house.marks
    _send(house, "GET", f"/api/query/orders?q={marks['search']}")
    _send(house, "GET", f"/api/query/orders?{marks['parameter']}=1", status=400)
    _send(house, "GET", f"/api/customers?q={marks['search of customers']}")
    staff = house.browser("admin", house.password)
    assert marks["name"] in house.page(staff, "/orders.csv")
    house.page(staff, f"/customers?q={marks['search on a page']}")
    house.page(staff, f"/admin/customers/customer/?q={marks['search in the admin']}")
    with house.servers.primary.connect("command") as connection:
        connection.execute(REFUSE, prepare=False)
        refused = {
            "name": marks["name in an error"],
            "email": marks.email("e-mail in an error"),
        }
        _send(house, "POST", "/api/customers", refused, status=500)
        connection.execute("alter table customers_customer drop constraint refused")


def bring_in(house: House) -> None:
    """Import a file with rows that are refused."""
    marks = house.marks
    rows = io.StringIO()
    writer = csv.DictWriter(rows, COLUMNS)
    writer.writeheader()
    good = {
        "order_ref": "imported-1",
        "customer_email": marks.email("e-mail"),
        "customer_name": marks["name in a file"],
        "ordered_at": "2026-01-01T10:00:00Z",
        "product_id": "tea",
        "quantity": "1",
        "price": "3.50",
    }
    writer.writerow(good)
    bad = {"customer_email": f"{marks['bad e-mail in a file']} at home"}
    writer.writerow({**good, **bad, "order_ref": "imported-2"})
    late = {"ordered_at": marks["time in a file"], "order_ref": "imported-3"}
    writer.writerow({**good, **late})
    # Not below var/: a file of the operator's own.
    file = house.home.parent / "past orders.csv"
    file.write_text(rows.getvalue())
    house.manage_refused("import_orders", str(file))


def _move(house: House, order_id: str, what: str, **body: str) -> Any:
    return _send(house, "POST", f"/api/command/orders/{order_id}/{what}", body)


def _send(
    house: House,
    method: str,
    path: str,
    body: Any = None,
    *,
    status: int = 0,
    key: str = "",
) -> Any:
    """Send a request whose id and key are marks too, as far as callers choose them."""
    headers = {"X-Request-Id": house.marks["request id"]}
    if key:
        headers["Idempotency-Key"] = f"{house.marks['idempotency key']} {key}"
    answered, _, found, _ = house.ask(method, path, body, **headers)
    assert answered == status if status else answered < 300, json.dumps(found)
    return found


COLUMNS = (
    "order_ref customer_email customer_name ordered_at confirmed_at shipped_at"
    " delivered_at cancelled_at product_id quantity price"
).split()
OUT_OF_STEP = """
update orders_query_orderreadmodel set version = version + 7 where order_id = %s
"""
REFUSE = """
alter table customers_customer
add constraint refused check (name not like 'Mark%') not valid
"""
USER = """
from uuid import UUID
from config.access.models import User, issue_token
from customers import directory
user = User.objects.create_user("{username}", "{email}", "{password}")
user.first_name, user.last_name = "{first}", "{last}"
user.save()
directory.link(UUID("{customer}"), user_id=user.pk)
print(issue_token(user, name="{token}").text)
"""
