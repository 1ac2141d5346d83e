"""Who callers are, while the command primary is away: told by any server that is left.

Only with several hosts in DATABASE_URL. What was revoked on the primary is on its
standbys with the next moment, as far as replication goes.
"""

import time
from typing import Any

from django.conf import settings
from django.db.models import Model

AWAY_SECONDS = 5.0  # before the primary is asked again
ACCOUNTS = frozenset({"access", "auth", "contenttypes", "sessions"})
_away_until = 0.0


def note_loss() -> bool:
    """Read accounts elsewhere for a while; return whether there is an elsewhere."""
    global _away_until  # noqa: PLW0603 - one for the process
    if settings.STANDBY:
        _away_until = time.monotonic() + AWAY_SECONDS
    return bool(settings.STANDBY)


def is_away() -> bool:
    return time.monotonic() < _away_until


class AccountsRouter:
    """
    Reads of accounts go to a standby while the primary is known to be away.

    Writes never do, not even of what was read there.
    """

    def db_for_read(self, model: type[Model], **_: Any) -> str | None:
        if is_away() and model._meta.app_label in ACCOUNTS:
            return str(settings.STANDBY)
        return None

    def db_for_write(self, model: type[Model], **_: Any) -> str | None:
        return "default" if model._meta.app_label in ACCOUNTS else None

    def allow_relation(self, one: Model, other: Model, **_: Any) -> bool | None:
        return {one._meta.app_label, other._meta.app_label} <= ACCOUNTS or None
