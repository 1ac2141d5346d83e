"""Rebuilds on the sync page: asked for, watched and taken back."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from orders_query import projector, rebuilding
from orders_query.models import Action, RebuildRequest, State
from orders_query.models.requests import OPEN
from orders_query.pages import showing
from orders_query.projector.sets import PREVIOUS, SHADOW
from orders_query.rebuilding import NotCarriedOut, Wish, asked

ASKS = "orders_query.ask_for_rebuilds"
MINUTE = 60
BADGES = {
    State.ASKED: "pending",
    State.RUNNING: "syncing",
    State.DONE: "delivered",
    State.FAILED: "cancelled",
    State.CANCELLED: "",
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One projection: what may be asked for, and how its last request stands."""

    name: str
    offers: list[Action]
    request: RebuildRequest | None
    asked_by: str = ""

    @property
    def is_open(self) -> bool:
        return self.request is not None and self.request.state in OPEN

    @property
    def badge(self) -> str:
        return BADGES[State(self.request.state)] if self.request else ""

    @property
    def label(self) -> str:
        return str(State(self.request.state).label) if self.request else ""

    @property
    def step(self) -> int:
        """Return the step that it is in, from 1; 0 if it has none."""
        phase = self.request.phase if self.request else ""
        known = rebuilding.PHASES
        return known.index(phase) + 1 if phase in known else 0

    @property
    def is_counted(self) -> bool:
        return self.request is not None and self.request.head > 0

    @property
    def unit(self) -> str:
        return "events" if self.step == 1 else "orders"

    @property
    def seconds_left(self) -> float | None:
        request = self.request
        if request is None or not request.rate:
            return None
        return max(0, request.head - request.position) / request.rate

    @property
    def said(self) -> str:
        """Return what is read aloud, so little that it seldom changes."""
        if self.request is None:
            return ""
        is_at_work = self.request.state == State.RUNNING and self.request.phase
        return f"{self.name}: {self.request.phase if is_at_work else self.label}."


def shown(request: HttpRequest) -> dict[str, Any]:
    """Return what the sync page tells of rebuilds, to whoever may ask for them."""
    if not request.user.has_perm(ASKS):
        return {"may_rebuild": False}
    try:
        found = _found(request)
        is_anybody_there = asked.is_anybody_there()
    except Error:  # the read primary is away, and the rest of the page is wanted then
        return {"may_rebuild": True, "rebuilds": None}
    return {
        "may_rebuild": True,
        "rebuilds": found,
        "is_any_open": any(one.is_open for one in found),
        "is_nobody_there": not is_anybody_there,
        "said": " ".join(one.said for one in found if one.said),
        "steps": len(rebuilding.PHASES),
    }


def _of_askers(view: Any) -> Any:
    return login_required(permission_required(ASKS, raise_exception=True)(view))


@_of_askers
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, name: str, action: str) -> HttpResponse:
    """Say what it means, and then have it done."""
    if name not in projector.sets.TABLES or action not in Action.values:
        raise Http404("There is nothing like that to be done.")
    wish = Wish(
        projection=name,
        action=Action(action),
        accepts_differences="accepts_differences" in request.POST,
    )
    try:
        if request.method == "POST":
            asked.ask(wish, asked_by=f"user:{request.user.pk}")
            messages.success(request, f"{wish.action.label} is asked for: {name}.")
            return _back()
        rebuilding.refuse_the_impossible(wish)
    except NotCarriedOut as refused:
        messages.error(request, str(refused))
        return _back()
    return render(request, "orders/rebuild.html", _meaning(wish))


@_of_askers
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    if asked.take_back(pk, by=f"user:{request.user.pk}"):
        messages.success(request, "It is taken back; nothing was done.")
    else:
        messages.error(request, "It is not waiting any more.")
    return _back()


def _meaning(wish: Wish) -> dict[str, Any]:
    """Return what somebody has to know before it is asked for."""
    last = asked.latest().get(wish.projection)
    return {
        "name": wish.projection,
        "action": wish.action,
        "differed": last is not None and last.state == State.FAILED and last.findings,
        "goes_on": rebuilding.exists(wish.projection, SHADOW),
        "takes": _about(),
    }


def _found(request: HttpRequest) -> list[Shown]:
    last = asked.latest()
    names = _who(last.values(), request.user)
    return [
        Shown(
            name=name,
            offers=_offers(name),
            request=last.get(name),
            asked_by=names.get(last[name].asked_by, "somebody") if name in last else "",
        )
        for name in projector.sets.TABLES
    ]


def _offers(name: str) -> list[Action]:
    """Return what can be done with its sets as they are."""
    if rebuilding.exists(name, PREVIOUS):
        return [Action.ROLLBACK, Action.DROP_PREVIOUS]
    if rebuilding.exists(name, SHADOW):
        return [Action.REBUILD, Action.DISCARD]
    return [Action.REBUILD]


def _who(requests: Any, reader: Any) -> dict[str, str]:
    try:
        return showing.who({one.asked_by for one in requests}, reader)
    except Error:  # names are in the command database
        return {}


def _about() -> str:
    """Say how long it may take, as roughly as it is known."""
    try:
        seconds = asked.seconds_expected()
    except Error:
        return "a while: the command database does not answer now"
    if seconds < MINUTE / 4:
        return "a few seconds"
    if seconds < MINUTE * 1.5:
        return "about a minute"
    return f"about {seconds / MINUTE:,.0f} minutes"


def _back() -> HttpResponse:
    response = redirect(f"{reverse('orders:sync')}#rebuilds")
    response.status_code = 303
    return response
