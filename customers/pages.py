"""The pages of the customers: list and search, one customer, change, erase."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from customers import directory
from customers.directory import (
    BadInput,
    Card,
    Change,
    CustomerError,
    CustomerNotFound,
    EmailTaken,
    Place,
)
from customers.signals import IdempotencyKey

NEEDS = "customers.manage_customers"
PER_PAGE = 25
TWIN_SECONDS = 3.0  # that the second click waits for what the first one led to
View = Callable[..., HttpResponse]


@dataclass(kw_only=True)
class CustomerForm:
    """Name and e-mail as typed, and what is wrong with them."""

    name: str = ""
    email: str = ""
    key: str = field(default_factory=lambda: str(uuid7()))
    errors: dict[str, str] = field(default_factory=dict)

    def refuse(self, errors: list[dict[str, str]]) -> None:
        self.errors = {e["pointer"].strip("/"): e["detail"] for e in errors}


def of_the_desk(view: View) -> View:
    """Let in only who may manage customers."""
    return login_required(permission_required(NEEDS, raise_exception=True)(view))


@of_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def customer_list(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _listed(request, CustomerForm())
    form = _typed(request)
    try:
        change = _registered(request, form)
    except (BadInput, EmailTaken) as refused:
        form.refuse(refused.errors)
        return _listed(request, form, status=422)
    messages.success(request, "The customer is registered.")
    return _show(change)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def customer_page(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    may_change = request.user.has_perm(NEEDS)
    if not may_change:
        if request.method == "POST":
            raise PermissionDenied  # whosever it is: that there is one is not told
        _require_own(request, customer_id)
    card = _found(customer_id)
    form = CustomerForm(name=card.name or "", email=card.email or "")
    if request.method == "POST":
        form = _typed(request)
        try:
            change = directory.change(
                customer_id, name=form.name, email=form.email, **_who(request)
            )
        except (BadInput, EmailTaken) as refused:
            form.refuse(refused.errors)
        except CustomerError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "The change is saved.")
            return _show(change)
    context = {"customer": card, "form": form, "may_change": may_change}
    if card.erased_at is not None:
        context["touched"] = directory.touched_by_erasure(customer_id)
    status = 422 if form.errors else 200
    return render(request, "customers/customer.html", context, status=status)


@of_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def erase_customer(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Ask first; erasing cannot be undone."""
    card = _found(customer_id)
    if request.method != "POST":
        return render(request, "customers/erase.html", {"customer": card})
    change = directory.erase(customer_id, **_who(request))
    touched = directory.told(change.touched) or "the person"
    messages.success(request, f"Erased: {touched}.")
    return _show(change)


def _listed(
    request: HttpRequest, form: CustomerForm, *, status: int = 200
) -> HttpResponse:
    q = "".join(c for c in request.GET.get("q", "")[:200] if c.isprintable()).strip()
    found = directory.search(q, limit=PER_PAGE + 1, after=_place(request))
    shown = found[:PER_PAGE]
    more = {"q": q, "after": str(shown[-1].customer_id)} if shown else {}
    context = {
        "q": q,
        "form": form,
        "customers": shown,
        "is_first": "after" not in request.GET,
        "next": f"{request.path}?{urlencode(more)}" if len(found) > PER_PAGE else "",
    }
    fragment = request.headers.get("HX-Target") == "results"
    name = "customers/_results.html" if fragment else "customers/list.html"
    response = render(request, name, context, status=status)
    response["Vary"] = "Cookie, HX-Request, HX-Target"
    return response


def _place(request: HttpRequest) -> Place | None:
    """Return the place of the last customer of the page before."""
    if "after" not in request.GET:
        return None
    try:
        card = _found(UUID(request.GET["after"]))
    except ValueError as malformed:
        raise Http404("This page does not exist.") from malformed
    return Place(created_at=card.created_at, customer_id=card.customer_id)


def _registered(request: HttpRequest, form: CustomerForm) -> Change:
    """Register once, however often the button is pressed."""
    deadline = time.monotonic() + TWIN_SECONDS
    while True:
        try:
            return directory.register(
                name=form.name,
                email=form.email,
                idempotency=_idempotency(request, form),
                **_who(request),
            )
        except Exception as refused:
            # Who holds the keys is told by the code alone: customers know nobody.
            in_flight = getattr(refused, "code", "") == "request-in-flight"
            if not in_flight or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _idempotency(request: HttpRequest, form: CustomerForm) -> IdempotencyKey | None:
    try:
        key = str(UUID(form.key))
    except ValueError:
        return None
    content = json.dumps([request.path, form.name, form.email])
    # The words are part of the key: a corrected form is another request.
    digest = hashlib.sha256(content.encode()).digest()
    return IdempotencyKey(
        caller=f"user:{request.user.pk}",
        key=f"form:{key}:{digest.hex()}",
        fingerprint=digest,
    )


def _typed(request: HttpRequest) -> CustomerForm:
    return CustomerForm(
        name=request.POST.get("name", "").strip(),
        email=request.POST.get("email", "").strip(),
        key=request.POST.get("key", ""),
    )


def _found(customer_id: UUID) -> Card:
    try:
        return directory.find(customer_id)
    except CustomerNotFound as unknown:
        raise Http404(str(unknown)) from unknown


def _require_own(request: HttpRequest, customer_id: UUID) -> None:
    user: Any = request.user
    if directory.customer_of(user.pk) != customer_id:
        raise Http404("There is no such customer.")


def _who(request: HttpRequest) -> dict[str, Any]:
    return {
        "actor": f"user:{request.user.pk}",
        "request_id": getattr(request, "request_id", ""),
    }


def _show(change: Change) -> HttpResponse:
    response = redirect("customers:customer", change.customer.customer_id)
    response.status_code = 303
    response["Consistency-Token"] = str(change.position)
    return response
