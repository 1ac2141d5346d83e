"""Metrics: who may read them, and that they are right over several processes."""

import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from config import metrics
from config.access.models import METRICS
from config.local import application
from config.local.embedded import Embedded
from config.local.ports import HOST, free_ports
from config.local.supervisor import Supervisor
from tests.local.running import alive
from tests.orders import order_body
from tests.people import (
    Caller,
    a_customer,
    administrator,
    analyst,
    desk_clerk,
    somebody,
)
from tests.projected import catch_up
from tests.services import environment_of, started
from tests.waiting import eventually

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/metrics.md"


def samples(text: str, name: str, **labels: str) -> float:
    """Return the sum of a metric's samples that have these labels."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


@pytest.mark.parametrize(
    ("caller", "status"),
    [
        (lambda: somebody(scopes=(METRICS,)), 200),
        (administrator, 200),
        (analyst, 403),
        (desk_clerk, 403),
        (lambda: administrator(scopes=("write",)), 403),
    ],
    ids=["scope", "administrator", "analyst", "desk", "write only"],
)
def test_administrators_and_the_scope_may_scrape(caller: Any, status: int) -> None:
    answer = caller().get("/metrics")

    assert answer.status_code == status


def test_a_stranger_is_told_to_sign_in_as_programs_are() -> None:
    answer = somebody().client.get("/metrics")

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_a_token_for_metrics_opens_nothing_else() -> None:
    caller = somebody("analyst", scopes=(METRICS,))

    assert caller.get("/api/query/orders").status_code == 403
    assert caller.get("/api/me").status_code == 403


def test_an_administrator_may_look_with_the_session_too() -> None:
    caller = administrator()
    caller.client.force_login(caller.user)

    assert caller.client.get("/metrics").status_code == 200


def test_lag_is_told_for_each_projection_and_each_replica() -> None:
    stands = catch_up()

    text = administrator().get("/metrics").content.decode()

    for projection in ("orders", "sales"):
        named = {"projection": projection}
        assert samples(text, "orders_projection_position", **named) == stands
        assert samples(text, "orders_projection_events_behind", **named) == 0
    assert samples(text, "orders_replica_healthy", replica="replica_1") == 1
    assert samples(text, "orders_log_head") == stands
    assert samples(text, "orders_scrape_ok") == 1


def test_requests_are_counted_under_their_route_not_their_address() -> None:
    caller, customer_id = administrator(), a_customer()

    caller.get(f"/api/query/orders/customer/{customer_id}")
    caller.get(f"/nowhere/{customer_id}")
    text = caller.get("/metrics").content.decode()

    assert str(customer_id) not in text
    route = "api/query/orders/customer/<uuid:customer_id>"
    assert samples(text, "orders_http_requests_total", route=route) >= 1


@pytest.fixture
def web(services: Embedded, worker: Supervisor) -> Iterator[str]:
    """Run a web server of two processes."""
    port = free_ports(1)[0]
    environment = {**environment_of(services), "WEB_PROCESSES": "2"}
    with started(services, application.web(environment, port=port)):
        yield f"http://{HOST}:{port}"


def post(url: str, caller: Caller, body: dict[str, Any]) -> int:
    asked = urllib.request.Request(
        f"{url}/api/command/orders",
        json.dumps(body).encode(),
        {**caller.headers, "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def scraped(url: str, caller: Caller) -> str:
    asked = urllib.request.Request(f"{url}/metrics", headers=caller.headers)
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return str(answer.read().decode())


def test_commands_are_counted_wherever_they_landed_and_dead_processes_stay_counted(
    web: str,
) -> None:
    clerk, watcher = desk_clerk(), somebody(scopes=(METRICS,))
    body = order_body(a_customer())
    counted = {"command": "CreateOrder", "outcome": "accepted"}
    before = samples(scraped(web, watcher), "orders_commands_total", **counted)

    statuses = {post(web, clerk, body) for _ in range(20)}
    after = samples(scraped(web, watcher), "orders_commands_total", **counted)
    killed = a_web_process()
    killed.kill()
    killed.wait(10)  # what is sent to its socket until then is reset
    later = eventually(lambda: scraped(web, watcher) if web_processes() > 1 else "")

    assert statuses == {201}
    assert after - before == 20
    assert samples(later, "orders_commands_total", **counted) == after


def web_processes() -> int:
    return len(_workers())


def a_web_process() -> psutil.Process:
    return _workers()[0]


def _workers() -> list[psutil.Process]:
    """Return the processes that serve, not the one that watches over them."""
    ours = psutil.Process(os.getpid()).children()
    [leader] = [p for p in ours if "--workers=2" in p.cmdline()]
    # The resource tracker of multiprocessing is a child too, and listens nowhere.
    serving = alive(leader.children())
    return [p for p in serving if "resource_tracker" not in str(p.cmdline())]


def test_what_the_worker_has_done_is_told_by_the_web_server(web: str) -> None:
    watcher = somebody(scopes=(METRICS,))
    assert post(web, desk_clerk(), order_body(a_customer())) == 201
    catch_up()

    def told() -> bool:
        text = scraped(web, watcher)
        task = {"task": "orders_query.tasks.project", "state": "succeeded"}
        return (
            samples(text, "orders_tasks_total", **task) > 0
            and samples(text, "orders_applied_events_total", projection="orders") > 0
            and samples(text, "orders_visible_seconds_count", replica="replica_1") > 0
        )

    eventually(told)


def test_every_metric_is_documented_and_nothing_else_is() -> None:
    documented = set(
        re.findall(r"^\| `(orders_\w+)` \|", PAGE.read_text(), re.MULTILINE)
    )
    collected = [*REGISTRY.collect(), *metrics.State().collect()]
    ours = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in collected
        if family.name.startswith("orders_")
    }

    assert documented == ours
