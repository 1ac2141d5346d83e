"""How webhooks are sent, and how long it is tried."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import env


def _waits(name: str, words: list[str]) -> list[float]:
    """Read seconds between tries: one at least, and none of them below 0."""
    try:
        waits = [float(word) for word in words]
    except ValueError:
        waits = []
    if not waits or not all(0 <= wait <= 604_800 for wait in waits):
        raise ImproperlyConfigured(
            f"{name} takes seconds from 0 to 604800, separated by commas."
        )
    return waits


# Seconds after each try that fails; after one more the delivery is parked.
WEBHOOK_WAITS = _waits(
    "WEBHOOK_WAITS",
    env.list(
        "WEBHOOK_WAITS",
        default="5,30,120,600,3600,10800,21600,43200,86400".split(","),
    ),
)
WEBHOOK_TIMEOUT_SECONDS = env.float("WEBHOOK_TIMEOUT_SECONDS", default=15.0)
WEBHOOK_KEPT_DAYS = env.float("WEBHOOK_KEPT_DAYS", default=14.0)  # once sent
# Private addresses and plain http: for trials on one's own machine only.
WEBHOOK_ALLOW_PRIVATE = env.bool("WEBHOOK_ALLOW_PRIVATE", default=False)
