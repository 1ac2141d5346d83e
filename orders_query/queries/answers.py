"""What a query answers, and why it may refuse to."""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from orders_query.queries.asking import Reader


@dataclass(frozen=True, kw_only=True)
class Answer:
    """
    JSON as PostgreSQL built it, and where it comes from.

    `position` is the place in the log that the rows stand for, read in their own
    snapshot; nothing that was committed longer than `age_ms` ago is missing from them
    (None: unknown); `next` and `previous` are the cursors of the pages around.
    """

    body: bytes
    position: int
    source: str
    age_ms: int | None = None
    version: int | None = None
    next: str | None = None
    previous: str | None = None

    @cached_property
    def data(self) -> Any:
        """The body as Python objects; money stays decimal."""
        return json.loads(self.body, parse_float=Decimal)

    @property
    def headers(self) -> dict[str, str]:
        return told(self.position, self.source, self.age_ms)

    @cached_property
    def etag(self) -> str:
        # Processors have instructions for SHA-256: half the time of BLAKE2b.
        digest = hashlib.sha256(self.body).hexdigest()[:24]
        return f'"{digest}"' if self.version is None else f'"{self.version}.{digest}"'


def told(position: int, source: str, age_ms: int | None = None) -> dict[str, str]:
    """Return the headers that tell how fresh an answer is, and where it comes from."""
    headers = {"Consistency-Token": str(position), "Read-Source": source}
    if age_ms is not None:
        headers["Data-Age"] = str(age_ms)
    return headers


class Unknown(Exception):
    """The read primary itself does not know it, at this position."""

    code: str
    what: str

    def __init__(
        self, *, position: int, source: str, age_ms: int | None = None
    ) -> None:
        super().__init__(f"There is no such {self.what}.")
        self.headers = told(position, source, age_ms)


class OrderNotFound(Unknown):
    code = "order-not-found"
    what = "order"


class VersionNotFound(Unknown):
    """The order is known, but it has no such version, or was not there yet."""

    code = "version-not-found"
    what = "version of this order"


class CustomerNotFound(Unknown):
    code = "customer-not-found"
    what = "customer"


class NotYetConsistent(Exception):
    """Nothing that may serve this was fresh enough for the reader in time."""

    code = "not-yet-consistent"
    retry_after = 1

    def __init__(self, reader: Reader) -> None:
        age = reader.max_age_ms
        young = "" if age is None else f", not older than {age} ms,"
        super().__init__(
            f"No data at position {reader.at_least} or later{young} is to be had yet."
        )
