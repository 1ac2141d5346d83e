"""Secrets and signatures, as Standard Webhooks has them.

No secret is stored. It is worked out from a salt, which the database has, and the
SECRET_KEY, which it has not: a copy of the database forges nothing.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.utils.crypto import salted_hmac

SALT_BYTES = 32
PREFIX = "whsec_"
_PURPOSE = "orders_query.webhooks.signing"


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def secret_of(salt: bytes) -> bytes:
    """Return the 32 bytes that sign."""
    made = salted_hmac(
        _PURPOSE, salt.hex(), secret=settings.SECRET_KEY, algorithm="sha256"
    )
    return bytes(made.digest())


def shown(secret: bytes) -> str:
    """Return a secret as receivers are given it."""
    return PREFIX + base64.b64encode(secret).decode()


def signatures(
    keys: Iterable[bytes], *, webhook_id: str, timestamp: int, body: bytes
) -> str:
    """Return the header `webhook-signature`: one for each secret that is valid."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_signature(key, signed)}" for key in keys)


def _signature(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
