"""Who may do what: a view says what it needs, and one that says nothing is shut."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from config.access.bounds import limit_of, linked_customer
from config.access.models import READ, WRITE, ApiToken

_SILENT = object()


class RoleAndScope(BasePermission):
    """The token's scope fits the method, and the user has what the view needs.

    A view declares `needs`: a permission, one for each action (or method in lower
    case), or None for anybody signed in; and `customers_may`: the actions for which
    being linked to a customer is enough, the view then shows that customer's own. A
    token limited to a customer may no other actions, unless the view names them all in
    `limited_may`. Which customer it is the view is told by `directory.kept_to`.
    """

    message = "You may not do this."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        if not _scope_fits(request):
            self.message = "The token does not have the scope that this needs."
            return False
        action = _action(request, view)
        if action is None:
            return True  # there is no such method: DRF says 405 next
        needed = _needed(view, action)
        if needed is None:
            return True
        limit = limit_of(request.auth)
        customers_may: frozenset[str] = getattr(view, "customers_may", frozenset())
        if isinstance(needed, str) and request.user.has_perm(needed):
            limited_may = getattr(view, "limited_may", customers_may)
            return limit is None or action in limited_may
        own = linked_customer(request.user)
        return action in customers_may and own is not None and limit in (None, own)


def _scope_fits(request: Request) -> bool:
    token = request.auth
    if not isinstance(token, ApiToken):
        return True
    return (READ if request.method in SAFE_METHODS else WRITE) in token.scopes


def _action(request: Request, view: Any) -> str | None:
    method = (request.method or "").lower()
    if method == "options" or not hasattr(view, method):
        return None
    return getattr(view, "action", None) or ("get" if method == "head" else method)


def _needed(view: Any, action: str) -> object:
    needs = getattr(view, "needs", _SILENT)
    return needs.get(action, _SILENT) if isinstance(needs, dict) else needs
