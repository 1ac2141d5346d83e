"""Messages that somebody puts straight into the worker's queue."""

import base64
import json
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import redis

PROJECT = "orders_query.tasks.project"
MARK = "nobody-is-to-read-this"


@contextmanager
def the_broker() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as valkey:
        yield valkey


def push(entry: bytes) -> None:
    """Put an entry where the worker takes the next one from."""
    with the_broker() as valkey:
        valkey.rpush("celery", entry)


def a_call(
    task: str = PROJECT, content: Any = None, *, raw: bytes | None = None, **more: Any
) -> dict[str, Any]:
    """Return a message as Celery words it, but for what is given otherwise."""
    calls = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    body = json.dumps([[], {}, calls] if content is None else content).encode()
    headers = {**_headers(task), **more.pop("headers", {})}
    properties = {**_properties(), **more.pop("properties", {})}
    return {
        "body": base64.b64encode(body if raw is None else raw).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": headers,
        "properties": properties,
        **more,
    }


def _headers(task: str) -> dict[str, Any]:
    return {
        "lang": "py",
        "task": task,
        "id": str(uuid4()),
        "root_id": str(uuid4()),
        **dict.fromkeys("shadow eta expires group group_index parent_id".split()),
        "retries": 0,
        "timelimit": [50, None],
        "argsrepr": "()",
        "kwargsrepr": "{}",
        "origin": "gen1@host",
        "ignore_result": True,
        "replaced_task_nesting": 0,
        "stamped_headers": None,
        "stamps": {},
    }


def _properties() -> dict[str, Any]:
    return {
        **{name: str(uuid4()) for name in ("correlation_id", "reply_to")},
        "delivery_tag": str(uuid4()),
        "delivery_mode": 2,
        "priority": 0,
        "delivery_info": {"exchange": "", "routing_key": "celery"},
        "body_encoding": "base64",
    }


def calling(*arguments: Any, **calls: Any) -> list[Any]:
    """Return a call's body with arguments, and with whom to call next."""
    nobody = dict.fromkeys(("callbacks", "errbacks", "chain", "chord"))
    return [list(arguments), {}, {**nobody, **calls}]


class Pickled:
    """What makes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self._file}",)


def pickled(file: Path) -> dict[str, Any]:
    return a_call(
        raw=pickle.dumps([[Pickled(file)], {}, {}]),
        **{"content-type": "application/x-python-serialize"},
    )
