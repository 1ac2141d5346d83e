"""Changing the items of a pending order: the form of placing one, on what is in it."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders_command.amendments import amendment_in
from orders_command.contents import Contents, contents_of
from orders_command.domain.commands import AmendItems
from orders_command.domain.errors import (
    BadInput,
    KeyReused,
    OrderError,
    OrderNotFound,
    VersionMismatch,
)
from orders_command.domain.order import Status
from orders_command.handlers import Receipt
from orders_command.pages.commanding import (
    NEEDS,
    carry_out,
    go_to,
    leave,
    show,
    version_seen,
)
from orders_command.pages.form import new_key
from orders_command.pages.lines import LinesForm, lines_of, read_lines
from orders_command.wording import HAPPENED


@dataclass(kw_only=True)
class ItemsForm(LinesForm):
    """The lines as typed, the version that they were made from, and a lost race."""

    version: int | None
    lost: list[dict[str, Any]] = field(default_factory=list)


@login_required
@permission_required(NEEDS, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def amend_items(request: HttpRequest, order_id: UUID) -> HttpResponse:
    try:
        now = contents_of(order_id)
    except OrderNotFound as unknown:
        raise Http404(str(unknown)) from unknown
    if request.method != "POST":
        return _begun(request, order_id, now)
    form = _read(request, now)
    if request.POST.get("do", "save") != "save" or "remove-line" in request.POST:
        form.rearrange(request.POST)
        return _shown(request, order_id, now, form)
    try:
        receipt = _amended(request, order_id, form)
    except VersionMismatch as lost:
        return _lost(request, order_id, form, lost)
    if receipt is None:
        return _shown(request, order_id, now, form)
    messages.success(request, "The items are saved.")
    return leave(request, show(request, receipt))


def _begun(request: HttpRequest, order_id: UUID, now: Contents) -> HttpResponse:
    if now.status is not Status.PENDING:
        messages.info(request, "The items of an order change only while it is pending.")
        return go_to(request, order_id)
    form = ItemsForm(
        key=new_key(),
        currency=now.currency,
        lines=lines_of(now.items),
        version=now.version,
    )
    return _shown(request, order_id, now, form)


def _read(request: HttpRequest, now: Contents) -> ItemsForm:
    return ItemsForm(
        key=request.POST.get("key", "") or new_key(),
        currency=now.currency,
        lines=read_lines(request.POST, kept=now.items),
        version=version_seen(request),
    )


def _amended(request: HttpRequest, order_id: UUID, form: ItemsForm) -> Receipt | None:
    """
    Carry the amendment out, or leave in the form why it could not be.

    :raises VersionMismatch: if the order has moved on since the form was made
    """
    items = form.items()
    if form.has_errors:
        return None
    command = AmendItems(order_id=order_id, items=items)
    try:
        return carry_out(request, command, expected_version=form.version)
    except VersionMismatch:
        raise
    except BadInput as refused:
        form.refuse(refused.errors)
    except KeyReused:
        form.key = new_key()
        form.summary = "This form was saved already, and has been changed since."
    except OrderError as refused:
        form.summary = str(refused)
    return None


def _lost(
    request: HttpRequest, order_id: UUID, form: ItemsForm, lost: VersionMismatch
) -> HttpResponse:
    """Tell what happened meanwhile; keep what was typed if it can still be saved."""
    now = contents_of(order_id)
    if now.status is not Status.PENDING:
        seen = f"?acted_on={form.version}&now_at={now.version}&wanted=items"
        return leave(request, go_to(request, order_id, seen))
    form.lost = _since(request, lost)
    form.summary = (
        f"The order has changed meanwhile: you began with version {form.version}, it "
        f"is at version {lost.version} now. Save again to put these items in place of "
        "those that it has now, or begin anew with those."
    )
    # What has happened since then is not told here: it is a conflict of its own.
    form.key, form.version = new_key(), lost.version
    return _shown(request, order_id, now, form)


def _since(request: HttpRequest, lost: VersionMismatch) -> list[dict[str, Any]]:
    """Return who has done what since the form was made, if that can be told."""
    told = orjson.dumps(lost.extra.get("events", []))
    events = json.loads(told, parse_float=Decimal)
    names = _names([event["actor"] for event in events], request.user)
    return [
        {
            **event,
            "happened": HAPPENED.get(event["type"], event["type"]),
            "at": datetime.fromisoformat(event["at"]),
            "by": _by(event["actor"], names),
            "amendment": amendment_in(event),
        }
        for event in events
    ]


def _by(actor: str, names: dict[str, str]) -> str:
    kind, _, name = actor.partition(":")
    return names.get(actor, "somebody") if kind == "user" else f"the system ({name})"


def _names(actors: list[str], reader: Any) -> dict[str, str]:
    ids = [actor.removeprefix("user:") for actor in actors if actor.startswith("user:")]
    users = get_user_model().objects.filter(pk__in=ids)
    names = {f"user:{pk}": name for pk, name in users.values_list("pk", "username")}
    return {**names, f"user:{reader.pk}": "you"}


def _shown(
    request: HttpRequest, order_id: UUID, now: Contents, form: ItemsForm
) -> HttpResponse:
    fragment = "HX-Request" in request.headers
    name = "orders/_amend.html" if fragment else "orders/amend.html"
    status = 422 if form.has_errors else 200
    context = {"form": form, "order_id": order_id, "order": now}
    return render(request, name, context, status=status)
