"""Is it up, and is it able to serve? Names of parts only, never an address."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import partial
from typing import Any

import redis
from django.conf import settings
from django.db import connections
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from redis.backoff import NoBackoff
from redis.retry import Retry

from orders_query import queries

BROKER_SECONDS = 0.5
READY_SECONDS = 2.4  # a frozen server is given up after 2 s; 2.5 s in all

Found = dict[str, Any]


@never_cache
@csrf_exempt
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@csrf_exempt
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Databases and lag decide; a lost broker or one lost replica only degrades."""
    parts = _answers(
        Part("command database", partial(_ask, "default")),
        Part("query database", partial(_ask, "query")),
        Part("broker", _ask_broker, otherwise="degraded"),
        Part("projections", _lag),
        *(Part(a, partial(_ask, a), otherwise="degraded") for a in settings.REPLICAS),
    )
    worst = max((p["status"] for p in parts.values()), key=_RANK.index)
    status = 503 if worst == "failing" else 200
    return JsonResponse({"status": worst, "parts": parts}, status=status)


@dataclass(frozen=True)
class Part:
    """Something that this process needs, and what it is without it."""

    name: str
    ask: Callable[[], Found | None]
    otherwise: str = "failing"


_RANK = ["ok", "degraded", "failing"]
_under_way: dict[str, Future[Found]] = {}
_starting = threading.Lock()


def _answers(*parts: Part) -> dict[str, Found]:
    """Ask all parts side by side, and wait for none longer than the bound."""
    asked = {part: _begun(part) for part in parts}
    wait(asked.values(), timeout=READY_SECONDS)
    return {
        part.name: answer.result() if answer.done() else _away(part, TimeoutError())
        for part, answer in asked.items()
    }


def _begun(part: Part) -> Future[Found]:
    """
    Ask in a thread, and return the answer to come.

    A part that is still being asked is not asked again: one that is frozen holds one
    thread, however often somebody looks.
    """
    with _starting:
        answer = _under_way.get(part.name)
        if answer is None or answer.done():
            answer = _under_way[part.name] = Future()
            threading.Thread(
                target=_check,
                args=(part, answer),
                name=f"ready: {part.name}",
                daemon=True,
            ).start()
        return answer


def _check(part: Part, answer: Future[Found]) -> None:
    try:
        found = {"status": "ok", **(part.ask() or {})}
    except Exception as error:
        found = _away(part, error)
    finally:
        connections.close_all()  # a thread's connections are its own
    answer.set_result(found)


def _away(part: Part, error: Exception) -> Found:
    return {"status": part.otherwise, "error": type(error).__name__}


def _ask(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=BROKER_SECONDS,
        socket_connect_timeout=BROKER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    with client:
        client.ping()


def _lag() -> Found:
    lags = {p["name"]: p["lagSeconds"] for p in queries.sync()["projections"]}
    behind = {n for n, lag in lags.items() if (lag or 0) > settings.READY_LAG_SECONDS}
    behind.discard(queries.WEBHOOKS)  # no reader waits for them
    if behind and behind - queries.being_filled():
        return {"status": "failing", "behind": sorted(behind), "lagSeconds": lags}
    return {"lagSeconds": lags}
