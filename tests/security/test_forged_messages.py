"""Who reaches the broker can put anything into the queue: it does nothing, and the
worker goes on."""

import gzip
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest

from config.local.embedded import Embedded
from config.local.supervisor import Supervisor
from orders_query.tasks import project
from tests.orders import an_order
from tests.people import a_customer, desk_clerk
from tests.security.forging import (
    MARK,
    PROJECT,
    a_call,
    calling,
    pickled,
    push,
    the_broker,
)
from tests.waiting import eventually

SIGNATURE = {"task": "config.celery.tidy_up", "args": [], "kwargs": {}, "options": {}}
FILE = Path("/tmp") / f"made-by-{MARK}-{uuid4().hex}"
BOMB = gzip.compress(b"0" * 50_000_000)
BYTES = {
    "nothing": b"",
    "no JSON": MARK.encode(),
    "no UTF-8": b"\xff\xfe\x00" + MARK.encode(),
    "deeply nested": b"[" * 100_000,
    "a very long number": b"9" * 100_000,
    "a number": b"42",
    "a list": b"[]",
    "null": b"null",
    "an object of kombu's own making": b'{"__type__": "datetime", "__value__": 7}',
    "an empty object": b"{}",
    "a message of another program": json.dumps({"event": MARK}).encode(),
}
MESSAGES: dict[str, dict[str, Any]] = {
    "pickle": pickled(FILE),
    "yaml": a_call(raw=MARK.encode(), **{"content-type": "application/x-yaml"}),
    "plain text": a_call(raw=MARK.encode(), **{"content-type": "text/plain"}),
    "an unknown task": a_call("os.system", calling(f"touch {FILE}")),
    "a task that is no name": a_call([MARK]),  # type: ignore[arg-type]
    "celery's own task": a_call("celery.map", calling(SIGNATURE, [1])),
    "another celery's": a_call("celery.backend_cleanup"),
    "text for a number": a_call(content=calling("'; DROP TABLE orders; --")),
    "a path for a number": a_call(content=calling("../../../etc/passwd")),
    "an object for a number": a_call(content=calling({"__type__": "uuid"})),
    "no number": a_call(content=calling(float("nan"))),
    "too many arguments": a_call(content=calling(1.0, 2.0)),
    "named arguments": a_call(content=[[], {"rung_at": 1.0}, calling()[2]]),
    "a thousand years from now": a_call(content=calling(1e300)),
    "a callback": a_call(content=calling(callbacks=[SIGNATURE])),
    "an errback": a_call(content=calling(errbacks=[SIGNATURE])),
    "a chain": a_call(content=calling(chain=[SIGNATURE])),
    "a chord": a_call(content=calling(chord=SIGNATURE)),
    "a body that is no list": a_call(content={"args": []}),
    "a body that is not base64": a_call() | {"body": "%%%" + MARK},
    "a body that is not UTF-8": a_call(raw=b"\xff\xfe"),
    "a body that is deep": a_call(raw=b"[" * 700),
    "a body that is large": a_call(content=calling(MARK * 30_000)),
    "a body that is no text": a_call() | {"body": {"a": 1}},
    "a bomb": a_call(raw=BOMB, headers={"compression": "application/x-gzip"}),
    "no headers": a_call() | {"headers": None},
    "headers that are a list": a_call() | {"headers": [MARK]},
    "no properties": a_call() | {"properties": {}},
    "no tag": a_call(properties={"delivery_tag": None}),
    "a tag that is an object": a_call(properties={"delivery_tag": {"a": 1}}),
    "no place to return to": a_call(properties={"delivery_info": {}}),
    "another place to return to": a_call(
        properties={"delivery_info": {"exchange": "", "routing_key": MARK}}
    ),
    "a bad id": a_call(headers={"id": {"$ne": 1}}),
    "a time far ahead": a_call(headers={"eta": "2999-01-01T00:00:00+00:00"}),
    "a time that is none": a_call(headers={"eta": MARK}),
    "an expiry that is none": a_call(headers={"expires": [MARK]}),
    "no time to work": a_call(headers={"timelimit": [0.001, 0.001]}),
    "a limit that is text": a_call(headers={"timelimit": MARK}),
    "many retries": a_call(headers={"retries": "x" + MARK}),
    "a group": a_call(headers={"group": str(uuid4()), "group_index": 0}),
    "somebody to tell": a_call(headers={"reply_to": MARK}),
    "a header for the context": a_call(headers={"is_eager": True}),
    "stamps": a_call(headers={"stamped_headers": [MARK], "stamps": {MARK: 1}}),
    "the old protocol": a_call()
    | {"headers": {}, "body": "eyJ0YXNrIjogIm9zLnN5c3RlbSIsICJpZCI6ICIxIn0="},
}
ENTRIES = BYTES | {name: json.dumps(made).encode() for name, made in MESSAGES.items()}


@pytest.mark.parametrize("name", ENTRIES)
def test_a_message_that_is_none_of_ours_does_nothing_and_kills_nothing(
    name: str, worker: Supervisor, services: Embedded
) -> None:
    log, before = services.var_dir / "worker.log", processes(worker)
    told = log.read_text().count("none of ours")

    push(ENTRIES[name])

    eventually(lambda: log.read_text().count("none of ours") > told)
    assert processes(worker) == before
    assert not FILE.exists()
    assert MARK not in log.read_text()
    assert nothing_is_left_of(ENTRIES[name])


def test_the_projector_goes_on_after_all_of_them(worker: Supervisor) -> None:
    for entry in ENTRIES.values():
        push(entry)

    order_id = an_order(a_customer()).order_id
    project.delay()

    eventually(
        lambda: desk_clerk().get(f"/api/query/orders/{order_id}").status_code == 200
    )


def test_a_call_of_ours_is_taken(worker: Supervisor, services: Embedded) -> None:
    log = services.var_dir / "worker.log"
    told = log.read_text().count("none of ours")

    push(json.dumps(a_call(PROJECT, calling(1.5))).encode())
    project.delay(1_700_000_000.5)

    with the_broker() as valkey:
        eventually(lambda: valkey.llen("celery") == 0)
    assert log.read_text().count("none of ours") == told


def processes(worker: Supervisor) -> list[int]:
    found = [psutil.Process(child.process.pid) for child in worker.children()]
    return sorted(
        process.pid
        for parent in found
        for process in (parent, *parent.children(recursive=True))
    )


def nothing_is_left_of(entry: bytes) -> bool:
    with the_broker() as valkey:
        kept = [*valkey.lrange("celery", 0, -1), *valkey.hvals("unacked")]
    return entry not in kept
