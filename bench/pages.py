"""The pages that the desk works in: time to the first byte, bytes and requests of each.

Chromium counts the bytes and requests of a first visit and of the next one; times are
taken without it, on a connection that stays open.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from playwright.sync_api import BrowserContext

from bench import loading, results, sizes
from bench.browsing import Desk, chromium
from bench.figures import percentile, shown, table
from bench.running import running_system
from bench.sizes import Size
from bench.statements import Asked, of_pages
from bench.system import System

TIMES = 40  # each page is asked for; by turns, so that none has a quieter moment
SMALL = 10_000  # orders
PAGES = {
    "dashboard": "/",
    "dashboard, 90 days": "/?range=90d",
    "orders": "/orders",
    "orders, waiting, dearest first": "/orders?status=PENDING&ordering=-total",
    "orders found by a name": "/orders?q=customer+77",
    "one order": "/orders/{order}",
    "place order": "/orders/new",
    "customers": "/customers",
    "one customer": "/customers/{customer}",
    "sync": "/sync",
    "admin: orders": "/admin/orders_command/order/",
    "admin: events": "/admin/orders_command/event/",
    "admin: read model": "/admin/orders_query/orderreadmodel/",
    "admin: customers": "/admin/customers/customer/",
}
_TRANSFERRED = """[...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource")]
    .map((entry) => entry.transferSize).filter((size) => size > 0)"""
_KNOWN = "select order_id, customer_id from orders_query_orderreadmodel limit 1"


@dataclass(frozen=True, kw_only=True)
class Visited:
    """A page, the ms to its first byte, and what a browser fetched for it."""

    name: str
    orders: int
    first_bytes: list[float]
    size: int  # of the page alone, in bytes
    first_visit: tuple[int, int]  # requests, and bytes on the wire
    next_visit: tuple[int, int]
    asked: Asked

    def row(self) -> list[str]:
        return [
            self.name,
            f"{self.orders:,}",
            shown(percentile(self.first_bytes, 50)),
            shown(percentile(self.first_bytes, 99)),
            f"{self.size:,}",
            *(f"{n}, {size:,}" for n, size in (self.first_visit, self.next_visit)),
            str(self.asked.statements),
            shown(self.asked.slowest),
            str(self.asked.counts),
        ]


def visited(system: System, orders: int) -> list[Visited]:
    """Visit each page of a system that holds so many orders."""
    desk = Desk(system)
    paths = _paths(system)
    times: dict[str, list[float]] = {name: [] for name in paths}
    sizes_: dict[str, int] = {}
    for turn in range(TIMES + 2):
        for name, path in paths.items():
            took, sizes_[name] = desk.visit(path)
            if turn > 1:  # the first ones fill the caches
                times[name].append(took)
    asked = of_pages(system, paths)
    with chromium(system, desk) as browser:
        return [
            Visited(
                name=name,
                orders=orders,
                first_bytes=times[name],
                size=sizes_[name],
                first_visit=_fetched(browser, path, forgets=True),
                next_visit=_fetched(browser, path, forgets=False),
                asked=asked[name],
            )
            for name, path in paths.items()
        ]


def _paths(system: System) -> dict[str, str]:
    with psycopg.connect(system.urls["QUERY_DATABASE_URL"], autocommit=True) as query:
        order, customer = query.execute(_KNOWN).fetchone() or ("", "")
    return {
        name: path.format(order=order, customer=customer)
        for name, path in PAGES.items()
    }


def _fetched(browser: BrowserContext, path: str, *, forgets: bool) -> tuple[int, int]:
    """Return the requests that reached the server, and the bytes that came back."""
    page = browser.new_page()
    if forgets:
        browser.new_cdp_session(page).send("Network.clearBrowserCache")
    page.goto(path, wait_until="load")
    sizes_: list[int] = page.evaluate(_TRANSFERRED)
    page.close()
    return len(sizes_), sum(sizes_)


def measured(size: Size) -> list[Visited]:
    """Visit a small system and a large one."""
    found = []
    for orders in sorted({min(SMALL, size.orders), size.orders}):
        with running_system() as system:
            loading.import_into(system, orders)
            with system.superuser("query") as server:
                server.execute("vacuum analyze")
            with system.superuser("command") as server:
                server.execute("vacuum analyze")
            found += visited(system, orders)
    return found


def told(found: Sequence[Visited]) -> str:
    head = ["page", "orders", "first byte, ms", "p99", "page, bytes"]
    head += ["first visit: requests, bytes", "next visit"]
    head += ["statements", "slowest, ms", "that count a table"]
    return table(head, [one.row() for one in found])


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("pages", arguments)
    results.tell("pages", size, [], told(measured(size)))
