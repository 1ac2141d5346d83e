"""What clients asked and were told: a line when one asks, a line when it is over."""

import json
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

OK, FAIL, UNKNOWN = "ok", "fail", "unknown"


@dataclass(kw_only=True)
class Operation:
    """
    One thing that a client wanted, however often it had to ask for it.

    `id` is sent as the request id, so the log names what it led to. A write that is
    `ok` has stream and position, and of an order the version; a read has the versions
    of what it saw, the customers it saw by name, and the token that it brought and got.
    """

    id: str
    client: str
    kind: str
    began_at: float
    ended_at: float = 0.0
    outcome: str = UNKNOWN
    attempts: int = 0
    unknown_attempts: int = 0
    longest: float = 0.0  # seconds of one attempt
    stream_id: str = ""
    version: int = 0
    position: int = 0
    brought: int = 0
    got: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)
    status: int = 0
    unkind: list[int] = field(default_factory=list)  # 5xx without a remedy

    @property
    def is_read(self) -> bool:
        return self.kind.startswith("read")


class History:
    """Collects operations of many threads, and keeps them in a file as they happen."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.acknowledged = 0  # commands, about
        self._operations: list[Operation] = []
        self._lock = threading.Lock()
        self._file = path.open("w", buffering=1)

    def begin(self, identity: str, client: str, kind: str) -> Operation:
        operation = Operation(
            id=identity, client=client, kind=kind, began_at=time.monotonic()
        )
        self._write(
            {"invoke": kind, "id": identity, "client": client, "at": operation.began_at}
        )
        with self._lock:
            self._operations.append(operation)
        return operation

    def end(self, operation: Operation, outcome: str) -> None:
        operation.ended_at = time.monotonic()
        operation.outcome = outcome
        self.acknowledged += outcome == OK and not operation.is_read
        self._write(asdict(operation))

    def operations(self) -> list[Operation]:
        with self._lock:
            return list(self._operations)

    def close(self) -> None:
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
