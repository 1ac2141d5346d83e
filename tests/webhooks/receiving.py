"""A real receiver: verifies with the public package, and keeps what has come."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

from standardwebhooks import Webhook, WebhookVerificationError

from config.local.ports import HOST

Answering = Callable[["Received"], int]


@dataclass(frozen=True, kw_only=True)
class Received:
    """A webhook as it came; `content` is what the package makes of it."""

    path: str
    headers: dict[str, str]
    body: bytes
    content: dict[str, Any]

    @property
    def webhook_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def order_id(self) -> UUID:
        return UUID(self.content["data"]["orderId"])

    @property
    def version(self) -> int:
        return int(self.content["data"]["version"])


@dataclass(kw_only=True)
class Receiver:
    """What has come, accepted or not; `secret` is what the admin has shown."""

    port: int
    scheme: str = "http"
    secret: str = ""
    answering: Answering = lambda _: 200
    headers: dict[str, str] = field(default_factory=dict)  # of the answers
    tries: list[Received] = field(default_factory=list)
    accepted: list[Received] = field(default_factory=list)
    forged: list[bytes] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{HOST}:{self.port}/orders?shop=1"

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        try:
            content = Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError:
            self.forged.append(body)
            return 401
        received = Received(path=path, headers=headers, body=body, content=content)
        with self._lock:
            self.tries.append(received)
        status = self.answering(received)
        if 200 <= status < 300:
            with self._lock:
                self.accepted.append(received)
        return status

    def versions_of(self, order_id: UUID) -> list[int]:
        """Return the versions of an order as they were accepted first."""
        with self._lock:
            found = [r.version for r in self.accepted if r.order_id == order_id]
        return list(dict.fromkeys(found))


@contextmanager
def receiver(*, certificate: Path | None = None, port: int = 0) -> Iterator[Receiver]:
    """Listen until the end; what is broken off is no news."""
    with _Server((HOST, port), _Handler) as server:
        made = server.receiver = Receiver(port=server.server_address[1])
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            made.scheme = "https"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join(10)


class _Server(ThreadingHTTPServer):
    receiver: Receiver
    block_on_close = False

    def handle_error(self, *_: Any) -> None:
        """A sender that is killed hangs up."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers["content-length"]))
        status = self.server.receiver.take(self.path, headers, body)
        self.send_response(status)
        for name, value in self.server.receiver.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


def slowly(seconds: float) -> Answering:
    """Answer well, but late."""

    def answer(_: Received) -> int:
        time.sleep(seconds)
        return 200

    return answer
