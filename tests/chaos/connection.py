"""One client's connection to the web server, opened anew whenever it is lost."""

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any

from config.local.ports import HOST
from tests.chaos.history import FAIL, OK, UNKNOWN

PATIENCE_SECONDS = 5.0  # for an answer, before the outcome counts as unknown


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back and how long it took; status 0 if nothing did."""

    status: int = 0
    headers: dict[str, str]
    body: Any = None
    seconds: float

    @property
    def outcome(self) -> str:
        """Say what is known now: done, refused for good, or neither."""
        if self.status == 0 or self.status >= 500:
            return UNKNOWN
        if self.status < 300:
            return OK
        problem = str((self.body or {}).get("type", ""))
        return UNKNOWN if problem.endswith("/request-in-flight") else FAIL

    @property
    def is_unkind(self) -> bool:
        """Tell whether it is trouble that does not say when to come back."""
        says_when = self.status == 503 and "retry-after" in self.headers
        return self.status >= 500 and not says_when


class Connection:
    """Kept alive from one request to the next, as programs do."""

    def __init__(
        self, port: int, token: str, *, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._kept = http.client.HTTPConnection(HOST, port, timeout=patience)
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        }

    def ask(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        began = time.monotonic()
        data = None if body is None else json.dumps(body)
        try:
            self._kept.request(method, path, data, {**self._headers, **headers})
            found = self._kept.getresponse()
            content = found.read()
            told = json.loads(content) if content else None
        except (OSError, http.client.HTTPException, ValueError):
            self._kept.close()
            return Answer(headers={}, seconds=time.monotonic() - began)
        return Answer(
            status=found.status,
            headers={name.lower(): value for name, value in found.getheaders()},
            body=told,
            seconds=time.monotonic() - began,
        )

    def close(self) -> None:
        self._kept.close()
