"""Who receives webhooks, and from which event on.

Whatever changes which events an endpoint is given holds the projection's checkpoint
meanwhile: an event is on one side of the change or on the other, never on none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connections, transaction
from django.utils import timezone

from orders_query.databases import PRIMARY
from orders_query.models import WebhookEndpoint
from orders_query.projection import WEBHOOKS, stored
from orders_query.webhooks import signing

OLD_SECRET_HOURS = 24  # that it signs beside the new one
BY_HAND = "by hand"


class NoSuchPosition(ValueError):
    """A position that the log has not come to."""


@contextmanager
def held() -> Iterator[int]:
    """Keep the projection where it is, for the rest of a transaction; tell where."""
    with transaction.atomic(using=PRIMARY):
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(_HOLD, [stored(WEBHOOKS)])
            (position,) = cursor.fetchone()
        yield int(position)


def add(endpoint: WebhookEndpoint, *, after: int | None = None) -> str:
    """
    Save a new endpoint, and return its secret, which nobody is shown again.

    It is sent what comes from now on, or all after a position of the log.

    :raises NoSuchPosition: if the log has not come so far
    """
    salt = signing.new_salt()
    with held() as position:
        if after is not None:
            _require(after, position)
        endpoint.starts_after = position if after is None else after
        is_live = endpoint.enabled and after is None
        endpoint.cursor = None if is_live else endpoint.starts_after
        endpoint.created_at = endpoint.salted_at = timezone.now()
        endpoint.salt = salt
        endpoint.save(using=PRIMARY, force_insert=True)
    return signing.shown(signing.secret_of(salt))


def change(endpoint: WebhookEndpoint) -> None:
    """Save what somebody has changed: name, URL, types, whether it is enabled."""
    with held() as position:
        before = WebhookEndpoint.objects.using(PRIMARY).get(pk=endpoint.pk)
        if before.enabled and not endpoint.enabled:
            disable(endpoint.pk, because=BY_HAND, position=position)
        elif endpoint.enabled and not before.enabled:
            _enable(endpoint.pk)
        fields = ["name", "url", "types"]
        endpoint.save(using=PRIMARY, force_update=True, update_fields=fields)


def disable(pk: int, *, because: str, position: int | None = None) -> bool:
    """
    Send an endpoint nothing more; what is to be sent to it is kept.

    What comes meanwhile is made up from the log once it is enabled again. Return
    whether it was enabled.
    """
    with held() as stands:
        return _ran(_DISABLE, [because, position or stands, pk])


def new_secret(pk: int) -> str:
    """Make an endpoint a new secret; for a day the old one signs beside it."""
    salt = signing.new_salt()
    until = timezone.now() + timedelta(hours=OLD_SECRET_HOURS)
    _ran(_NEW_SALT, [until, salt, pk])
    return signing.shown(signing.secret_of(salt))


def replay(pk: int, *, after: int) -> None:
    """
    Send an endpoint once more whatever the log has after a position, in its order.

    :raises NoSuchPosition: if the log has not come so far
    """
    with held() as position:
        _require(after, position)
        _ran(_REPLAY, {"pk": pk, "after": after})


def remove(pk: int) -> None:
    """Delete an endpoint, and with it what was to be sent to it."""
    with held():
        WebhookEndpoint.objects.using(PRIMARY).filter(pk=pk)._raw_delete(PRIMARY)  # noqa: SLF001 - without looking for what a cascade would take
        _ran("delete from orders_query_webhookdelivery where endpoint_id = %s", [pk])


def keys_of(salt: bytes, old_salt: bytes | None, old_until: datetime) -> list[bytes]:
    """Return the secrets that sign now, the newest first."""
    salts = [salt]
    if old_salt is not None and old_until > timezone.now():
        salts.append(old_salt)
    return [signing.secret_of(bytes(one)) for one in salts]


def _enable(pk: int) -> None:
    _ran(_ENABLE, [pk])


def _require(after: int, position: int) -> None:
    if not 0 <= after <= position:
        raise NoSuchPosition(f"A position from 0 to {position} is needed.")


def _ran(sql: str, asked: Any) -> bool:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(sql, asked)
        return bool(cursor.rowcount)


_HOLD = "select position from orders_query_checkpoint where name = %s for update"
_DISABLE = """
update orders_query_webhookendpoint
set enabled = false, disabled_because = %s, cursor = coalesce(cursor, %s)
where id = %s and enabled
"""
_ENABLE = """
update orders_query_webhookendpoint
set enabled = true, disabled_because = '', failing_since = null, resting_until = null
where id = %s
"""
_NEW_SALT = """
update orders_query_webhookendpoint
set old_salt = salt, old_until = %s, salt = %s, salted_at = now() where id = %s
"""
_REPLAY = """
update orders_query_webhookendpoint
set cursor = least(cursor, %(after)s), starts_after = least(starts_after, %(after)s)
where id = %(pk)s
"""
