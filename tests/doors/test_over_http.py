"""What only the real web server shows: bodies that are large or come in chunks."""

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.people import an_email, desk_clerk


def posted(web: str, body: Any) -> tuple[int, dict[str, Any]]:
    """Post to the customers; an iterator goes out chunked, without a length."""
    connection = http.client.HTTPConnection(urlsplit(web).netloc, timeout=20)
    headers = {**desk_clerk().headers, "Content-Type": "application/json"}
    chunked = not isinstance(body, bytes)
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
    connection.request("POST", "/api/customers", body, headers, encode_chunked=chunked)
    response = connection.getresponse()
    status, answer = response.status, json.loads(response.read())
    connection.close()
    return status, answer


def chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 10_000):
        yield b" " * 10_000


def test_a_body_in_chunks_is_read(web: str) -> None:
    email = an_email()

    status, customer = posted(
        web, iter([b'{"name": "Ada", ', f'"email": "{email}"}}'.encode()])
    )

    assert status == 201, customer
    assert customer["email"] == email


def test_too_many_chunks_are_413(web: str) -> None:
    assert posted(web, chunks(1_500_000))[0] == 413


def test_ten_megabytes_are_413(web: str) -> None:
    assert posted(web, b" " * 10_000_000)[0] == 413
