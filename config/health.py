"""Is it up, and is it able to serve? Names of parts only, never an address."""

from collections.abc import Callable
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
    parts = {
        "command database": _check(partial(_ask, "default")),
        "query database": _check(partial(_ask, "query")),
        "broker": _check(_ask_broker, otherwise="degraded"),
        "projections": _check(_lag),
    }
    for alias in settings.REPLICAS:
        parts[alias] = _check(partial(_ask, alias), otherwise="degraded")
    worst = max((p["status"] for p in parts.values()), key=_RANK.index)
    status = 503 if worst == "failing" else 200
    return JsonResponse({"status": worst, "parts": parts}, status=status)


_RANK = ["ok", "degraded", "failing"]


def _check(
    ask: Callable[[], dict[str, Any] | None], *, otherwise: str = "failing"
) -> dict[str, Any]:
    try:
        found = ask()
    except Exception as error:
        return {"status": otherwise, "error": type(error).__name__}
    return {"status": "ok", **(found or {})}


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


def _lag() -> dict[str, Any]:
    lags = {p["name"]: p["lagSeconds"] for p in queries.sync()["projections"]}
    behind = [n for n, lag in lags.items() if (lag or 0) > settings.READY_LAG_SECONDS]
    if behind:
        return {"status": "failing", "behind": behind, "lagSeconds": lags}
    return {"lagSeconds": lags}
