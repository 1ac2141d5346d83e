"""Every address that the URL configuration knows, and what can be asked of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver
from django.urls.resolvers import URLResolver

from tests.schema.document import document
from tests.security.table import alike

PAGES_ARE_ASKED = ("GET", "POST")
_OBJECT = "<path:object_id>/"
_VIEWS = ("changelist", "add", "history", "delete", "change")


@dataclass(frozen=True)
class Address:
    """A route as the configuration has it, `/orders/<uuid:order_id>`."""

    route: str
    name: str
    view: Any
    is_admin: bool  # of Django's admin, not put in front of it

    @property
    def operations(self) -> list[str]:
        """Return its methods, each as `GET /orders/{}`; of a page those that are."""
        path = alike(self.route)
        return [f"{method} {path}" for method in self._methods()]

    @property
    def kind(self) -> str:
        """Return which of the admin's views it is, whatever it is of."""
        if self.route.endswith(_OBJECT) and not self.name:
            return "object"
        last = self.name.rpartition("_")[2]
        of_a_model = last in _VIEWS and not self.name.endswith("password_change")
        return last if of_a_model else self.name or "anything else"

    def _methods(self) -> Iterator[str]:
        drawn = getattr(self.view, "actions", None)
        offered = getattr(self.view, "cls", None)
        if drawn:  # of a view set
            # The framework adds HEAD to what has a GET, once that was asked for.
            yield from (method.upper() for method in drawn if method != "head")
        elif offered:  # a view of the API; the one of unknown addresses has none
            found = [m for m in ("get", "post", "put", "patch") if hasattr(offered, m)]
            yield from map(str.upper, found or ["get"])
        elif self.route.startswith("/healthz/"):
            yield "GET"
        else:
            yield from PAGES_ARE_ASKED


def addresses() -> list[Address]:
    """Return them in order; of two at one route only the first is ever reached."""
    found: dict[str, Address] = {}
    for address in _below(get_resolver(), "/"):
        found.setdefault(address.route, address)
    return [*found.values()]


def operations() -> set[str]:
    """Return what can be asked outside of the admin, as code and document say."""
    drawn = {name for a in addresses() if not a.is_admin for name in a.operations}
    return drawn | {alike(name) for name, _ in document().operations()}


def admin_kinds() -> set[str]:
    return {address.kind for address in addresses() if address.is_admin}


def _below(resolver: Any, prefix: str, *, is_admin: bool = False) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            of_admin = is_admin or pattern.app_name == "admin"
            yield from _below(pattern, route, is_admin=of_admin)
        else:
            yield Address(route, pattern.name or "", pattern.callback, is_admin)
