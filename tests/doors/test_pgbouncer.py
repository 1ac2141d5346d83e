"""The web server behind a real pgbouncer, which shares few connections among many."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import psycopg
import pytest

from config import timeouts
from config.local import application
from config.local.embedded import Embedded
from config.local.ports import HOST, free_ports
from config.local.supervisor import Supervisor
from tests.doors.pgbouncer import PREPARES, Pgbouncer, pgbouncer, version
from tests.orders import order_body
from tests.people import Caller, a_customer, desk_clerk
from tests.services import environment_of, started

POOL = 3  # connections to each database, for 20 threads of two web processes
SHARED = """
select datname || ' ' || usename, count(*) from pg_stat_activity
where application_name = 'pooled' group by 1
"""


@pytest.fixture(scope="module", params=["prepared", "unprepared"])
def pooled(
    request: pytest.FixtureRequest,
    services: Embedded,
    worker: Supervisor,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Pgbouncer]]:
    """Run two web processes, all of whose connections lead through pgbouncer."""
    if not version():
        pytest.skip("there is no pgbouncer here: apt-get install pgbouncer")
    if request.param == "prepared" and version() < PREPARES:
        pytest.skip(f"pgbouncer {version()} cannot prepare: from 1.21 on it can")
    port = free_ports(1)[0]
    folder = tmp_path_factory.mktemp(request.param)
    with pgbouncer(services.environment(), folder, pool=POOL) as pool:
        environment = {
            **environment_of(services),
            **pool.urls,
            "PGAPPNAME": "pooled",
            "PREPARED_STATEMENTS": str(int(request.param == "prepared")),
        }
        with started(services, application.web(environment, port=port), name="pooled"):
            yield f"http://{HOST}:{port}", pool


def test_orders_are_placed_and_read_over_few_connections(
    pooled: tuple[str, Pgbouncer], services: Embedded
) -> None:
    web, _ = pooled
    clerk, customer_id = desk_clerk(), a_customer()
    most: Counter[str] = Counter()

    with ThreadPoolExecutor(24) as pool:
        work = [pool.submit(life, web, clerk, str(customer_id)) for _ in range(40)]
        while not all(job.done() for job in work):
            most |= opened(services)
    answers = Counter(status for job in work for status in job.result())

    assert answers.keys() == {200, 201}, answers
    assert most["command orders_command"] > 0
    assert most["query orders_reader"] > 0
    assert max(most.values()) <= POOL, most
    # The watches ask for ever: what they prepare must not be missed elsewhere.
    assert "does not answer" not in (services.var_dir / "pooled.log").read_text()


def test_limits_of_time_hold_behind_it(
    pooled: tuple[str, Pgbouncer], services: Embedded
) -> None:
    _, pool = pooled
    expected = dict(timeouts.REQUEST.settings())

    for name in ("DATABASE_URL", "QUERY_DATABASE_URL"):
        with psycopg.connect(pool.urls[name], prepare_threshold=None) as connection:
            found = connection.execute(
                "select name, setting::int from pg_settings where name = any(%s)",
                [list(expected)],
            )
            assert dict(found.fetchall()) == expected
    with psycopg.connect(pool.urls["QUERY_REPLICA_URLS"]) as connection:
        told = connection.execute("show statement_timeout").fetchone()
        assert told == (f"{timeouts.READER.statement}ms",)


def test_without_a_connection_to_be_had_a_command_is_503_in_time(
    pooled: tuple[str, Pgbouncer],
) -> None:
    web, pool = pooled
    body = json.dumps(order_body(str(a_customer()))).encode()
    headers = {**desk_clerk().headers, "Content-Type": "application/json"}
    place = Request(f"{web}/api/command/orders", body, headers)

    with ExitStack() as held:
        for _ in range(POOL):
            holder = psycopg.connect(pool.urls["DATABASE_URL"], prepare_threshold=None)
            held.enter_context(holder).execute("select 1")
        began = time.monotonic()
        with pytest.raises(HTTPError) as refused:
            urlopen(place, timeout=30).close()
        took = time.monotonic() - began
    with refused.value as answer, urlopen(place, timeout=30) as later:
        assert (answer.status, later.status) == (503, 201)
        assert answer.headers["Retry-After"]
    assert took < 6  # 3 s on a machine at rest


def life(web: str, clerk: Caller, customer_id: str) -> list[int]:
    """Place an order twice under one key, take its steps, and ask in every way."""

    def ask(method: str, path: str, body: Any = None, **more: str) -> tuple[Any, ...]:
        headers = {**clerk.headers, "Content-Type": "application/json", **more}
        data = None if body is None else json.dumps(body).encode()
        asked = Request(f"{web}{path}", data, headers, method=method)
        with urlopen(asked, timeout=60) as answer:
            content = answer.read()
            told.append(answer.status)
            return answer.headers, content

    told: list[int] = []
    _in_turn(ask, order_body(customer_id), customer_id)
    return told


def _in_turn(ask: Callable[..., tuple[Any, ...]], body: Any, customer_id: str) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    _, content = ask("POST", "/api/command/orders", body, **key)
    headers, again = ask("POST", "/api/command/orders", body, **key)
    order = json.loads(again)
    assert (json.loads(content), headers["Idempotency-Replayed"]) == (order, "true")
    path = f"/api/command/orders/{order['orderId']}"
    for step in ("confirm", "ship"):
        headers, _ = ask("POST", f"{path}/{step}", {})
    token = {"Consistency-Token": headers["Consistency-Token"]}
    _, read = ask("GET", f"/api/query/orders/{order['orderId']}", **token)
    assert json.loads(read)["status"] == "SHIPPED"
    ask("GET", f"/api/query/orders/{order['orderId']}/history", **token)
    ask("GET", f"/api/query/orders/customer/{customer_id}", **token)
    ask("GET", f"/api/query/events?after={int(headers['Consistency-Token']) - 1}")
    ask("GET", "/api/query/sales/daily")
    ask("GET", "/healthz/ready")


def opened(services: Embedded) -> Counter[str]:
    """Count the connections that pgbouncer has opened to each database."""
    found: Counter[str] = Counter()
    for server in (services.primary, services.replica):
        with server.connect() as connection:
            found |= Counter(dict(connection.execute(SHARED).fetchall()))
    return found
