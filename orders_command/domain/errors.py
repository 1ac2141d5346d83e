"""Why a command can be refused."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

TOLD_AT_MOST = 20  # of the newest events, to explain a conflict


class OrderError(Exception):
    """A refusal that the caller can understand and act on; nothing was stored."""

    code: ClassVar[str]


class BadInput(OrderError):
    """
    The command itself is not acceptable.

    `errors` name each place: `{"pointer": "/items/0/price", "code": …, "detail": …}`.
    """

    code: ClassVar[str] = "invalid-body"

    def __init__(self, errors: Sequence[dict[str, str]]) -> None:
        super().__init__(errors[0]["detail"])
        self.errors = list(errors)


def unknown_customer() -> BadInput:
    detail = "There is no such customer."
    return BadInput([{"pointer": "/customerId", "code": "unknown", "detail": detail}])


class OrderNotFound(OrderError):
    code = "order-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such order.")


class Conflict(OrderError):
    """
    The order is not where the caller takes it to be.

    It was decided on `version` and `status`; what came after the version `known` to
    the caller explains it. `extra` holds that, as members of the answer.
    """

    known = 0
    version = 0
    status: str | None = None
    extra: Mapping[str, Any] = MappingProxyType({})

    def met(self, *, version: int, status: str | None) -> None:
        self.version, self.status = version, status


class InvalidTransition(Conflict):
    code = "invalid-transition"


class VersionMismatch(Conflict):
    """The order is not at the version that the caller expected."""

    code = "version-mismatch"

    def __init__(self, *, expected: int, actual: int) -> None:
        super().__init__(f"The order is at version {actual}, not {expected}.")
        self.known = expected


class DuplicateReference(OrderError):
    code = "duplicate-reference"

    def __init__(self) -> None:
        super().__init__("Another order has this reference.")


class CustomerErased(OrderError):
    code = "customer-erased"

    def __init__(self) -> None:
        super().__init__("This customer has been erased.")


class KeyReused(OrderError):
    code = "idempotency-key-reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request.")


class InFlight(OrderError):
    code = "request-in-flight"
    retry_after = 1

    def __init__(self) -> None:
        super().__init__("The first request with this Idempotency-Key is still going.")
