"""Whatever a request carries, it is answered: by no 500, and to nobody else's data."""

import base64
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from orders_command.events import Item
from tests.orders import an_order, order_body
from tests.pages.visiting import signed_in
from tests.people import Caller, a_customer, administrator, desk_clerk, linked_to
from tests.projected import catch_up
from tests.security.anything import anything, examples, words

TWO: Any = {"quantity": 2, "price": Decimal("3.50")}
LISTS = ("/api/query/orders", "/api/query/sales/products", "/api/customers")
headers = st.sampled_from(
    "If-Match If-None-Match Idempotency-Key Consistency-Token Authorization Accept "
    "Content-Type X-Request-Id Cookie X-Forwarded-For Host Last-Event-ID Range".split()
)
# What HTTP lets through: bytes, but for the ends of lines.
bytes_of_a_header = st.text(
    st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=80
)


@dataclass(frozen=True)
class Scene:
    """A clerk, and a customer beside another one's orders."""

    clerk: Caller
    customer: Caller
    own: set[str]
    customer_id: str
    order_id: str
    page: Client


@pytest.fixture(scope="module")
def scene(services: object, django_db_blocker: Any) -> Scene:
    with django_db_blocker.unblock():
        other, own = a_customer(), a_customer()
        products = [Item(product_id=f"any-{n}", **TWO) for n in range(3)]
        orders = [an_order(other, items=(product,)) for product in products]
        mine = {str(an_order(own).order_id) for _ in range(3)}
        catch_up()
        clerk = desk_clerk()
        return Scene(
            clerk=clerk,
            customer=linked_to(own),
            own=mine,
            customer_id=str(own),
            order_id=str(orders[0].order_id),
            page=signed_in(clerk),
        )


@pytest.mark.parametrize("path", LISTS)
def test_any_cursor_is_a_page_or_400(path: str, scene: Scene) -> None:
    @examples(40)
    @given(cursor=words | st.text(max_size=100) | packed())
    def check(cursor: str) -> None:
        answer = scene.clerk.get(
            f"{path}?{urlencode({'cursor': cursor}, errors='replace')}"
        )
        assert answer.status_code in {200, 400}

    check()


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_somebody_has_changed_is_a_page_or_400(
    path: str, scene: Scene
) -> None:
    made = next_cursor(scene.clerk.get(f"{path}?limit=1"))

    @examples(60)
    @given(st.integers(0, len(made) - 1), st.characters(codec="ascii"))
    def check(place: int, character: str) -> None:
        changed = made[:place] + character + made[place + 1 :]
        answer = scene.clerk.get(f"{path}?cursor={quote(changed)}")
        assert answer.status_code in {200, 400, 503}

    check()


def test_a_cursor_of_the_desk_shows_a_customer_no_order_of_others(scene: Scene) -> None:
    made = next_cursor(scene.clerk.get("/api/query/orders?limit=1"))
    content = json.loads(base64.urlsafe_b64decode(made + "=" * (-len(made) % 4)))
    forged = [made, *(pack({**as_object(content), "back": flag}) for flag in (0, 1))]

    for cursor in forged:
        answer = scene.customer.get(f"/api/query/orders?cursor={cursor}")
        shown = answer.json() if answer.status_code == 200 else []
        assert answer.status_code in {200, 400}
        assert {order["orderId"] for order in shown} <= scene.own


def test_any_header_is_heard_or_refused(scene: Scene) -> None:
    @examples(120)
    @given(
        st.dictionaries(headers, bytes_of_a_header, max_size=4),
        st.sampled_from(
            ["POST /api/command/orders/{}/ship", "GET /api/query/orders/{}"]
        ),
    )
    def check(sent: dict[str, str], call: str) -> None:
        named = {name.replace("-", "_"): value for name, value in sent.items()}
        method, path = call.format(scene.order_id).split()
        answer = scene.clerk.send(method, f"/api/{path}", **named)
        assert answer.status_code != 500
        assert answer.status_code < 500 or "Consistency-Token" in sent

    check()


