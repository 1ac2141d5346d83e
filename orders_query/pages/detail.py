"""One order: what is in it, what has happened to it, and what may happen next."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from uuid_utils.compat import uuid7

from orders_query import queries
from orders_query.pages import lost, past, showing
from orders_query.pages.reading import (
    NEEDS,
    freshness,
    history_at,
    only_of,
    page,
    reader,
    seen,
    target,
    told,
)
from orders_query.queries import ANYBODY, Answer
from orders_query.queries.folding import SOURCE as LOG

# What the desk may ask of an order, by its status; a customer may only cancel.
LEGAL = {
    "PENDING": ("confirm", "items", "cancel"),
    "CONFIRMED": ("ship", "cancel"),
    "SHIPPED": ("deliver",),
    "DELIVERED": (),
    "CANCELLED": (),
}
_COMMANDS = "orders_command.command_orders"


@page
@require_safe
def order_detail(request: HttpRequest, order_id: UUID) -> HttpResponse:
    own = only_of(request)
    if target(request) == "sync":
        return _freshness(request, order_id, own)
    if "version" in request.GET:
        return past.order_at(request, order_id, own)
    answer = _known_to(request, order_id, own)
    legal = _legal(request, answer.data["status"])
    is_part = target(request) == "order"
    context = {
        "order": showing.order(answer.data),
        "timeline": _timeline(request, order_id, own, answer),
        "expires_at": _expires_at(answer.data),
        "acted_on": _number(request, "acted_on"),
        # What comes by itself must not take the reader's place in the page.
        "takes_focus": is_part and "live" not in request.GET,
        "legal": legal,
        "again": lost.again(request, order_id, legal),
        "key": str(uuid7()),
        "note_key": str(uuid7()) if _may_note(request, answer.data) else "",
        **lost.remembered(request),
        **_sync_context(answer, is_syncing=answer.source == LOG),
    }
    name = "orders/_order.html" if is_part else "orders/detail.html"
    return told(render(request, name, context), answer)


def _known_to(request: HttpRequest, order_id: UUID, own: UUID | None) -> Answer:
    """Return the order, at least as new as this page knows it to be."""
    answer = queries.order(order_id, only_of=own, reader=reader(request))
    if (answer.version or 0) < _number(request, "now_at"):
        # A lost race tells a version; the read side may not have it yet.
        return queries.order_from_log(order_id, reader=ANYBODY, only_of=own)
    return answer


def _timeline(
    request: HttpRequest, order_id: UUID, own: UUID | None, answer: Answer
) -> list[dict[str, Any]]:
    version = answer.version or 0
    known = _number(request, "acted_on") or _number(request, "since")
    return showing.timeline(
        history_at(request, order_id, own, answer).data,
        up_to=version,
        new_after=known or version,
        reader=request.user,
        is_staff=request.user.has_perm(NEEDS),
    )


def _freshness(request: HttpRequest, order_id: UUID, own: UUID | None) -> HttpResponse:
    """Answer the line that asks again and again how far the read side is."""
    shown = _number(request, "shown")
    try:
        now = reader(request, at_least=0)
        answer = queries.order(order_id, only_of=own, reader=now)
    except queries.OrderNotFound:
        answer = queries.order(order_id, only_of=own, reader=reader(request))
    version = answer.version or 0
    behind = answer.position < seen(request) or version < shown
    context = {
        "order": {"orderId": order_id, "version": shown},
        "moved_to": version if version > shown else None,
        "oob": True,
        **_sync_context(answer, is_syncing=behind or answer.source == LOG),
    }
    response = render(request, "orders/_sync.html", context)
    return told(response, answer)


def _sync_context(answer: Answer, *, is_syncing: bool) -> dict[str, Any]:
    return {"is_syncing": is_syncing, **freshness(answer)}


def _legal(request: HttpRequest, status: str) -> tuple[str, ...]:
    if request.user.has_perm(_COMMANDS):
        return LEGAL[status]
    is_customer = not request.user.has_perm(NEEDS)
    return ("cancel",) if is_customer and status == "PENDING" else ()


def _expires_at(order: dict[str, Any]) -> datetime | None:
    """Return when a pending order is cancelled by itself, unless that is over."""
    age = timedelta(seconds=settings.CANCEL_PENDING_AFTER_SECONDS)
    if not age or order["status"] != "PENDING":
        return None
    at = showing.moment(order["createdAt"]) + age
    return at if at > timezone.now() else None


def _may_note(request: HttpRequest, order: dict[str, Any]) -> bool:
    """Tell whether the reader may write of this customer, who may be erased."""
    return request.user.has_perm(_COMMANDS) and order["customerName"] is not None


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
