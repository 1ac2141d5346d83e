"""Whatever is asked in whatever order: log, state rows and read rows tell the same."""

from decimal import Decimal
from uuid import uuid4

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
from orders_command.events import Item
from orders_query import queries
from orders_query.queries import Reader
from tests.orders import (
    ACTOR,
    an_order,
    cancelled,
    confirmed,
    delivered,
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
prices = st.decimals(0, 99_999, places=2)
lines = st.lists(st.tuples(st.integers(1, 99), prices), min_size=1, max_size=4)


class Shop(RuleBasedStateMachine):
    """Keeps what should be true as plainly as can be, and compares at the end."""

    customers = Bundle("customers")
    orders = Bundle("orders")

    def __init__(self):
        super().__init__()
        self.names: dict = {}
        self.placed: dict = {}  # order id -> [customer, total, status, version]
        self.notes: dict = {}  # order id -> [(version, note)]

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

    @rule(target=orders, customer=customers, wanted=lines)
    def place(self, customer, wanted):
        items = tuple(
            Item(product_id=f"p{n}", quantity=quantity, price=price)
            for n, (quantity, price) in enumerate(wanted)
        )
        receipt = an_order(customer, items=items, note=f"note {uuid4()}")
        total = sum((q * p for q, p in wanted), Decimal())
        self.placed[receipt.order_id] = [customer, total, "PENDING", 1]
        return receipt.order_id

    @rule(order=orders, status=st.sampled_from(sorted(MOVES)))
    def move(self, order, status):
        command, allowed = MOVES[status]
        kept = self.placed[order]
        if kept[2] not in allowed:
            with pytest.raises(InvalidTransition):
                command(order)
            return
        receipt = command(order)
        kept[2], kept[3] = status, kept[3] + 1
        assert (receipt.status, receipt.version) == (status, kept[3])

    @rule(order=orders)
    def note(self, order):
        kept, text = self.placed[order], f"note {uuid4()}"
        if self.names[kept[0]] is None:
            with pytest.raises(CustomerErased):
                noted(order, text)
            return
        kept[3] = noted(order, text).version
        self.notes.setdefault(order, []).append((kept[3], text))

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

    def _compare(self, order_id, kept, stands):
        customer, total, status, version = kept
        events = feed.events_of(order_id)
        state = store.load(order_id)
        row = queries.order(order_id, reader=Reader(at_least=stands)).data
        history = queries.history(order_id, reader=Reader(at_least=stands)).data
        assert replay(event.event for event in events) == state.state
        assert state.state.total == row["total"] == total
        assert state.state.status == row["status"] == status
        assert state.version == row["version"] == len(history) == version
        assert row["customerName"] == self.names[customer]
        is_erased = self.names[customer] is None
        assert (row["note"] is None) == is_erased
        notes = [(note["version"], note["note"]) for note in row["notes"]]
        assert notes == ([] if is_erased else self.notes.get(order_id, []))

    def _compare_totals(self, customer, stands):
        told = queries.customer_summary(customer, reader=Reader(at_least=stands)).data
        mine = [kept for kept in self.placed.values() if kept[0] == customer]
        lasting = [kept[1] for kept in mine if kept[2] != "CANCELLED"]
        assert told["orderCount"] == len(mine)
        assert told["lifetimeValue"] == sum(lasting, Decimal())


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
