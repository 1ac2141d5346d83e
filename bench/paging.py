"""The first page and one far back, of all orders, a customer's and a status's."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import psycopg

from bench import loading, results, sizes
from bench.figures import shown, table
from bench.running import running_system
from bench.sizes import Size
from bench.system import Client, System

FAR = 10_000  # pages; the last one of shorter lists
ROWS = 50
TIMES = 60  # each page is asked for; by turns, so that no one has a quieter moment
SMALL = 10_000  # orders
BIG_SHARE = 10  # one customer has one order in so many


@dataclass(frozen=True, kw_only=True)
class Paged:
    """A list, and the middle time in ms of its first page and of the far one."""

    what: str
    orders: int
    page: int
    first_ms: float
    far_ms: float

    def row(self) -> list[str]:
        return [
            self.what,
            f"{self.orders:,}",
            shown(self.first_ms),
            f"{self.page:,}",
            shown(self.far_ms),
            shown(self.far_ms / self.first_ms),
        ]


def paged(system: System, orders: int) -> list[Paged]:
    """Ask a system that holds so many orders for the pages of three lists."""
    client = Client(system)
    with psycopg.connect(system.urls["QUERY_DATABASE_URL"], autocommit=True) as query:
        (customer,) = query.execute(_BIGGEST).fetchone() or ("",)
        lists = {
            "all orders": ("", "true"),
            "a customer's": (f"customerId={customer}&", f"customer_id = '{customer}'"),
            "a status's": ("status=DELIVERED&", "status = 'DELIVERED'"),
        }
        return [
            _paged(client, query, what, asked, where, orders)
            for what, (asked, where) in lists.items()
        ]


def measured(size: Size) -> list[Paged]:
    """Ask a small system and a large one."""
    found = []
    for orders in sorted({min(SMALL, size.orders), size.orders}):
        with running_system() as system:
            loading.import_into(system, orders, of_one=orders // BIG_SHARE)
            with system.superuser("query") as server:
                server.execute("vacuum analyze")
            found += paged(system, orders)
    return found


def told(found: Sequence[Paged]) -> str:
    head = ["list", "orders", "first page, ms", "page", "that page, ms", "ratio"]
    return table(head, [one.row() for one in found])


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("paging", arguments)
    results.tell("paging", size, [], told(measured(size)))


def _paged(  # noqa: PLR0917 - a list, and who asks for it
    client: Client,
    query: psycopg.Connection,
    what: str,
    asked: str,
    where: str,
    orders: int,
) -> Paged:
    (rows,) = query.execute(f"{_COUNT} where {where}").fetchone() or (0,)
    page = min(FAR, rows // ROWS)
    place = query.execute(_PLACE.format(where), [(page - 1) * ROWS - 1]).fetchone()
    assert place is not None
    path = f"/api/query/orders?{asked}limit={ROWS}"
    far = f"{path}&cursor={_cursor(*place)}"
    first_ms, far_ms = [], []
    for _ in range(TIMES):
        first_ms.append(_ms(client, path))
        far_ms.append(_ms(client, far))
    return Paged(
        what=what,
        orders=orders,
        page=page,
        first_ms=median(first_ms),
        far_ms=median(far_ms),
    )


def _ms(client: Client, path: str) -> float:
    answer = client.get(path)
    assert answer.status == 200, answer.body
    assert len(answer.body) == ROWS, len(answer.body)
    return answer.seconds * 1000


def _cursor(placed_at: str, order_id: object) -> str:
    """Return the cursor that the page before would have told."""
    content = ["CREATED_AT", True, placed_at, str(order_id), 0, False]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


_BIGGEST = """
select customer_id from orders_query_customertotals order by order_count desc limit 1
"""
_COUNT = "select count(*) from orders_query_orderreadmodel"
_PLACE = """
select (created_at at time zone 'UTC')::text || '+00', order_id
from orders_query_orderreadmodel where {}
order by created_at desc, order_id desc offset %s limit 1
"""