def test_any_body_of_a_command_is_carried_out_or_refused(scene: Scene) -> None:
    names = st.sampled_from(["productId", "quantity", "price", "total"])
    fields = st.fixed_dictionaries(
        {"customerId": anything | st.just(scene.customer_id)},
        optional={
            "items": st.lists(st.dictionaries(names, anything) | anything, max_size=3),
            "currency": anything | st.just("EUR"),
            "reference": anything,
            "note": anything,
        },
    )

    @examples(120)
    @given(fields)
    def check(body: dict[str, Any]) -> None:
        answer = scene.clerk.post("/api/command/orders", body)
        assert answer.status_code in {201, 400, 409, 422}
        assert answer.status_code == 201 or answer.json()["detail"]

    check()


PAGES = {
    "/orders": "q status customer from to minTotal maxTotal ordering cursor",
    "/orders.csv": "q status customer from to minTotal maxTotal ordering",
    "/customers": "q cursor",
    "/": "from to days",
    "/products": "from to cursor",
    "/orders/new": "customer customer_q currency",
    "/sync": "name",
}


@pytest.mark.parametrize("path", PAGES)
def test_any_parameter_of_a_page_is_understood_or_told(path: str, scene: Scene) -> None:
    asked = st.dictionaries(
        st.sampled_from(PAGES[path].split()), words | st.dates().map(str), max_size=3
    )

    @examples(25)
    @given(asked)
    def check(query: dict[str, str]) -> None:
        answer = scene.page.get(f"{path}?{urlencode(query, errors='replace')}")
        getattr(answer, "getvalue", lambda: b"")()  # a stream is read to its end
        assert answer.status_code < 500

    check()


FORMS = {
    "/orders/new": "customer customer_q productId quantity price currency reference "
    "note key do remove-line status total",
    "/customers": "name email key createdAt version do",
    "/orders/bulk": "order do action status",
    "/sign-in": "username password next",
    "/sign-in/forgotten": "email",
    "/orders/{order}/confirm": "version key status do",
    "/orders/{order}/ship": "carrier trackingNumber version key",
    "/orders/{order}/cancel": "reason version key",
    "/customers/{customer}": "name email version user createdAt",
    "/account": "name scopes days user is_staff expires_at",
    "/account/password": "old_password new_password1 new_password2",
}


@pytest.mark.parametrize("path", FORMS)
def test_any_form_is_carried_out_or_told(path: str, scene: Scene) -> None:
    path_ = path.format(order=scene.order_id, customer=scene.customer_id)
    sent = st.dictionaries(
        st.sampled_from(FORMS[path].split()),
        st.lists(words, max_size=3) | words.map(lambda word: [word]),
        max_size=5,
    )

    @examples(15)
    @given(sent)
    def check(form: dict[str, list[str]]) -> None:
        body = urlencode(form, doseq=True, errors="replace")
        answer = scene.page.post(path_, body, "application/x-www-form-urlencoded")
        assert answer.status_code < 500

    check()


def packed() -> st.SearchStrategy[str]:
    """Make up what is packed as a cursor is."""
    return (anything | st.lists(anything)).map(pack)


def pack(content: Any) -> str:
    text = json.dumps(content).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def as_object(content: Any) -> dict[str, Any]:
    return content if isinstance(content, dict) else {"was": content}


def next_cursor(answer: Any) -> str:
    (link,) = [part for part in answer["Link"].split(", ") if 'rel="next"' in part]
    return parse_qs(urlsplit(link[1 : link.index(">")]).query)["cursor"][0]


def test_the_scene_is_as_it_is_told(scene: Scene) -> None:
    body = order_body(a_customer())

    assert administrator().post("/api/command/orders", body).status_code == 201
    assert len(scene.own) == 3
