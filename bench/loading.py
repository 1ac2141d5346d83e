"""Fills the log by the product's own import, and the read tables from the log."""

import csv
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from bench import commands
from bench.stage import Stage
from bench.system import System

AT_ONCE = 5_000  # events of a step that only fills
CUSTOMERS_PER_ORDER = 1 / 20
PRODUCTS = 2_000
HEAD = """order_ref customer_email customer_name ordered_at confirmed_at shipped_at
    delivered_at cancelled_at product_id quantity price currency""".split()
DAYS = 730


@dataclass(frozen=True, kw_only=True)
class Shop:
    """Two databases with so many orders, level with one another."""

    orders: int
    command: str
    query: str


def loaded(stage: Stage, orders: int, *, name: str = "loaded") -> Shop:
    """Make a command database with so many orders, and its query database."""
    from orders_query import projector  # noqa: PLC0415 - it needs the settings

    command = stage.fresh(f"{name}_command", like="command")
    query = stage.fresh(f"{name}_query", like="query")
    path = stage.servers.var_dir / f"{name}.csv"
    write_csv(path, orders)
    environment = stage.environment(command=command, query=query)
    commands.run("import_orders", str(path), environment=environment)
    stage.use(command=command, query=query)
    for projection in projector.PROJECTIONS:
        while projector.step(projection, limit=AT_ONCE).applied:
            pass
    for database in command, query:
        with stage.owner(database) as connection:
            connection.execute("vacuum analyze")
    return Shop(orders=orders, command=command, query=query)


def import_into(system: System, orders: int, *, of_one: int = 0) -> None:
    """Bring orders into a running system, and wait until it shows them."""
    path = system.var_dir / "orders.csv"
    write_csv(path, orders, of_one=of_one)
    commands.run("import_orders", str(path), environment=system.environment())
    wait_until_level(system)


def wait_until_level(system: System) -> None:
    """Wait until all that is in the log is in the tables of every projection."""
    with (
        psycopg.connect(system.urls["DATABASE_URL"], autocommit=True) as command,
        psycopg.connect(system.urls["QUERY_DATABASE_URL"], autocommit=True) as query,
    ):
        (head,) = command.execute(_HEAD).fetchone() or (0,)
        while (query.execute(_SLOWEST).fetchone() or (0,))[0] < head:
            time.sleep(0.01)


def write_csv(path: Path, orders: int, *, of_one: int = 0) -> None:
    """
    Write so many orders of three items, oldest first, with skewed customers.

    The newest `of_one` of them are all of one customer, big@example.org.
    """
    dice = random.Random(orders)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for number in range(orders):
            is_of_one = number >= orders - of_one
            writer.writerows(_rows(number, orders, dice, is_of_one=is_of_one))


def _rows(
    number: int, orders: int, dice: random.Random, *, is_of_one: bool
) -> Iterator[list[str]]:
    customers = max(3, int(orders * CUSTOMERS_PER_ORDER))
    customer = int(customers * dice.random() ** 2)
    person = [f"c{customer}@example.org", f"{_NAMES[customer % 40]} {customer:x}"]
    if is_of_one:
        person = ["big@example.org", "Big Customer"]
    back = timedelta(days=DAYS * (1 - number / orders) + 10)
    times = _times(datetime.now(UTC) - back, dice.random())
    first = [f"b-{number}", *person, *times]
    for _ in range(3):
        product = f"p-{int(PRODUCTS * dice.random() ** 2):04}"
        price = f"{dice.randrange(2, 200)}.90"
        yield [*first, product, str(dice.randrange(1, 5)), price, "USD"]


def _times(placed: datetime, luck: float) -> list[str]:
    """Return when which of the five steps was taken; one in twenty is cancelled."""
    after = (0, 1, 30, 90)
    taken = 4 if luck < 0.75 else 3 if luck < 0.8 else 2 if luck < 0.85 else 1
    steps = [_text(placed, hours) for hours in after[:taken]]
    steps += [""] * (4 - len(steps))
    return [*steps, _text(placed, 2) if luck >= 0.95 else ""]


def _text(placed: datetime, hours: int) -> str:
    return (placed + timedelta(hours=hours)).isoformat(timespec="seconds")


_NAMES = """Ada Alan Anna Barbara Bjarne Carol Charles Claude Dana Donald Edsger Edith
    Emma Frances Grace Guido Hanna Heinz Ida Ivan Jean Joan Johanna John Karen Kathleen
    Ken Konrad Leslie Margaret Maria Marianne Mary Niklaus Olga Peter Radia Rosa Sophie
    Tony""".split()
_HEAD = "select coalesce(max(position), 0) from orders_command_event"
_SLOWEST = "select min(position) from orders_query_checkpoint"
