"""Callers who listen: one request each, which may stay unanswered for long."""

import http.client
import json
import select
from typing import Any
from urllib.parse import urlsplit

import psutil

STREAM = "text/event-stream"


class Listener:
    """Asks at once, and reads when told to."""

    def __init__(self, web: str, path: str, **headers: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(web).netloc, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request("GET", path, headers=named)

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @property
    def is_answered(self) -> bool:
        return bool(select.select([self._connection.sock], [], [], 0)[0])

    def answer(self) -> http.client.HTTPResponse:
        return self._connection.getresponse()

    def changes(self) -> list[dict[str, Any]]:
        """Return what has changed, as soon as there is an answer."""
        answer = self.answer()
        assert answer.status == 200
        found: list[dict[str, Any]] = json.loads(answer.read())
        return found


class Stream:
    """A stream of server-sent events, read one by one."""

    def __init__(self, listener: Listener) -> None:
        self._answer = listener.answer()
        assert self._answer.status == 200
        assert self._answer.headers["Content-Type"] == STREAM
        self.headers = self._answer.headers

    def next(self) -> dict[str, str] | None:
        """Return the next frame's fields, None when the stream has ended."""
        fields: dict[str, str] = {}
        while line := self._answer.readline():
            if line == b"\n":
                return fields
            name, _, value = line.decode().rstrip("\n").partition(": ")
            fields[name] = value
        return None


def web_process(web: str) -> psutil.Process:
    """Return the process that serves at this address."""
    port = urlsplit(web).port
    (found,) = {
        connection.pid
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    }
    return psutil.Process(found)
