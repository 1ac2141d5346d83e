"""What a query answers, and why it may refuse to."""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Answer:
    """
    JSON as PostgreSQL built it, and where it comes from.

    `position` is the place in the log that the rows stand for, read in their own
    snapshot; `next` is the cursor of the next page, if there is one.
    """

    body: bytes
    position: int
    source: str
    version: int | None = None
    next: str | None = None

    @cached_property
    def data(self) -> Any:
        """The body as Python objects; money stays decimal."""
        return json.loads(self.body, parse_float=Decimal)

    @property
    def headers(self) -> dict[str, str]:
        return told(self.position, self.source)

    @property
    def etag(self) -> str:
        digest = hashlib.blake2b(self.body, digest_size=12).hexdigest()
        return f'"{digest}"' if self.version is None else f'"{self.version}.{digest}"'


def told(position: int, source: str) -> dict[str, str]:
    """Return the headers that tell how fresh an answer is, and where it comes from."""
    return {"Consistency-Token": str(position), "Read-Source": source}


class Unknown(Exception):
    """The read primary itself does not know it, at this position."""

    code: str
    what: str

    def __init__(self, *, position: int, source: str) -> None:
        super().__init__(f"There is no such {self.what}.")
        self.headers = told(position, source)


class OrderNotFound(Unknown):
    code = "order-not-found"
    what = "order"


class CustomerNotFound(Unknown):
    code = "customer-not-found"
    what = "customer"


class NotYetConsistent(Exception):
    """Nothing that may serve this has come as far as the caller's token in time."""

    code = "not-yet-consistent"
    retry_after = 1

    def __init__(self, at_least: int) -> None:
        super().__init__(f"No data at position {at_least} or later is to be had yet.")
