"""A running system, as a measurement sees it."""

import http.client
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class System:
    port: int
    token: str
    urls: dict[str, str]


class Client:
    """One keep-alive connection to the API."""

    def __init__(self, system: System) -> None:
        self._headers = {
            "Authorization": f"Bearer {system.token}",
            "Content-Type": "application/json",
        }
        self._connection = http.client.HTTPConnection("127.0.0.1", system.port)

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return the answer's status and body."""
        self._connection.request("POST", path, json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())
