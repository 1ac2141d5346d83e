"""The form of a new order: what was typed, what it means, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.conf import settings
from django.http import QueryDict

from customers import directory
from customers.directory import Card
from orders_command import handlers
from orders_command.domain.commands import CreateOrder
from orders_command.pages.commanding import refusal
from orders_command.pages.lines import Line, LinesForm, read_lines

FIRST_LINES = 3
CHOICES = 8
CURRENCIES = ("USD", "EUR", "GBP", "CHF", "JPY")


@dataclass(kw_only=True)
class OrderForm(LinesForm):
    """All that was typed, kept through every answer."""

    customer_q: str = ""
    customer_id: str = ""
    reference: str = ""
    note: str = ""
    choices: tuple[Card, ...] = ()
    is_reference_taken: bool = False

    @property
    def currencies(self) -> list[str]:
        return sorted({settings.DEFAULT_CURRENCY, *CURRENCIES})

    def command(self) -> CreateOrder | None:
        """Return the command that the form asks for, or note what keeps it from one."""
        customer_id = self._checked_customer()
        for name in ("reference", "note"):
            if detail := refusal(name, getattr(self, name)):
                self.errors[name] = detail
        items = self.items()
        if self.has_errors or customer_id is None:
            return None
        return handlers.new_order(
            customer_id=customer_id,
            items=items,
            currency=self.currency,
            reference=self.reference or None,
            note=self.note or None,
        )

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

    def _checked_customer(self) -> UUID | None:
        for card in _known(self.customer_id):
            return card.customer_id
        self.errors["customer"] = "Search for a customer and choose one."
        return None


def read(typed: QueryDict) -> OrderForm:
    """Return the form as it was sent."""
    words = {name: typed.get(name, "").strip() for name in _WORDS}
    form = OrderForm(
        key=typed.get("key", "") or new_key(),
        customer_q=_plain(typed.get("customer_q", "")),
        customer_id=words["customer"],
        currency=words["currency"] or settings.DEFAULT_CURRENCY,
        reference=words["reference"],
        note=" ".join(words["note"].split()),
        lines=read_lines(typed),
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


_WORDS = ("customer", "currency", "reference", "note")


def _known(customer_id: str) -> list[Card]:
    try:
        return [directory.find(UUID(customer_id))]
    except (ValueError, directory.CustomerNotFound):
        return []


def _plain(text: str) -> str:
    return "".join(c for c in text[:200] if c.isprintable()).strip()
