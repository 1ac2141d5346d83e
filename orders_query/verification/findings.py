"""What is not as the log says, and where."""

from dataclasses import dataclass
from uuid import UUID

# Of these columns it is told that they differ, never what they hold.
PERSONAL = frozenset(
    "customer_name customer_email note reason carrier tracking_number data".split()
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """
    One difference: on which node, of what kind, of which stream if of one.

    The node is the log itself, `query`, a replica, or a set of tables that is built.
    """

    node: str
    kind: str
    detail: str
    stream_id: UUID | None = None

    def __str__(self) -> str:
        stream = "" if self.stream_id is None else f" {self.stream_id}"
        return f"{self.node}: {self.kind}{stream}: {self.detail}"
