"""What clients asked and were told: a line for each operation, with its times."""

import json
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

OK, FAIL, UNKNOWN = "ok", "fail", "unknown"


@dataclass(kw_only=True)
class Operation:
    """
    One thing that a client wanted, however often it had to ask for it.

    `id` is sent as the request id, so the log names what it led to. A write that is
    `ok` has stream, version and position; a read has the versions of what it saw, and
    the token that it brought and got.
    """

    id: str
    client: str
    kind: str
    began_at: float
    ended_at: float = 0.0
    outcome: str = UNKNOWN
    stream_id: str = ""
    version: int = 0
    position: int = 0
    brought: int = 0
    got: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    status: int = 0

    @property
    def is_read(self) -> bool:
        return self.kind.startswith("read")


class History:
    """Collects operations of many threads, and keeps them in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._operations: list[Operation] = []
        self._lock = threading.Lock()

    def begin(self, identity: str, client: str, kind: str) -> Operation:
        operation = Operation(
            id=identity, client=client, kind=kind, began_at=time.monotonic()
        )
        with self._lock:
            self._operations.append(operation)
        return operation

    def end(self, operation: Operation, outcome: str) -> None:
        operation.ended_at = time.monotonic()
        operation.outcome = outcome

    def operations(self) -> list[Operation]:
        with self._lock:
            return list(self._operations)

    def write(self) -> None:
        lines = (json.dumps(asdict(operation)) for operation in self.operations())
        self.path.write_text("\n".join(lines) + "\n")
