"""How long a statement, a lock, a silence and a transaction may last, by who connects.

docs/reference/timeouts.md has the table and the reasons.
"""

from collections.abc import Iterator
from dataclasses import dataclass

STATEMENT = "statement_timeout"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Milliseconds, 0 for none; the server itself ends what takes longer."""

    statement: int = 0
    lock: int = 0
    idle_in_transaction: int = 0
    transaction: int = 0

    def settings(self) -> Iterator[tuple[str, int]]:
        """Yield PostgreSQL's own name of each limit, with its value."""
        yield STATEMENT, self.statement
        yield "lock_timeout", self.lock
        yield "idle_in_transaction_session_timeout", self.idle_in_transaction
        yield "transaction_timeout", self.transaction

    def options(self) -> str:
        """Return them as a connection brings them along; the last one counts."""
        return " ".join(f"-c {name}={ms}" for name, ms in self.settings())


# A transaction's limit bounds how long the feed waits for a hole in the log.
COMMAND = Limits(
    statement=9_500, lock=5_000, idle_in_transaction=5_000, transaction=10_000
)
# The worker's batches, and a customer's new name in all of his orders.
PROJECTOR = Limits(
    statement=9_500, lock=5_000, idle_in_transaction=20_000, transaction=60_000
)
# A replica's statement is ended by its server before the reader gives it up: it was
# slow, and the replica is not frozen.
READER = Limits(
    statement=4_500, lock=4_000, idle_in_transaction=5_000, transaction=10_000
)
# Of web processes on both primaries: a little less than readers and writers wait.
REQUEST = Limits(
    statement=2_400, lock=2_000, idle_in_transaction=5_000, transaction=10_000
)
# Who waits for a table's lock has all others wait behind him. The rest takes its time.
MIGRATION = Limits(lock=5_000)
OWNER = Limits()


def of_owner(command: list[str]) -> Limits:
    """Return the limits of a command that runs as the owner."""
    return MIGRATION if command == ["migrate"] else OWNER
