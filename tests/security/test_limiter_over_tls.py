"""The limiter reaches Valkey over TLS, with a password and a database of its own."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import redis
from django.conf import settings

from config.limiting.budgets import Budget
from config.limiting.limiter import Limiter
from config.local.ports import HOST


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate, and is not installed")
    path = tmp_path / "both.pem"
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(path), "-out", str(tmp_path / "cert.pem")]
    subprocess.run([*made, *names, *files], capture_output=True, check=True)
    path.write_text(path.read_text() + (tmp_path / "cert.pem").read_text())
    return path


@pytest.fixture
def tls_port(certificate: Path) -> Iterator[int]:
    """Stand in front of Valkey as a proxy that ends TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    valkey = urlsplit(settings.REDIS_URL)
    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(20)

        def serve() -> None:
            with suppress(OSError):
                plain, _ = listener.accept()
                with (
                    context.wrap_socket(plain, server_side=True) as caller,
                    socket.create_connection((HOST, valkey.port)) as server,
                ):
                    back = threading.Thread(target=_pass_on, args=(server, caller))
                    back.start()
                    _pass_on(caller, server)
                    back.join(10)

        proxy = threading.Thread(target=serve)
        proxy.start()
        yield listener.getsockname()[1]
        proxy.join(10)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(4096):
            target.sendall(part)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def test_a_url_with_tls_a_password_and_a_database_is_counted_there(
    tls_port: int, certificate: Path
) -> None:
    valkey = urlsplit(settings.REDIS_URL)
    options = f"ssl_ca_certs={certificate}"
    limits = Limiter(f"rediss://:{valkey.password}@{HOST}:{tls_port}/1?{options}")
    budget, caller = Budget("reads", 2, 3600), uuid4().hex.encode()

    found = [limits.ask(budget, caller)() for _ in range(3)]
    limits._hang_up()

    assert [one and one.is_refused for one in found] == [False, False, True]
    with redis.Redis.from_url(valkey._replace(path="/1").geturl()) as client:
        assert client.exists(f"limit:reads:{caller.decode()}") == 1
