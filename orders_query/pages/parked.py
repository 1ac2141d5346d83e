"""Parked orders on the sync page: retried, or their first event left out for good."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from orders_query import projector
from orders_query.pages.asking import CONTROL

DECIDES = "orders_query.decide_parked"
MAX_REASON = 500  # characters


def shown(request: HttpRequest) -> dict[str, Any]:
    """Return what the sync page tells of parked orders, to whoever may decide."""
    if not request.user.has_perm(DECIDES):
        return {"may_decide": False}
    try:
        return {"may_decide": True, "parked": projector.waiting()}
    except Error:  # the read primary is away, and the rest of the page is wanted then
        return {"may_decide": True, "parked": None}


def _of_deciders(view: Any) -> Any:
    return login_required(permission_required(DECIDES, raise_exception=True)(view))


@_of_deciders
@require_POST
def retry(request: HttpRequest, name: str, stream_id: UUID) -> HttpResponse:
    return _decided(request, projector.retry, name, stream_id)


@_of_deciders
@require_http_methods(["GET", "HEAD", "POST"])
def skip(request: HttpRequest, name: str, stream_id: UUID) -> HttpResponse:
    """Ask for the reason, and say what it means; then leave the event out."""
    reason = " ".join(request.POST.get("reason", "").split())
    if request.method == "POST" and _will_do(reason):
        return _decided(request, projector.skip, name, stream_id, reason=reason)
    waiting = projector.waiting(name, stream_id)
    if not waiting:
        raise Http404("Nothing is parked there.")
    context: dict[str, Any] = {"event": waiting[0], "reason": reason}
    if request.method == "POST":
        context["error"] = (
            f"Give a reason of {MAX_REASON} printable characters at most."
        )
    status = 422 if "error" in context else 200
    return render(request, "orders/skip.html", context, status=status)


def _will_do(reason: str) -> bool:
    return 0 < len(reason) <= MAX_REASON and not CONTROL.search(reason)


def _decided(
    request: HttpRequest, decide: Any, name: str, stream_id: UUID, **how: str
) -> HttpResponse:
    """Decide in the reader's name, and tell on the sync page what came of it."""
    try:
        outcomes = decide(name, stream_id, actor=f"user:{request.user.pk}", **how)
    except projector.NOT_TRIED as error:
        outcomes = [f"not tried: {error}"]
    is_done = outcomes[-1] in {projector.APPLIED, projector.SKIPPED}
    say = messages.success if is_done else messages.error
    say(request, f"{stream_id} in {name}: {', '.join(outcomes)}")
    response = redirect("orders:sync")
    response.status_code = 303
    return response
