"""The processes open no more connections than their settings say."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.core.management import call_command
from django.db import connections

from config import pooling
from config.local import application
from config.local.ports import HOST, free_ports
from tests.orders import COMMANDS, an_order, order_body
from tests.people import a_customer, desk_clerk
from tests.services import environment_of, started

PAGE = Path(application.ROOT) / "docs/reference/connections.md"
OPEN = """
select case datname when 'command' then 'default' else 'query' end, count(*)
from pg_stat_activity where application_name = 'counted' group by 1
"""


@pytest.fixture
def counted_web(services, settings) -> Iterator[str]:
    """Run two web processes and a worker whose connections can be told apart."""
    port = free_ports(1)[0]
    environment = {**environment_of(services), "PGAPPNAME": "counted"}
    with started(
        services,
        application.web(environment, port=port),
        application.worker(environment),
        application.beat(environment),
        application.rebuilder(environment),
        application.webhooks(environment),
    ):
        yield f"http://{HOST}:{port}"


def test_under_load_no_database_has_more_connections_than_were_computed(
    services, counted_web
):
    clerk, customer = desk_clerk(), a_customer()
    token = str(an_order(customer).position)
    paths = ["/api/query/orders", "/healthz/ready", f"{COMMANDS}", "/api/query/changes"]
    highest: Counter[str] = Counter()

    with ThreadPoolExecutor(24) as pool:
        work = [
            pool.submit(ask, counted_web, path, clerk, token)
            for _ in range(40)
            for path in paths
        ]
        while not all(job.done() for job in work):
            highest |= opened(services)
            time.sleep(0.05)
        posted = [pool.submit(place, counted_web, clerk, customer) for _ in range(40)]
        answers = Counter(job.result() for job in posted)
        highest |= opened(services)

    computed = pooling.at_most() - pooling.of_commands()
    assert answers == {201: 40}
    assert highest <= computed
    # Nor is it far too much: each thread has its connections open.
    assert all(highest[alias] >= computed[alias] / 2 for alias in computed), highest


def opened(services) -> Counter[str]:
    with services.primary.connect() as primary, services.replica.connect() as replica:
        counts = Counter(dict(primary.execute(OPEN).fetchall()))
        [(_, on_replica)] = replica.execute(OPEN).fetchall() or [("", 0)]
        return counts + Counter({"replica_1": on_replica})


def ask(web, path, clerk, token):
    headers = {**clerk.headers, "Consistency-Token": token}
    try:
        with urlopen(Request(f"{web}{path}", headers=headers), timeout=30) as answer:
            answer.read()
    except HTTPError as refused:
        refused.close()


def place(web, clerk, customer):
    body = str(order_body(customer)).replace("'", '"').encode()
    headers = {**clerk.headers, "Content-Type": "application/json"}
    asked = Request(f"{web}{COMMANDS}", data=body, headers=headers, method="POST")
    with urlopen(asked, timeout=30) as answer:
        return answer.status


def test_the_check_is_silent_while_there_is_room(capsys):
    call_command("check", databases=["default", "query", "replica_1"])

    assert "orders.W001" not in capsys.readouterr().err


def test_the_check_warns_of_what_would_be_refused(settings, capsys):
    settings.WEB_PROCESSES = 6

    call_command("check", databases=["default", "query"])

    told = capsys.readouterr().err
    needed = pooling.at_most()["default"] + pooling.at_most()["query"]
    # One server has both databases, and 100 connections less three of its superuser's.
    assert f"may open {needed} connections" in told
    assert "room for 97" in told
    assert told.count("orders.W001") == 1


def test_the_page_tells_the_numbers_of_the_default_settings():
    counts = {
        "web process": pooling.of_web_process(),
        "worker process": pooling.of_worker_process(),
        "rebuilder": pooling.of_rebuilder(),
        "sender of webhooks": pooling.of_sender(),
        "`manage.py` beside": pooling.of_commands(),
        "all, by default": pooling.at_most(),
    }
    rows = re.findall(
        r"^\| ([^|]+) \| (\d+) \| (\d+) \| (\d+) \|", PAGE.read_text(), re.MULTILINE
    )

    told = {name.strip(" *"): tuple(map(int, numbers)) for name, *numbers in rows}

    aliases = ("default", "query", "replica_1")
    assert told == {n: tuple(c[a] for a in aliases) for n, c in counts.items()}
    assert connections["query"].settings_dict["CONN_MAX_AGE"] is None
