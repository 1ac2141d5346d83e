"""People who use the pages, and the orders that they look at."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

from django.db import transaction
from django.test import Client

from orders_command import handlers
from orders_command.events import Item
from orders_command.handlers import Receipt
from orders_query.models import Checkpoint
from tests.people import Caller
from tests.projected import catch_up

HTMX = {"HX-Request": "true"}


def signed_in(caller: Caller) -> Client:
    client = Client()
    client.force_login(caller.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def placed(
    customer_id: UUID,
    *,
    product: str = "tea",
    price: str = "99.90",
    quantity: int = 2,
    note: str = "",
    reference: str | None = None,
) -> Receipt:
    item = Item(product_id=product, quantity=quantity, price=Decimal(price))
    command = handlers.new_order(
        customer_id=customer_id,
        items=(item,),
        currency="USD",
        note=note,
        reference=reference,
    )
    receipt = handlers.handle(command, actor="system:tests")
    catch_up(receipt.position)  # whoever looks without a token sees it then
    return receipt


@contextmanager
def projector_held() -> Iterator[None]:
    """Keep the read side where it is: the projector cannot have its checkpoint."""
    with transaction.atomic(using="query"):
        Checkpoint.objects.using("query").select_for_update().get(name="orders")
        yield


def fields(html: bytes, *, form: str = "") -> dict[str, list[str]]:
    """Return what the forms of a page would send, those to one address only."""
    found = _Fields(form)
    found.feed(html.decode())
    return found.values


def text(response: Any) -> str:
    words = _Words()
    words.feed(response.content.decode())
    return " ".join(" ".join(words.pieces).split())


def act(client: Client, order_id: Any, step: str, **more: str) -> Any:
    """Press a button of the order's page, as the page was just rendered."""
    page = client.get(f"/orders/{order_id}")
    sent = fields(page.content, form=f"/orders/{order_id}/{step}")
    assert sent, f"{step} is not offered"
    return client.post(f"/orders/{order_id}/{step}", {**sent, **more})


class _Fields(HTMLParser):
    def __init__(self, form: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._form = form
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = self._form in (given.get("action") or "")
        is_choice = given.get("type") in {"radio", "checkbox"}
        if tag != "input" or not self._inside or (is_choice and "checked" not in given):
            return
        name, value = given.get("name"), given.get("value") or ""
        if name:
            self.values.setdefault(name, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
