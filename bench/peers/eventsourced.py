"""The same events through the eventsourcing library and its own projection runner.

As its documentation shows: an application records the events of aggregates in
PostgreSQL, and a runner hands each to a view that keeps its rows and its tracking
record in one transaction. The view is simpler than the product's tables: one row an
order, one a customer, with one index.
"""

import time
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from bench.stage import Stage
from config.local import postgres
from config.local.ports import HOST
from orders_command.events import OrderCreated, OrderShipped, Recorded, Shipment

DATABASE = "library"
VIEW = "orders_view"


class Order(Aggregate):
    @event("Created")
    def __init__(
        self, customer_id: UUID, number: str, currency: str, items: list[dict[str, Any]]
    ) -> None:
        self.status = "PENDING"

    @event("Confirmed")
    def confirm(self) -> None:
        self.status = "CONFIRMED"

    @event("Shipped")
    def ship(self, carrier: str | None, tracking_number: str | None) -> None:
        self.status = "SHIPPED"

    @event("Delivered")
    def deliver(self) -> None:
        self.status = "DELIVERED"

    @event("Cancelled")
    def cancel(self) -> None:
        self.status = "CANCELLED"


class Orders(Application[UUID]):
    pass


class View(PostgresTrackingRecorder):
    """Rows of orders and customers, in the transaction of the tracking record."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sql_create_statements += [
            SQL(text).format() for text in (_ORDERS, _INDEX, _CUSTOMERS)
        ]

    def create(self, created: Any, tracking: Tracking) -> None:
        total = sum((i["quantity"] * i["price"] for i in created.items), Decimal())
        items = [{**item, "price": str(item["price"])} for item in created.items]
        row = {
            "id": created.originator_id,
            "customer": created.customer_id,
            "number": created.number,
            "currency": created.currency,
            "items": Jsonb(items),
            "item_count": len(items),
            "total": total,
            "at": created.timestamp,
        }
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(_CREATE, row, prepare=True)
            cursor.execute(_COUNT, row, prepare=True)

    def move(self, moved: Any, status: str, tracking: Tracking, **more: Any) -> None:
        row = {
            "id": moved.originator_id,
            "status": status,
            "carrier": more.get("carrier"),
            "tracking": more.get("tracking_number"),
            "at": moved.timestamp,
            "version": moved.originator_version,
        }
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(_MOVE, row, prepare=True)
            if status == "CANCELLED":
                cursor.execute(_TAKE_OUT, row, prepare=True)


class OrdersView(Projection[View]):
    name = VIEW

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        raise TypeError(type(domain_event).__name__)

    @process_event.register
    def _(self, created: Order.Created, tracking: Tracking) -> None:
        self.view.create(created, tracking)

    @process_event.register
    def _(self, moved: Order.Confirmed, tracking: Tracking) -> None:  # type: ignore[name-defined]
        self.view.move(moved, "CONFIRMED", tracking)

    @process_event.register
    def _(self, moved: Order.Shipped, tracking: Tracking) -> None:  # type: ignore[name-defined]
        shipped = {n: getattr(moved, n) for n in ("carrier", "tracking_number")}
        self.view.move(moved, "SHIPPED", tracking, **shipped)

    @process_event.register
    def _(self, moved: Order.Delivered, tracking: Tracking) -> None:  # type: ignore[name-defined]
        self.view.move(moved, "DELIVERED", tracking)

    @process_event.register
    def _(self, moved: Order.Cancelled, tracking: Tracking) -> None:  # type: ignore[name-defined]
        self.view.move(moved, "CANCELLED", tracking)


class Library:
    """The library's application in a database of its own."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        stage.fresh(DATABASE, like="template1")
        server = stage.servers.primary
        self._env = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": DATABASE,
            "POSTGRES_HOST": HOST,
            "POSTGRES_PORT": str(server.port),
            "POSTGRES_USER": postgres.OWNER,
            "POSTGRES_PASSWORD": server.passwords[postgres.OWNER],
        }
        with stage.owner(DATABASE) as connection:
            # Whoever owns a database need not own its schema.
            connection.execute(f"create schema if not exists {postgres.OWNER}")
        self._env["POSTGRES_SCHEMA"] = postgres.OWNER
        self._app = Orders(env=self._env)

    def record(self, events: Iterable[Recorded]) -> None:
        """Let the same happen to the library's aggregates, event by event."""
        known: dict[UUID, Order] = {}
        for recorded in events:
            order = _happened(known, recorded)
            self._app.save(order)

    def project(self) -> float:
        """Return the seconds that its runner takes for all events, from nothing."""
        with self._stage.owner(DATABASE) as connection:
            # It takes an empty tracking table for one of an older version.
            tables = f"bench_order, bench_customer, {VIEW}_tracking"
            connection.execute(f"drop table if exists {tables}")
        last = self._app.recorder.max_notification_id()
        began = time.perf_counter()
        with ProjectionRunner(
            application_class=Orders,
            projection_class=OrdersView,
            view_class=View,
            env=self._env,
        ) as runner:
            runner.wait(last, timeout=600)
            return time.perf_counter() - began

    def close(self) -> None:
        self._app.close()


def _happened(known: dict[UUID, Order], recorded: Recorded) -> Order:
    happened = recorded.event
    if isinstance(happened, OrderCreated):
        order = Order(
            customer_id=happened.customer_id,
            number=happened.order_number,
            currency=happened.currency,
            items=[dict(vars(item)) for item in happened.items],
        )
        known[recorded.stream_id] = order
        return order
    order = known[recorded.stream_id]
    match recorded.type:
        case "OrderConfirmed":
            order.confirm()
        case "OrderShipped":
            assert isinstance(happened, OrderShipped)
            order.ship(**vars(happened.told or Shipment()))
        case "OrderDelivered":
            order.deliver()
        case _:
            order.cancel()
    return order


_ORDERS = """
create table if not exists bench_order (
    id uuid primary key, customer_id uuid not null, number text not null,
    currency text not null, items jsonb not null, item_count int not null,
    total numeric not null, status text not null, version int not null,
    created_at timestamptz not null, last_updated_at timestamptz not null,
    carrier text, tracking_number text)
"""
_INDEX = """
create index if not exists bench_order_of_customer
on bench_order (customer_id, created_at desc)
"""
_CUSTOMERS = """
create table if not exists bench_customer (
    id uuid primary key, orders int not null, lifetime numeric not null)
"""
_CREATE = """
insert into bench_order
values (%(id)s, %(customer)s, %(number)s, %(currency)s, %(items)s, %(item_count)s,
        %(total)s, 'PENDING', 1, %(at)s, %(at)s)
on conflict (id) do nothing
"""
_COUNT = """
insert into bench_customer as c values (%(customer)s, 1, %(total)s)
on conflict (id) do update
set orders = c.orders + 1, lifetime = c.lifetime + excluded.lifetime
"""
_MOVE = """
update bench_order
set status = %(status)s, version = %(version)s, last_updated_at = %(at)s,
    carrier = coalesce(%(carrier)s, carrier),
    tracking_number = coalesce(%(tracking)s, tracking_number)
where id = %(id)s
"""
_TAKE_OUT = """
update bench_customer c set lifetime = c.lifetime - o.total
from bench_order o where o.id = %(id)s and c.id = o.customer_id
"""
