"""Where is my order? The page for whoever is asked exactly that."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders_command.wording import HAPPENED
from orders_query import queries
from orders_query.pages import showing
from orders_query.pages.reading import NEEDS, page, reader, told


@page
@require_safe
def order_trace(request: HttpRequest, order_id: UUID) -> HttpResponse:
    if not request.user.has_perm(NEEDS):
        raise PermissionDenied
    answer = queries.trace(order_id, reader=reader(request))
    events = [_event(event) for event in answer.data["events"]]
    context = {"order_id": order_id, "events": events}
    return told(render(request, "orders/trace.html", context), answer)


def _event(event: dict[str, Any]) -> dict[str, Any]:
    took = event["milliseconds"]
    steps = [
        _step("Received", event["receivedAt"], None),
        _step("Committed", event["committedAt"], took["commit"]),
        _step("Doorbell rung", event["rungAt"], took["ring"], none="was not needed"),
        _step("Applied to the read tables", event["appliedAt"], took["apply"]),
    ]
    steps += [
        _step(
            f"Visible on {replica['name']}",
            replica["visibleAt"],
            replica["milliseconds"],
            none="yes" if replica["isVisible"] else "",
        )
        for replica in event["replicas"]
    ]
    if event["appliedAt"] is None:
        steps[2]["none"] = ""
    return {
        **event,
        "happened": HAPPENED.get(event["type"], event["type"]),
        "steps": steps,
        "waits_for": _waits_for(event),
    }


def _step(name: str, at: str | None, took: Any, *, none: str = "") -> dict[str, Any]:
    moment: datetime | None = None if at is None else showing.moment(at)
    return {"name": name, "at": moment, "took": took, "none": none}


def _waits_for(event: dict[str, Any]) -> str:
    """Say in words what the event still waits for, nothing if it has arrived."""
    if event["appliedAt"] is None:
        return "the projector"
    behind = [r["name"] for r in event["replicas"] if not r["isVisible"]]
    return " and ".join(behind)
