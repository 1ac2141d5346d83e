"""The lines of an order in a form: what was typed, and what is wrong with it."""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from decimal import Decimal

from django.http import QueryDict

from orders_command.domain.money import minor_digits
from orders_command.domain.order import MAX_ITEMS
from orders_command.events import Item, total_of
from orders_command.pages.commanding import refusal

MAX_DIGITS = 4  # of a line's number
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
class LinesForm:
    """What a form with lines keeps through every answer."""

    key: str
    currency: str = ""
    lines: list[Line] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def has_errors(self) -> bool:
        return bool(self.errors or self.summary or any(li.errors for li in self.lines))

    @property
    def total(self) -> str:
        """The total of the rows that can be understood, as the server will count."""
        total = total_of(line.item for line in self._filled() if line.item)
        digits = max(minor_digits(self.currency), -int(total.as_tuple().exponent))
        return f"{total:,.{digits}f}"

    def items(self) -> tuple[Item, ...]:
        """Return what the rows mean, or note what is wrong with them."""
        if not self._filled():
            self.errors["lines"] = "An order needs at least one line."
        return tuple(filter(None, map(_checked, self._filled())))

    def refuse(self, errors: Iterable[dict[str, str]]) -> None:
        """Put the errors of the command beside the fields that they are about."""
        for error in errors:
            parts = error["pointer"].strip("/").split("/")
            if len(parts) == 3:
                line = self._filled()[int(parts[1])]
                line.errors[parts[2]] = error["detail"]
            else:
                self.errors[_PLACES.get(parts[0], parts[0])] = error["detail"]

    def rearrange(self, typed: QueryDict) -> None:
        """Add or remove a line; anything else leaves the form as it is."""
        if typed.get("do") == "add-line" and len(self.lines) < MAX_ITEMS:
            self.lines.append(Line(number=len(self.lines), is_new=True))
        removed = typed.get("remove-line", "")
        if removed.isascii() and removed.isdigit() and len(removed) <= MAX_DIGITS:
            kept = [line for line in self.lines if line.number != int(removed)]
            self.lines = kept or [Line(number=0)]
            for number, line in enumerate(self.lines):
                line.number = number

    def _filled(self) -> list[Line]:
        return [line for line in self.lines if not line.is_empty]


def read_lines(typed: QueryDict, *, kept: Iterable[Item] = ()) -> list[Line]:
    """
    Return the rows as they were sent, without spaces around what was typed.

    Spaces of a product id that an order has, as one of the API may, are its own.
    """
    known = {item.product_id for item in kept}
    columns = (typed.getlist(name) for name in ("productId", "quantity", "price"))
    rows = list(zip(*columns, strict=False))[:MAX_ITEMS]
    return [_line(number, row, known) for number, row in enumerate(rows)]


def lines_of(items: Iterable[Item]) -> list[Line]:
    """Return rows as somebody would have typed them."""
    return [
        Line(
            number=number,
            product_id=item.product_id,
            quantity=str(item.quantity),
            price=format(item.price, "f"),
        )
        for number, item in enumerate(items)
    ]


_PLACES = {"customerId": "customer", "items": "lines"}


def _line(number: int, row: tuple[str, ...], known: Set[str]) -> Line:
    product_id, quantity, price = (text.strip() for text in row)
    if row[0] in known:
        product_id = row[0]
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
