"""The form of a new order: what was typed, what it means, and what is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID, uuid4

from django.conf import settings
from django.http import QueryDict

from customers import directory
from customers.directory import Card
from orders_command import handlers
from orders_command.domain.commands import CreateOrder
from orders_command.domain.money import minor_digits
from orders_command.domain.order import MAX_ITEMS
from orders_command.events import Item
from orders_command.pages.commanding import refusal

FIRST_LINES = 3
CHOICES = 8
CURRENCIES = ("USD", "EUR", "GBP", "CHF", "JPY")
_QUANTITY = re.compile(r"[0-9]{1,20}\Z")
_PRICE = re.compile(r"[0-9]{1,10}(\.[0-9]{1,4})?\Z")


@dataclass(kw_only=True)
class Line:
    """One row of items as typed."""

    number: int
    product_id: str = ""
    quantity: str = ""
    price: str = ""
    is_new: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.product_id or self.quantity or self.price)

    @property
    def item(self) -> Item | None:
        """What the row means; None while it cannot be understood."""
        if not (_QUANTITY.match(self.quantity) and _PRICE.match(self.price)):
            return None
        return Item(
            product_id=self.product_id,
            quantity=int(self.quantity),
            price=Decimal(self.price),
        )


@dataclass(kw_only=True)
class OrderForm:
    """All that was typed, kept through every answer."""

    key: str
    customer_q: str = ""
    customer_id: str = ""
    currency: str = ""
    reference: str = ""
    note: str = ""
    lines: list[Line] = field(default_factory=list)
    choices: tuple[Card, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    is_reference_taken: bool = False

    @property
    def currencies(self) -> list[str]:
        return sorted({settings.DEFAULT_CURRENCY, *CURRENCIES})

    @property
    def has_errors(self) -> bool:
        return bool(self.errors or self.summary or any(li.errors for li in self.lines))

    @property
    def total(self) -> str:
        """The total of the rows that can be understood, as the server will count."""
        items = [line.item for line in self.lines if not line.is_empty]
        total = sum((item.total for item in items if item), Decimal())
        digits = max(minor_digits(self.currency), -int(total.as_tuple().exponent))
        return f"{total:,.{digits}f}"

    def command(self) -> CreateOrder | None:
        """Return the command that the form asks for, or note what keeps it from one."""
        customer_id = self._checked_customer()
        for name in ("reference", "note"):
            self._note(name, refusal(name, getattr(self, name)))
        items = tuple(filter(None, map(_checked, self._filled())))
        if not self._filled():
            self.errors["lines"] = "An order needs at least one line."
        if self.has_errors or customer_id is None:
            return None
        return handlers.new_order(
            customer_id=customer_id,
            items=items,
            currency=self.currency,
            reference=self.reference or None,
            note=self.note or None,
        )

    def refuse(self, errors: list[dict[str, str]]) -> None:
        """Put the errors of the command beside the fields that they are about."""
        for error in errors:
            parts = error["pointer"].strip("/").split("/")
            if len(parts) == 3:
                line = self._filled()[int(parts[1])]
                line.errors[parts[2]] = error["detail"]
            else:
                self._note(_PLACES.get(parts[0], parts[0]), error["detail"])

    def find_customers(self) -> None:
        """Look for customers to choose from; a whole e-mail address is a choice."""
        if self.customer_q:
            self.choices = tuple(
                card
                for card in directory.search(self.customer_q, limit=CHOICES)
                if card.erased_at is None
            )
            for card in self.choices:
                if (card.email or "").casefold() == self.customer_q.casefold():
                    self.customer_id = str(card.customer_id)
        elif self.customer_id:
            self.choices = tuple(_known(self.customer_id))

    def _filled(self) -> list[Line]:
        return [line for line in self.lines if not line.is_empty]

    def _checked_customer(self) -> UUID | None:
        for card in _known(self.customer_id):
            return card.customer_id
        self.errors["customer"] = "Search for a customer and choose one."
        return None

    def _note(self, name: str, detail: str) -> None:
        if detail:
            self.errors[name] = detail


def read(typed: QueryDict) -> OrderForm:
    """Return the form as it was sent."""
    words = {name: typed.get(name, "").strip() for name in _WORDS}
    columns = (typed.getlist(name) for name in ("productId", "quantity", "price"))
    rows = list(zip(*columns, strict=False))[:MAX_ITEMS]
    form = OrderForm(
        key=typed.get("key", "") or new_key(),
        customer_q=_plain(typed.get("customer_q", "")),
        customer_id=words["customer"],
        currency=words["currency"] or settings.DEFAULT_CURRENCY,
        reference=words["reference"],
        note=" ".join(words["note"].split()),
        lines=[_line(number, row) for number, row in enumerate(rows)],
    )
    form.find_customers()
    return form


def new_form(asked: Mapping[str, str]) -> OrderForm:
    """Return an empty form, perhaps for a customer that has been chosen already."""
    form = OrderForm(
        key=new_key(),
        customer_id=asked.get("customer", ""),
        currency=settings.DEFAULT_CURRENCY,
        lines=[Line(number=number) for number in range(FIRST_LINES)],
    )
    form.find_customers()
    return form


def new_key() -> str:
    return str(uuid4())


_PLACES = {"customerId": "customer", "items": "lines"}
_WORDS = ("customer", "currency", "reference", "note")


def _line(number: int, row: tuple[str, ...]) -> Line:
    product_id, quantity, price = (text.strip() for text in row)
    return Line(number=number, product_id=product_id, quantity=quantity, price=price)


def _checked(line: Line) -> Item | None:
    wrong = {
        "productId": refusal("productId", line.product_id)
        or ("" if line.product_id else "Which product?"),
        "quantity": "" if _QUANTITY.match(line.quantity) else "A whole number.",
        "price": "" if _PRICE.match(line.price) else "An amount like 99.90.",
    }
    line.errors = {name: detail for name, detail in wrong.items() if detail}
    return None if line.errors else line.item


def _known(customer_id: str) -> list[Card]:
    try:
        return [directory.find(UUID(customer_id))]
    except (ValueError, directory.CustomerNotFound):
        return []


def _plain(text: str) -> str:
    return "".join(c for c in text[:200] if c.isprintable()).strip()
