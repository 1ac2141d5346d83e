"""Whatever is asked in whatever order: log, state rows and read rows tell the same."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from customers import directory
from orders_command import feed, store
from orders_command.domain.errors import CustomerErased, InvalidTransition
from orders_command.domain.order import replay
from orders_command.events import Item, total_of
from orders_query import queries
from orders_query.queries import Days, Reader
from tests.orders import (
    ACTOR,
    amended,
    an_order,
    cancelled,
    confirmed,
    delivered,
    lines,
    noted,
    shipped,
)
from tests.people import a_customer
from tests.projected import catch_up

MOVES = {
    "CONFIRMED": (confirmed, {"PENDING"}),
    "SHIPPED": (shipped, {"CONFIRMED"}),
    "DELIVERED": (delivered, {"SHIPPED"}),
    "CANCELLED": (cancelled, {"PENDING", "CONFIRMED"}),
}
prices = st.integers(0, 99_999).map(str)
products = st.sampled_from(["tea", "milk", "sugar"])
contents = st.lists(
    st.tuples(products, st.integers(1, 99), prices), min_size=1, max_size=4
)
CURRENCIES = ["USD", "JPY", "KWD"]


@dataclass
class Kept:
    """What should be true of an order."""

    customer: UUID
    currency: str
    items: tuple[Item, ...]
    status: str = "PENDING"
    version: int = 1

    @property
    def total(self):
        return total_of(self.items)

    @property
    def worth(self):
        return Decimal() if self.status == "CANCELLED" else self.total


def _line(item):
    return item["productId"], item["quantity"], str(item["price"])


class Shop(RuleBasedStateMachine):
    """Keeps what should be true as plainly as can be, and compares at the end."""

    customers = Bundle("customers")
    orders = Bundle("orders")

    def __init__(self):
        super().__init__()
        self.names: dict = {}
        self.placed: dict = {}  # what is kept of an order, by its id
        self.notes: dict = {}  # order id -> [(version, note)]
        # One of its own, with everything that is sold on it.
        self.day = datetime(1901, 1, 1, 12, tzinfo=UTC) + timedelta(uuid4().int % 30000)

    @initialize(target=customers)
    def somebody(self):
        return self.register("Ada")

    @rule(target=customers, name=st.sampled_from(["Ada", "Bela", "Carmen"]))
    def register(self, name):
        customer_id = a_customer(name)
        self.names[customer_id] = name
        return customer_id

    @rule(customer=customers, name=st.sampled_from(["Dana", "Emre"]))
    def rename(self, customer, name):
        directory.change(customer, name=name, actor=ACTOR)
        self.names[customer] = name

    @rule(customer=consumes(customers))
    def erase(self, customer):
        directory.erase(customer, actor=ACTOR)
        self.names[customer] = None

    @rule(
        target=orders,
        customer=customers,
        wanted=contents,
        currency=st.sampled_from(CURRENCIES),
    )
    def place(self, customer, wanted, currency):
        items, note = lines(*wanted), f"note {uuid4()}"
        receipt = an_order(
            customer, items=items, currency=currency, note=note, at=self.day
        )
        self.placed[receipt.order_id] = Kept(customer, currency, items)
        return receipt.order_id

    @rule(order=orders, wanted=contents)
    def amend(self, order, wanted):
        kept = self.placed[order]
        if kept.status != "PENDING":
            with pytest.raises(InvalidTransition):
                amended(order, *wanted)
            return
        receipt = amended(order, *wanted)
        kept.version += kept.items != lines(*wanted)
        kept.items = lines(*wanted)
        assert (receipt.status, receipt.version) == ("PENDING", kept.version)

    @rule(order=orders, status=st.sampled_from(sorted(MOVES)))
    def move(self, order, status):
        command, allowed = MOVES[status]
        kept = self.placed[order]
        if kept.status not in allowed:
            with pytest.raises(InvalidTransition):
                command(order)
            return
        receipt = command(order)
        kept.status, kept.version = status, kept.version + 1
        assert (receipt.status, receipt.version) == (status, kept.version)

    @rule(order=orders)
    def note(self, order):
        kept, text = self.placed[order], f"note {uuid4()}"
        if self.names[kept.customer] is None:
            with pytest.raises(CustomerErased):
                noted(order, text)
            return
        kept.version = noted(order, text).version
        self.notes.setdefault(order, []).append((kept.version, text))

    @rule()
    def project(self):
        catch_up()

    @rule(target=orders, order=orders)
    def nothing(self, order):
        return multiple()

    def teardown(self):
        stands = catch_up()
        for order_id, kept in self.placed.items():
            self._compare(order_id, kept, stands)
        for customer in self.names:
            self._compare_totals(customer, stands)
        self._compare_sales(stands)

    def _compare(self, order_id, kept, stands):
        events = feed.events_of(order_id)
        state = store.load(order_id, with_items=True)
        row = queries.order(order_id, reader=Reader(at_least=stands)).data
        history = queries.history(order_id, reader=Reader(at_least=stands)).data
        assert replay(event.event for event in events) == state.state
        assert state.state.items == kept.items == lines(*map(_line, row["items"]))
        assert state.state.total == row["total"] == kept.total
        assert row["itemCount"] == len(kept.items)
        assert state.state.status == row["status"] == kept.status
        assert state.version == row["version"] == len(history) == kept.version
        assert row["customerName"] == self.names[kept.customer]
        is_erased = self.names[kept.customer] is None
        assert (row["note"] is None) == is_erased
        notes = [(note["version"], note["note"]) for note in row["notes"]]
        assert notes == ([] if is_erased else self.notes.get(order_id, []))

    def _compare_totals(self, customer, stands):
        told = queries.customer_totals(customer, reader=Reader(at_least=stands)).data
        mine = [kept for kept in self.placed.values() if kept.customer == customer]
        value: dict = defaultdict(Decimal)
        for kept in mine:
            value[kept.currency] += kept.worth
        assert told["orderCount"] == len(mine)
        assert {c: Decimal(v) for c, v in told["lifetime"].items()} == value

    def _compare_sales(self, stands):
        days = Days(first=self.day.date(), last=self.day.date())
        reader = Reader(at_least=stands)
        daily = queries.daily_sales(days, reader=reader).data
        sold = queries.product_sales(days, limit=200, reader=reader).data
        revenue: dict = defaultdict(Decimal)
        quantities: dict = defaultdict(int)
        for kept in self.placed.values():
            revenue[kept.currency] += kept.worth
            for item in kept.items if kept.status != "CANCELLED" else ():
                quantities[item.product_id, kept.currency] += item.quantity
        assert {row["currency"]: row["revenue"] for row in daily} == revenue
        found = {(row["productId"], row["currency"]): row["quantity"] for row in sold}
        assert found == quantities


def test_log_state_and_read_rows_agree_whatever_happens():
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
