"""Sessions in the command database; while that is away, read from a standby."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import InterfaceError, OperationalError

from config.access import standby


class SessionStore(db.SessionStore):
    """Django's own, which reads a second time from elsewhere."""

    @classmethod
    def get_model_class(cls) -> Any:
        return db.SessionStore.get_model_class()

    def load(self) -> dict[str, Any]:
        try:
            return super().load()
        except (OperationalError, InterfaceError):
            if not standby.note_loss():
                raise
            return super().load()
