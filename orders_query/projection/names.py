"""What projections are called, and where each of them has its checkpoint."""

ORDERS, SALES, WEBHOOKS = "orders", "sales", "webhooks"
# What this code projects; the registry fills it in. A checkpoint of any other is of a
# release that was taken back: nobody here moves it, and nobody waits for it.
KNOWN: set[str] = set()
# Releases that do not know it judge each checkpoint without a colon: they would take
# themselves out of service, since their workers do not move it.
_STORED = {WEBHOOKS: "webhooks:live"}


def stored(name: str) -> str:
    """Return the name of a set's checkpoint in the database."""
    return _STORED.get(name, name)
