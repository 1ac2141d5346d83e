"""To which customer a token can be limited, and which one it is limited to."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from config.access.models import METRICS, ApiToken, User

SEE_ALL = ("orders_query.query_orders", "customers.manage_customers")


def limit_of(auth: Any) -> UUID | None:
    """Return the customer that what a caller came in with is limited to, if it is."""
    return auth.customer_id if isinstance(auth, ApiToken) else None


def linked_customer(user: Any) -> UUID | None:
    """Return the id of the customer that a user is linked to."""
    customer = getattr(user, "customer", None)
    return None if customer is None else customer.pk


def may_limit(user: Any) -> bool:
    """Tell whether there is any customer whom the user may limit a token to."""
    return _sees_all(user) or linked_customer(user) is not None


def limit_refusal(
    user: User, customer_id: UUID | None, *, scopes: Iterable[str]
) -> str:
    """Say why a user's token cannot be limited to a customer; nothing if it can."""
    if customer_id is None:
        return ""
    if METRICS in scopes:
        return "Metrics are of all customers: leave out that scope, or the limit."
    if linked_customer(user) == customer_id:
        return ""
    # Somebody else's and one that there is not are told in the same words.
    is_seen = _sees_all(user) and _is_there(customer_id)
    return "" if is_seen else "There is no such customer, or it may not be seen."


def _sees_all(user: Any) -> bool:
    return any(user.has_perm(permission) for permission in SEE_ALL)


def _is_there(customer_id: UUID) -> bool:
    # By the way of the relation to users: accounts know no other app.
    customers: Any = User._meta.get_field("customer").related_model
    return bool(customers.objects.filter(pk=customer_id).exists())
