"""The pages that the desk works in: time to the first byte, bytes and requests of each.

Chromium counts the bytes and requests of a first visit and of the next one; times are
taken without it, on a connection that stays open.
"""

import http.client
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import psycopg
from playwright.sync_api import BrowserContext, sync_playwright

from bench import loading, results, sizes
from bench.figures import percentile, shown, table
from bench.running import running_system
from bench.sizes import Size
from bench.system import System

TIMES = 40  # each page is asked for; by turns, so that none has a quieter moment
SMALL = 10_000  # orders
CHROMIUM = "/usr/bin/chromium"
PAGES = {
    "dashboard": "/",
    "dashboard, 90 days": "/?days=90",
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

    def row(self) -> list[str]:
        return [
            self.name,
            f"{self.orders:,}",
            shown(percentile(self.first_bytes, 50)),
            shown(percentile(self.first_bytes, 99)),
            f"{self.size:,}",
            *(f"{n}, {size:,}" for n, size in (self.first_visit, self.next_visit)),
        ]


class Desk:
    """Somebody who has signed in, on one connection."""

    def __init__(self, system: System) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", system.port)
        access = json.loads((system.var_dir / "demo-access.json").read_text())
        self.cookies = {"csrftoken": "x" * 32}
        form = urlencode(
            {
                "username": access["username"],
                "password": access["password"],
                "csrfmiddlewaretoken": "x" * 32,
            }
        )
        self._ask("POST", "/sign-in", form)

    def visit(self, path: str) -> tuple[float, int]:
        """Return the ms to the first byte, and the bytes of the page."""
        return self._ask("GET", path)

    def _ask(self, method: str, path: str, form: str = "") -> tuple[float, int]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self._connection.request(method, path, form or None, headers)
        answer = self._connection.getresponse()
        took = time.perf_counter() - began
        size = len(answer.read())
        if answer.status not in {200, 302}:
            raise SystemExit(f"{path} answered {answer.status}")
        for given in answer.headers.get_all("Set-Cookie", []):
            name, _, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        return took * 1000, size


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
    with _chromium(system, desk) as browser:
        return [
            Visited(
                name=name,
                orders=orders,
                first_bytes=times[name],
                size=sizes_[name],
                first_visit=_fetched(browser, path, forgets=True),
                next_visit=_fetched(browser, path, forgets=False),
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


@contextmanager
def _chromium(system: System, desk: Desk) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        url = f"http://127.0.0.1:{system.port}"
        context = browser.new_context(base_url=url)
        session = desk.cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        yield context
        browser.close()


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
    return table(head, [one.row() for one in found])


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("pages", arguments)
    results.tell("pages", size, [], told(measured(size)))
