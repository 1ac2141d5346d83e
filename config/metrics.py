"""Metrics for Prometheus: counted by every process, told by whoever is asked.

An answer adds up what the processes have counted. Lag is not counted but asked for,
when somebody scrapes.
"""

import time
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from config.access.bounds import limit_of
from config.access.models import METRICS, READ, ApiToken
from config.counting import FOLDER
from orders_query import queries

METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})


_REQUESTS = Counter(
    "orders_http_requests_total", "Requests answered.", ["method", "route", "status"]
)
_SECONDS = Histogram(
    "orders_http_request_seconds",
    "How long a request took, waiting for a token included, holding not.",
    ["method", "route"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class Requests:
    """Count and time each request under its route, never under its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        match = request.resolver_match
        route = match.route if match is not None else "unmatched"
        _REQUESTS.labels(method, route, response.status_code).inc()
        _SECONDS.labels(method, route).observe(time.monotonic() - began)
        return response


class MayScrape(BasePermission):
    """An administrator, or a token with the scope."""

    message = "The token does not have the scope that this needs."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        token = request.auth
        if limit_of(token) is not None:
            return False  # metrics are of all customers
        is_administrator = request.user.is_superuser and request.user.is_staff
        if not isinstance(token, ApiToken):
            return is_administrator
        return METRICS in token.scopes or (is_administrator and READ in token.scopes)


class Metrics(APIView):
    permission_classes = [MayScrape]
    schema = None

    def get(self, request: Request) -> HttpResponse:
        registry = CollectorRegistry()
        if FOLDER:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
            counted = generate_latest(registry)
        else:
            counted = generate_latest(REGISTRY)
        state = CollectorRegistry()
        state.register(State())
        body = counted + generate_latest(state)
        answer = HttpResponse(body, content_type=CONTENT_TYPE_LATEST)
        answer["Cache-Control"] = "no-store"
        return answer


class State(Collector):
    """How far the read side is, asked for at this moment."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        try:
            state = queries.sync()
        except Exception:
            # Whatever keeps it from being told is itself what is to be told.
            yield _gauge("orders_scrape_ok", "Whether the gauges could be read.", 0)
            return
        others = [_read(part) for part in (_halted, _webhooks)]
        has_head = state["head"] is not None
        is_whole = has_head and None not in others
        yield _gauge("orders_scrape_ok", "Whether the gauges could be read.", is_whole)
        if has_head:
            yield _gauge("orders_log_head", "The newest position.", state["head"])
        for name, help_, key in _OF_PROJECTION:
            yield _family(name, help_, "projection", state["projections"], key)
        for name, help_, key in _OF_REPLICA:
            yield _family(name, help_, "replica", state["replicas"], key)
        yield from chain.from_iterable(found or () for found in others)
        yield from _verified()


_OF_PROJECTION = (
    ("orders_projection_position", "Where it stands.", "position"),
    ("orders_projection_events_behind", "Events not applied.", "eventsBehind"),
    ("orders_projection_lag_seconds", "Age of the oldest of them.", "lagSeconds"),
    ("orders_parked_orders", "Orders with an event that fails.", "parked"),
)
_OF_VERIFICATION = (
    ("orders_verified_at_seconds", "When, since 1970.", "timestamp"),
    ("orders_verified_orders", "Orders in the last sample.", "orders"),
    ("orders_verification_differences", "Not as the log says.", "differences"),
)
_OF_ENDPOINT = (
    ("orders_webhooks_pending", "Webhooks that are to be sent.", "pending"),
    ("orders_webhooks_oldest_seconds", "How long the oldest waits.", "oldestSeconds"),
    ("orders_webhooks_parked", "Webhooks that were tried in vain.", "parked"),
    ("orders_webhook_endpoint_disabled", "Whether nothing is sent.", "disabled"),
)
_SENDER = "When one was last at work, since 1970; 0 is never."
_OF_REPLICA = (
    ("orders_replica_healthy", "Whether it is in rotation.", "healthy"),
    ("orders_replica_lag_seconds", "Behind the read primary.", "lagSeconds"),
)


def _read(
    part: Callable[[], Iterable[GaugeMetricFamily]],
) -> list[GaugeMetricFamily] | None:
    """Return some gauges, or None if they cannot be read."""
    try:
        return list(part())
    except Exception:
        return None  # orders_scrape_ok tells


def _halted() -> Iterable[GaugeMetricFamily]:
    halts = queries.halts()
    found = [{"name": name, "halted": bool(why)} for name, why in halts.items()]
    help_ = "Whether it stands still until somebody acts."
    yield _family("orders_projection_halted", help_, "projection", found, "halted")


def _webhooks() -> Iterable[GaugeMetricFamily]:
    found = [
        {**one, "disabled": one["state"] == "disabled"} for one in queries.webhooks()
    ]
    seen_at = queries.sender_seen_at()
    yield _gauge("orders_webhook_sender_seen_seconds", _SENDER, seen_at or 0)
    for name, help_, key in _OF_ENDPOINT:
        yield _family(name, help_, "endpoint", found, key)


def _verified() -> Iterable[GaugeMetricFamily]:
    try:
        last = queries.last_verification()
    except Exception:
        return  # orders_scrape_ok or the replicas' gauges tell why
    for name, help_, key in _OF_VERIFICATION:
        unknown = GaugeMetricFamily(name, help_)
        yield unknown if last is None else _gauge(name, help_, last[key])


def _gauge(name: str, documentation: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, documentation, value=float(value))


def _family(
    name: str, documentation: str, label: str, found: list[dict[str, Any]], key: str
) -> GaugeMetricFamily:
    """Return a gauge for each of them; what is unknown is left out."""
    family = GaugeMetricFamily(name, documentation, labels=[label])
    for one in found:
        if one[key] is not None:
            family.add_metric([one["name"]], float(one[key]))
    return family
