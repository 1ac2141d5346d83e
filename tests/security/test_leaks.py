"""Customer A asks for everything, in every way: of customer B there is not a word."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID, uuid4

import pytest

from customers import directory
from orders_command.handlers import Receipt
from tests.orders import an_order, cancelled
from tests.pages.visiting import signed_in
from tests.people import a_customer, an_email, desk_clerk, limited_to, linked_to
from tests.projected import catch_up
from tests.waiting import eventually

ORDERS = "/api/query/orders"
REASON = "a reason that is nobody's business"


@dataclass(frozen=True)
class Stranger:
    """Another customer, and all that could give them away."""

    customer_id: UUID
    order: Receipt
    name: str
    email: str
    reference: str

    def words_but(self, asked: str) -> list[str]:
        """Return what must not be told, but for what was asked with."""
        ids = str(self.customer_id), str(self.order.order_id), self.order.order_number
        words = [*ids, self.name, self.email, self.reference, REASON, self.name[9:]]
        return [word for word in words if word not in asked]


@pytest.fixture
def stranger() -> Stranger:
    mark = uuid4().hex
    customer_id = a_customer(f"Stranger {mark}")
    order = an_order(customer_id, reference=f"ref-{mark}", note=f"for {mark}")
    cancelled(order.order_id, REASON)
    catch_up()
    email = directory.find(customer_id).email or ""
    return Stranger(customer_id, order, f"Stranger {mark}", email, f"ref-{mark}")


def ways(own: UUID, order: Receipt, other: Stranger, link: str) -> list[str]:
    """Return addresses of the API that ask for one's own, or for the other's."""
    theirs = other.order.order_id
    return [
        *(
            f"{ORDERS}{more}"
            for more in ("", "?limit=1", "/counts", "/changes?after=0")
        ),
        f"{ORDERS}/{order.order_id}?expand=history,customer",
        *(f"{ORDERS}?q={quote(word)}" for word in other.words_but("")),
        f"{ORDERS}?ids={theirs},{order.order_id}",
        f"{ORDERS}?asOf=2026-01-01T00:00:00Z",
        *(f"{ORDERS}?{name}={other.customer_id}" for name in ("customerId", "q")),
        f"{ORDERS}/counts?customerId={other.customer_id}",
        f"{ORDERS}/customer/{other.customer_id}",
        f"{ORDERS}/{theirs}?expand=history,customer",
        f"{ORDERS}/{theirs}?version=1",
        f"{ORDERS}/{theirs}/history",
        f"{ORDERS}/{theirs}/changes?after=0",
        f"{ORDERS}/{theirs}/trace",
        f"/api/query/customers/{other.customer_id}/summary",
        f"/api/customers/{other.customer_id}",
        f"/api/customers/{own}",
        "/api/customers",
        "/api/query/events",
        "/api/query/sales/products",
        "/api/me",
        link,
    ]


def pages(own: UUID, order: Receipt, other: Stranger) -> list[str]:
    theirs = other.order.order_id
    return [
        "/",
        "/orders",
        "/account",
        f"/orders/{order.order_id}",
        f"/customers/{own}",
        *(f"/orders?q={quote(word)}" for word in other.words_but("")),
        f"/orders?customer={other.customer_id}",
        f"/orders.csv?customer={quote(other.email)}",
        f"/orders/{theirs}",
        f"/orders/{theirs}?version=1",
        f"/orders/{theirs}?wanted=cancel&now_at=9",
        f"/orders/{theirs}/trace",
        f"/customers/{other.customer_id}",
    ]


def told(answer: Any) -> str:
    parts = answer if answer.streaming else [answer.content]
    return f"{[*answer.items()]}{b''.join(parts).decode()}"


@pytest.mark.parametrize("by", ["a customer", "a token of the desk for them"])
def test_no_answer_of_the_api_has_a_word_of_another_customer(by, stranger):
    own, clerk = a_customer(), desk_clerk()
    order = an_order(own)
    catch_up()
    caller = linked_to(own) if by == "a customer" else limited_to(own, clerk)
    link = clerk.get(f"{ORDERS}?limit=1")["Link"].partition(">")[0].lstrip("<")
    tag = clerk.get(f"{ORDERS}/{stranger.order.order_id}")["ETag"]

    for path in ways(own, order, stranger, link):
        for headers in ({}, {"Accept": "text/event-stream"}, {"If_None_Match": tag}):
            text = told(caller.get(path, **headers))
            assert [w for w in stranger.words_but(path) if w in text] == [], path


def test_no_page_has_a_word_of_another_customer(stranger):
    own = a_customer()
    order = an_order(own)
    catch_up()
    client = signed_in(linked_to(own))

    for path in pages(own, order, stranger):
        text = told(client.get(path))
        asked = unquote(path)
        assert [w for w in stranger.words_but(asked) if w in text] == [], path


@pytest.mark.parametrize("page", ["/orders", "/orders.csv"])
def test_a_customer_does_not_find_out_who_is_a_customer(page, stranger):
    client = signed_in(linked_to(a_customer()))

    def status(email: str) -> int:
        return int(client.get(page, {"customer": email}).status_code)

    assert status(stranger.email) == status(an_email()) == 200


def test_a_customer_who_sends_a_change_of_their_record_is_refused():
    own = a_customer()
    sent = {"name": "Somebody Else", "email": an_email()}

    answer = signed_in(linked_to(own)).post(f"/customers/{own}", sent)

    assert answer.status_code == 403
    assert directory.find(own).name == "Ada Lovelace"


def test_a_user_linked_anew_replays_nothing_of_whom_they_were():
    own, key = a_customer(), str(uuid4())
    order, customer = an_order(own), linked_to(own)
    url = f"/api/command/orders/{order.order_id}/cancel"
    assert customer.post(url, Idempotency_Key=key).status_code == 200

    directory.link(own, user_id=None)
    directory.link(a_customer(), user_id=customer.user.pk)

    answer = eventually(lambda: _unless_ok(customer.post(url, Idempotency_Key=key)))
    assert answer.status_code == 404
    assert order.order_number not in answer.content.decode()


def _unless_ok(answer: Any) -> Any:
    """A token's user is known for some seconds."""
    return None if answer.status_code == 200 else answer
