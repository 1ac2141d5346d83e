"""Requests byte by byte: what no well-behaved client would send."""

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

HOST = "localhost"


@dataclass(frozen=True)
class Answer:
    """One answer, and whether the connection has ended with it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    is_closed: bool

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def header(self, name: str) -> str:
        return ", ".join(self.all(name))


def sent(web: str, request: bytes, *, within: float = 10) -> bytes:
    """Return all that comes back until the server closes, or for some time."""
    return _exchanged(web, request, within)[0]


def answered(
    web: str, request: bytes, *, within: float = 10, until: bytes = b""
) -> Answer:
    """
    Return the first answer, and whether the server has closed the connection.

    :param until: read no further than this, where the connection stays open
    """
    told, is_closed = _exchanged(web, request, within, until)
    head, _, body = told.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.partition(":") for line in lines]
    headers = [(name.lower(), value.strip()) for name, _, value in pairs]
    return Answer(int(first.split()[1]), headers, body, is_closed)


def asked(
    method: str, path: str | bytes, *lines: str, host: str = HOST, body: bytes = b""
) -> bytes:
    """Word a request after whose answer the connection ends."""
    raw_path = path if isinstance(path, bytes) else path.encode()
    words = [f"Host: {host}", "Connection: close", *lines]
    if body:
        words.append(f"Content-Length: {len(body)}")
    head = "".join(f"{word}\r\n" for word in words).encode("latin-1")
    return method.encode() + b" " + raw_path + b" HTTP/1.1\r\n" + head + b"\r\n" + body


def over(request: bytes, scheme: str = "https") -> bytes:
    """Return the request as a proxy hands it on to which it came over TLS."""
    proto = f"\r\nX-Forwarded-Proto: {scheme}\r\n".encode()
    return request.replace(b"\r\n", proto, 1)


def _exchanged(
    web: str, request: bytes, within: float, until: bytes = b""
) -> tuple[bytes, bool]:
    host, port = urlsplit(web).netloc.split(":")
    told = b""
    with socket.create_connection((host, int(port)), timeout=within) as caller:
        try:
            caller.sendall(request)
            while part := caller.recv(65_536):
                told += part
                if until and until in told:
                    return told, False
        except TimeoutError:
            return told, False
        except (ConnectionResetError, BrokenPipeError):
            pass
    return told, True
