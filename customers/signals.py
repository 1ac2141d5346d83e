"""Published. Sent inside the transaction that changes a customer: a receiver that
fails takes the change back.

`customer_registering` (idempotency, actor): a receiver may answer the id of the
customer that the same key has made before.
`customer_changed` (customer_id, version, change, at, actor, request_id, idempotency):
a receiver answers the position that the log gave to the change.
`customer_erasing` (customer_id): a receiver takes away what it keeps of the person, and
answers how much of what.
`customers_registered` (newcomers, actor): the same for many who are registered at once,
each with `customer_id` and `at`; a receiver answers the position of each by its id.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.dispatch import Signal

Kind = Literal["registered", "details_changed", "erased"]

customer_registering = Signal()
customer_changed = Signal()
customer_erasing = Signal()
customers_registered = Signal()


@dataclass(frozen=True, kw_only=True)
class IdempotencyKey:
    """What a caller calls a request, and what was in it."""

    caller: str
    key: str
    fingerprint: bytes

    @property
    def digest(self) -> str:
        """What is kept of the key, which a caller may have made of anything."""
        return hashlib.sha256(self.key.encode()).hexdigest()

    @classmethod
    def of(cls, *, caller: str, key: str, asked: Sequence[object]) -> "IdempotencyKey":
        """Return the key with the SHA-256 of what was asked, as sorted-key JSON."""
        content = json.dumps(asked, sort_keys=True, default=_exact)
        digest = hashlib.sha256(content.encode()).digest()
        return cls(caller=caller, key=key, fingerprint=digest)


def _exact(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
