"""How far the read side has come."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders_query import queries
from orders_query.pages import lags, parked, rebuilds
from orders_query.pages.reading import NEEDS, page, target
from orders_query.receivers import doorbell

logger = logging.getLogger(__name__)


@page
@require_safe
def sync_page(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(NEEDS):
        raise PermissionDenied
    part = target(request)
    if part == "parked":
        return render(request, "orders/_parked.html", parked.shown(request))
    if part == "rebuilds":
        context = {"is_part": True, **rebuilds.shown(request)}
        return render(request, "orders/_rebuilds.html", context)
    if part == "lags":
        return _lags(request)
    context = _state(queries.sync())
    if part == "state":
        return render(request, "orders/_state.html", context)
    context |= {
        **lags.charts(context["sync"]),
        **parked.shown(request),
        **rebuilds.shown(request),
    }
    return render(request, "orders/sync.html", context)


def _state(sync: dict[str, Any]) -> dict[str, Any]:
    ages, halts = queries.ages(), queries.halts()
    for projection in sync["projections"]:
        projection["age"] = ages.get(projection["name"])
        projection["halted"] = halts.get(projection["name"], "")
    return {
        "sync": sync,
        "sets": queries.other_sets(),
        "verified": queries.last_verification(),
        "bell_is_silent": doorbell.is_silent,
        "webhooks": _webhooks(),
    }


def _webhooks() -> list[dict[str, Any]] | None:
    """Return what waits for whom; the page has more to say, and says it without."""
    try:
        return queries.webhooks()
    except Error as error:
        logger.warning("Webhooks cannot be told: %s", type(error).__name__)
        return None


def _lags(request: HttpRequest) -> HttpResponse:
    """Return the last hour; nothing if it is what the page shows already."""
    context = {**lags.charts(queries.sync()), "oob": True}
    if request.GET.get("shown") == context["lags_seen"]:
        return HttpResponse(status=204)
    return render(request, "orders/_lags.html", context)
