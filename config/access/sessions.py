"""Sessions in the command database; while that is away, read from a standby.

One ends when nobody has used it for a while, and in any case some time after it began.
"""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils import timezone

from config.access import standby

BEGAN = "began_at"  # in s since 1970, in what a session keeps
TOUCHED_EVERY = timedelta(seconds=60)


class SessionStore(db.SessionStore):
    """Django's own, with two ends, and read a second time from elsewhere."""

    _row_ends_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> Any:
        return db.SessionStore.get_model_class()

    def load(self) -> dict[str, Any]:
        try:
            found = super().load()
        except (OperationalError, InterfaceError):
            if not standby.note_loss():
                raise
            found = super().load()
        if BEGAN not in found:  # nobody knows how old it is
            self._session_key = None
            return {}
        return found

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        data.setdefault(BEGAN, int(time.time()))
        return super().create_model_instance(data)

    def cycle_key(self) -> None:
        """Begin anew, under a key that nobody can have known before."""
        self.pop(BEGAN, None)
        super().cycle_key()

    def get_expiry_date(self, **_: Any) -> datetime:
        """Return when it ends, if it is not used from now on."""
        now = timezone.now()
        began = datetime.fromtimestamp(self.get(BEGAN, time.time()), UTC)
        longest = timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)
        return min(now + _idle(), began + longest)

    def touch(self) -> None:
        """Put off the end of a session in use; it is written once a minute at most."""
        if self._row_ends_at is None or not self.session_key or standby.is_away():
            return
        ends_at = self.get_expiry_date()
        if ends_at - self._row_ends_at < min(TOUCHED_EVERY, _idle() / 10):
            return
        mine = self.model.objects.filter(session_key=self.session_key)
        with suppress(DatabaseError, InterfaceError):  # it ends a minute sooner
            mine.update(expire_date=ends_at)

    def _get_session_from_db(self) -> Any:
        found = super()._get_session_from_db()  # type: ignore[misc]
        self._row_ends_at = None if found is None else found.expire_date
        return found


def _idle() -> timedelta:
    return timedelta(seconds=settings.SESSION_IDLE_SECONDS)
