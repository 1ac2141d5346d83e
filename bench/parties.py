"""Who serves the same orders: the product, the plain peer, and the bare limit."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
import psycopg
from psycopg import sql

from bench import parts
from bench.client import CONNECTIONS, request
from bench.figures import PRODUCT
from bench.system import System
from config.local.ports import free_ports

PLAIN, OPEN, LIMIT = "plain DRF", "plain DRF, open", "the limit"
AT_ONCE = "the limit, in one statement"
PROCESSES = "2"
ITEMS = [{"quantity": n, "price": "9.90"} for n in (1, 2, 3)]


@dataclass(frozen=True, kw_only=True)
class Party:
    """A server, its web processes, and how it wants to be asked."""

    name: str
    port: int
    pids: list[int]
    one: Callable[[str], bytes]
    newest: Callable[[str], bytes]
    create: Callable[[str], bytes] | None = None
    confirm: Callable[[str], bytes] | None = None
    wait: Callable[[], None] = field(default=lambda: None)  # until its work is done

    def memory_mb(self) -> float:
        """Return what its web processes take, what they share counted once."""
        leaders = [psutil.Process(pid) for pid in self.pids]
        all_ = [
            p for leader in leaders for p in (leader, *leader.children(recursive=True))
        ]
        return float(sum(p.memory_full_info().pss for p in all_)) / 1e6


@contextmanager
def parties(system: System) -> Iterator[list[Party]]:
    """Let all of them serve, side by side."""
    with ExitStack() as served:
        url, token = _plain_database(system)
        yield [
            product(system),
            served.enter_context(_plain(PLAIN, url, token)),
            served.enter_context(_plain(OPEN, url, token)),
            served.enter_context(_limit(system)),
        ]


def product(system: System) -> Party:
    bearer = f"Bearer {system.token}"

    def create(customer: str) -> bytes:
        items = [{**item, "productId": f"p{n}"} for n, item in enumerate(ITEMS)]
        body = json.dumps({"customerId": customer, "items": items}).encode()
        path = "/api/command/orders"
        return request(
            "POST", path, token=bearer, body=body, Idempotency_Key=str(uuid4())
        )

    def confirm(order: str) -> bytes:
        path = f"/api/command/orders/{order}/confirm"
        key = str(uuid4())
        return request("POST", path, token=bearer, body=b"{}", Idempotency_Key=key)

    def newest(customer: str) -> bytes:
        path = f"/api/query/orders?customerId={customer}&limit=50"
        return request("GET", path, token=bearer)

    return Party(
        name=PRODUCT,
        port=system.port,
        pids=[parts.web(system).pid],
        one=lambda order: request("GET", f"/api/query/orders/{order}", token=bearer),
        newest=newest,
        create=create,
        confirm=confirm,
    )


@contextmanager
def _plain(name: str, url: str, key: str) -> Iterator[Party]:
    port, token = free_ports(1)[0], f"Token {key}"
    command = ["gunicorn", "--workers", PROCESSES, "--worker-class", "gthread"]
    command += ["--threads", "1", "--keep-alive", "30", "--bind", f"127.0.0.1:{port}"]
    # Else one process may take most connections, and the other one idles.
    share = CONNECTIONS // int(PROCESSES)
    command += ["--worker-connections", str(share)]
    environment = {
        "PLAIN_DATABASE_URL": url,
        "PLAIN_SIGN_IN": "0" if name == OPEN else "1",
    }

    def create(customer: str) -> bytes:
        items = [{**item, "product_id": f"p{n}"} for n, item in enumerate(ITEMS)]
        told = {"customer": customer, "currency": "USD", "items": items}
        return request("POST", "/orders", token=token, body=json.dumps(told).encode())

    with _served([*command, "bench.peers.plain.wsgi"], port, environment) as pid:
        yield Party(
            name=name,
            port=port,
            pids=[pid],
            one=lambda order: request("GET", f"/orders/{order}", token=token),
            newest=lambda c: request("GET", f"/customers/{c}/orders", token=token),
            create=create,
            confirm=lambda order: request(
                "POST", f"/orders/{order}/confirm", token=token, body=b"{}"
            ),
        )


@contextmanager
def _limit(system: System) -> Iterator[Party]:
    port = free_ports(1)[0]
    command = ["granian", "--interface", "wsgi", "--workers", PROCESSES]
    command += ["--blocking-threads", "1", "--port", str(port), "--log-level", "error"]
    url = system.urls["QUERY_REPLICA_URLS"].split(",")[0]
    served = [*command, "bench.peers.limit:application"]
    with _served(served, port, {"LIMIT_URL": url}) as pid:
        yield Party(
            name=LIMIT,
            port=port,
            pids=[pid],
            one=lambda order: request("GET", f"/one/{order}", token="-"),
            newest=lambda customer: request("GET", f"/list/{customer}", token="-"),
        )


@contextmanager
def _served(command: list[str], port: int, more: dict[str, str]) -> Iterator[int]:
    environment = {**os.environ, **more}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    server = subprocess.Popen(
        [sys.executable, "-m", *command], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_open(port, server)
        yield server.pid
    finally:
        server.terminate()
        server.wait(20)


def _wait_until_open(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        if any(
            c.laddr.port == port and c.status == psutil.CONN_LISTEN
            for c in psutil.net_connections("tcp")
        ):
            return
        time.sleep(0.1)
    raise SystemExit(f"{server.args} does not serve.")


def _plain_database(system: System) -> tuple[str, str]:
    """Give the peer the product's orders; return its database's URL and a token."""
    owner = urlsplit(system.urls["DATABASE_OWNER_URL"])
    base = system.urls["DATABASE_OWNER_URL"].removesuffix(owner.path)
    url = f"{base}/plain"
    with system.superuser("postgres") as server:
        server.execute("drop database if exists plain (force)")
        role = sql.Identifier(owner.username or "")
        server.execute(sql.SQL("create database plain owner {}").format(role))
    made = subprocess.run(
        [sys.executable, "-m", "bench.peers.plain.preparing"],
        env={**os.environ, "PLAIN_DATABASE_URL": url},
        capture_output=True,
        check=True,
        text=True,
    )
    _copy_orders(system.urls["DATABASE_OWNER_URL"], url)
    return url, made.stdout.split()[-1]


def _copy_orders(source: str, target: str) -> None:
    with (
        psycopg.connect(source) as product,
        psycopg.connect(target, autocommit=True) as plain,
    ):
        for wanted, given in _COPIES.items():
            with (
                product.cursor().copy(f"copy ({wanted}) to stdout") as rows,
                plain.cursor().copy(f"copy {given} from stdin") as copy,
            ):
                for row in rows:
                    copy.write(row)
        plain.execute("vacuum analyze")


_CUSTOMERS = """
select id, coalesce(name, ''), coalesce(email, ''), created_at from customers_customer
"""
_ORDERS = """
select id, customer_id, order_number, reference, currency, total, status, created_at,
       last_updated_at
from orders_command_order order by created_at
"""
_ITEMS = "select order_id, product_id, quantity, price from orders_command_orderitem"
_COPIES = {
    _CUSTOMERS: "plain_customer (id, name, email, created_at)",
    _ORDERS: """plain_order (id, customer_id, number, reference, currency, total,
        status, created_at, updated_at)""",
    _ITEMS: "plain_item (order_id, product_id, quantity, price)",
}
