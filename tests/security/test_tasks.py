"""What the broker carries: the names of tasks and times, and orders to nobody."""

import base64
import inspect
import json
from typing import Any

import psutil
import pytest
from celery import current_app
from kombu import Connection
from kombu.pidbox import Mailbox

from config import messages
from config.local.embedded import Embedded
from config.local.supervisor import Supervisor
from orders_query.tasks import project
from tests.orders import an_order
from tests.people import a_customer, desk_clerk
from tests.security.forging import PROJECT, a_call, the_broker
from tests.stopping import stopped
from tests.waiting import eventually

OURS = {
    name: task
    for name, task in current_app.tasks.items()
    if not name.startswith("celery.")
}
PLAIN = {"float", "float | None", "int", "int | None", "UUID", "UUID | None"}
NAME = "Countess Nobody-Reads-This"


def test_a_task_takes_times_and_ids_and_nothing_else() -> None:
    taken = {
        f"{name} {parameter.name}": str(parameter.annotation)
        for name, task in OURS.items()
        for parameter in inspect.signature(task.run).parameters.values()
    }

    assert PROJECT in OURS
    assert {k: v for k, v in taken.items() if v not in PLAIN} == {}


@pytest.mark.usefixtures("worker")
def test_what_waits_in_the_queue_names_nobody() -> None:
    with the_broker() as valkey, stopped("worker"):
        an_order(a_customer(NAME), note=NAME)
        for _ in range(3):  # the first one is in the stopped worker's hand
            project.delay(1.5)
        entries = [entry.decode() for entry in valkey.lrange("celery", 0, -1)]

    read = [base64.b64decode(json.loads(entry)["body"]).decode() for entry in entries]
    assert read
    assert all("Nobody" not in words for words in [*entries, *read])


@pytest.mark.parametrize("more", [{}, {"redelivered": True}])
def test_a_message_that_comes_back_is_still_one_of_ours(more: dict[str, Any]) -> None:
    place = {"exchange": "", "routing_key": "celery", **more}

    made = a_call(headers=more, properties={"delivery_info": place})
    messages.check(made, tasks={PROJECT: 1})


@pytest.mark.parametrize("order", ["shutdown", "pool_restart", "rate_limit", "ping"])
def test_a_worker_takes_no_orders_from_the_broker(
    order: str, worker: Supervisor, settings: Any
) -> None:
    before = [child.process.pid for child in worker.children()]
    with Connection(settings.REDIS_URL) as connection, the_broker() as valkey:
        listening = valkey.pubsub_numpat()
        mailbox = Mailbox("celery", type="fanout")(connection)
        answers = mailbox._broadcast(order, {}, reply=True, timeout=0.2)

    assert answers == []
    assert listening == 0
    assert [child.process.pid for child in worker.children()] == before
    assert all(psutil.pid_exists(pid) for pid in before)


def test_what_is_forged_among_the_unacknowledged_keeps_nobody_from_work(
    worker: Supervisor, services: Embedded
) -> None:
    before = [child.process.pid for child in worker.children()]
    with the_broker() as valkey:
        valkey.hset("unacked", "forged", b"no JSON")
        valkey.zadd("unacked_index", {"forged": 1})
        eventually(lambda: not valkey.hexists("unacked", "forged"), timeout=15)

    order_id = an_order(a_customer()).order_id
    project.delay()

    address = f"/api/query/orders/{order_id}"
    eventually(lambda: desk_clerk().get(address).status_code == 200)
    assert [child.process.pid for child in worker.children()] == before
