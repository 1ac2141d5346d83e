"""Which messages the worker takes: calls of our tasks, as our own processes word them.

Who reaches the broker can put anything into the queue. A call of ours names a task and
may carry ids or the time of a ring, nothing else: nothing to unpack, no object, nobody
to call back. Pure, and told in constant words: what was sent is for no log.
"""

import base64
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

MAX_BODY = 1_000  # characters; a ring has about 150
MAX_TEXT = 300
NO_CALLBACKS = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]{8,15}([+-]\d\d:\d\d)?\Z", re.ASCII)


class Foreign(Exception):
    """A message that none of our processes has sent; says why in constant words."""


def check(message: Any, *, tasks: Mapping[str, int]) -> None:
    """
    Let a message of the queue pass that calls one of these tasks.

    `tasks` tells how many arguments each of them takes at most.

    :raises Foreign: if it is anything else
    """
    match message:
        case {
            "content-type": "application/json",
            "content-encoding": "utf-8",
            "headers": dict(headers),
            "properties": {**properties},
            "body": str(body),
        } if len(message) == 5:
            task = headers.get("task")
            if not isinstance(task, str) or task not in tasks:
                raise Foreign("an unknown task")
            _check_headers(headers)
            _check_properties(properties)
            _check_body(body, most=tasks[task])
        case _:
            raise Foreign("not worded as a call")


def _check_headers(headers: Mapping[Any, Any]) -> None:
    if not _HEADERS.keys() - _NOT_ALWAYS <= headers.keys() <= _HEADERS.keys():
        raise Foreign("other headers than a call has")
    if not all(_HEADERS[name](value) for name, value in headers.items()):
        raise Foreign("a header that no call has")


def _check_properties(properties: Mapping[Any, Any]) -> None:
    without = {
        name: value for name, value in properties.items() if name != "expiration"
    }
    if without.keys() != _PROPERTIES.keys() or not all(
        _PROPERTIES[name](value) for name, value in without.items()
    ):
        raise Foreign("other properties than a call has")


def _check_body(body: str, *, most: int) -> None:
    if len(body) > MAX_BODY:
        raise Foreign("a body that is too long")
    try:
        content = json.loads(base64.b64decode(body, validate=True))
    except (ValueError, RecursionError):
        raise Foreign("a body that cannot be read") from None
    match content:
        case [[*arguments], {} as named, calls] if not named and calls == NO_CALLBACKS:
            if len(arguments) > most or not all(map(_is_plain, arguments)):
                raise Foreign("arguments that no call has")
        case _:
            raise Foreign("a body that no call has")


def _is_plain(value: Any) -> bool:
    """Tell whether it is an id, or seconds since 1970, of this millennium."""
    if _is_id(value):
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and 0 <= value < 4e10


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.match(value) is not None


def _is_nothing(value: Any) -> bool:
    return value is None


def _is_no_number(value: Any) -> bool:
    return type(value) is int and value == 0


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _may_expire(value: Any) -> bool:
    return value is None or (isinstance(value, str) and _TIME.match(value) is not None)


def _may_limit(value: Any) -> bool:
    """Tell whether it is no limit, or one of seconds in which a task can end."""
    return value is None or (type(value) is int and 10 <= value <= 3600)


def _is_the_queue(value: Any) -> bool:
    match value:
        case {"exchange": "", "routing_key": "celery", **rest}:
            return rest in ({}, {"redelivered": True})
        case _:
            return False


# Beat's own mark, and the broker's on a message that was not acknowledged.
_NOT_ALWAYS = {"celery_beat_task", "redelivered"}
_HEADERS: dict[str, Callable[[Any], bool]] = {
    "lang": "py".__eq__,
    "task": _is_text,
    "id": _is_id,
    "root_id": _is_id,
    "parent_id": lambda value: value is None or _is_id(value),
    "expires": _may_expire,
    "argsrepr": _is_text,
    "kwargsrepr": _is_text,
    "origin": _is_text,
    "ignore_result": _is_flag,
    "celery_beat_task": _is_flag,
    "redelivered": _is_flag,
    "retries": _is_no_number,
    "replaced_task_nesting": _is_no_number,
    "timelimit": lambda value: isinstance(value, list) and all(map(_may_limit, value)),
    "stamps": {}.__eq__,
    **dict.fromkeys(
        ("shadow", "eta", "group", "group_index", "stamped_headers"), _is_nothing
    ),
}
_PROPERTIES: dict[str, Callable[[Any], bool]] = {
    "correlation_id": _is_id,
    "delivery_tag": _is_id,
    "reply_to": _is_id,
    "delivery_mode": lambda value: value == 2,
    "priority": _is_no_number,
    "body_encoding": "base64".__eq__,
    "delivery_info": _is_the_queue,
}
