"""One try, against receivers that do what they like."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.local.ports import HOST
from orders_query.webhooks import posting, signing
from orders_query.webhooks.messages import Message
from orders_query.webhooks.posting import Answer, Rules
from tests.webhooks.receiving import Receiver, receiver

pytestmark = pytest.mark.no_services
SECRET = b"s" * 32
TRIAL = Rules(seconds=1.0, may_be_private=True)


def posted(url: str, rules: Rules = TRIAL) -> Answer:
    message = Message(webhook_id="msg_1", body=b'{"type":"order.created"}')
    headers = message.headers([SECRET], timestamp=int(time.time()))
    return posting.post(url, headers, message.body, rules)


@pytest.fixture
def shop() -> Iterator[Receiver]:
    with receiver() as listening:
        listening.secret = signing.shown(SECRET)
        yield listening


def test_a_webhook_is_verified_by_the_public_package(shop: Receiver) -> None:
    answer = posted(shop.url)

    assert answer == Answer(status=200, told="answered 200")
    assert shop.accepted[0].content == {"type": "order.created"}


def test_a_webhook_is_too_old_after_five_minutes(shop: Receiver) -> None:
    message = Message(webhook_id="msg_1", body=b"{}")
    old = message.headers([SECRET], timestamp=int(time.time()) - 310)

    assert posting.post(shop.url, old, message.body, TRIAL).status == 401
    assert shop.tries == []


def test_what_was_signed_is_what_is_sent(shop: Receiver) -> None:
    message = Message(webhook_id="msg_1", body=b"{}")
    headers = message.headers([SECRET], timestamp=int(time.time()))

    forged = [
        posting.post(shop.url, headers, b"{ }", TRIAL),
        posting.post(shop.url, {**headers, "webhook-id": "msg_2"}, b"{}", TRIAL),
    ]

    assert [answer.status for answer in forged] == [401, 401]


def test_no_redirect_is_followed(shop: Receiver) -> None:
    shop.answering = lambda _: 307
    shop.headers = {"Location": f"http://{HOST}:{shop.port}/elsewhere"}

    answer = posted(shop.url)

    assert (answer.told, answer.is_success) == ("answered 307", False)
    assert [received.path for received in shop.tries] == ["/orders?shop=1"]


def test_no_proxy_of_the_environment_is_asked(
    shop: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://{HOST}:9")

    assert posted(shop.url).is_success


def test_how_long_somebody_asks_to_wait_is_told(shop: Receiver) -> None:
    shop.answering, shop.headers = lambda _: 503, {"Retry-After": "120"}

    assert posted(shop.url).retry_after == 120


@pytest.mark.parametrize(
    ("word", "seconds"),
    [
        (None, None),
        ("7", 7),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 37),
        ("Sun, 06 Nov 1994 08:48:00 GMT", 0),
        ("-7", None),
        ("soon", None),
        ("9" * 400, 999_999_999),
        ("\u0667", None),
    ],
)
def test_a_wait_is_a_number_or_a_date(word: str | None, seconds: float | None) -> None:
    at = 784_111_740.0  # 08:49:00 of that day

    assert posting.retry_after(word, now=lambda: at) == seconds


NONSENSE = {
    "too many headers": b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200,
    "a line without end": b"x" * 200_000,
    "another protocol": b"SSH-2.0-OpenSSH\r\n",
    "another status": b"HTTP/1.1 0200000000 OK\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("says", NONSENSE)
def test_nonsense_is_a_failure(says: str) -> None:
    with saying(NONSENSE[says]) as port:
        answer = posted(f"http://{HOST}:{port}/")

    assert answer.told in {"not an answer", "no connection"}
    assert not answer.is_success


def test_an_endless_body_is_not_read() -> None:
    with saying(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 50_000_000) as port:
        assert posted(f"http://{HOST}:{port}/").is_success


def test_endless_heads_before_the_answer_are_not_read() -> None:
    with saying(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000_000) as port:
        assert posted(f"http://{HOST}:{port}/").told == "not an answer"


def test_who_answers_drop_by_drop_is_given_up_in_time() -> None:
    began = time.monotonic()
    with saying(b"H" * 40, every=0.2) as port:
        answer = posted(f"http://{HOST}:{port}/")

    assert answer.told == "timed out"
    assert time.monotonic() - began < 3


def test_a_receiver_is_known_by_its_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_in(tmp_path)
    with receiver(certificate=certificate) as shop:
        shop.secret = signing.shown(SECRET)
        stranger = posted(shop.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        known = posted(shop.url)
        other_name = posted(shop.url.replace(HOST, "localhost"))

    assert stranger.told == "TLS failed"
    assert known.is_success
    assert other_name.told == "TLS failed", "the certificate is of the address only"


def certificate_in(folder: Path) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate, and is not installed")
    both = folder / "both.pem"
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    names = ["-subj", "/CN=shop", "-addext", f"subjectAltName=IP:{HOST}"]
    files = ["-keyout", str(both), "-out", str(folder / "cert.pem")]
    subprocess.run([*made, *names, *files], capture_output=True, check=True)
    both.write_text(both.read_text() + (folder / "cert.pem").read_text())
    return both


@contextmanager
def saying(what: bytes, *, every: float = 0.0) -> Iterator[int]:
    """Listen, read a request and answer with these bytes, or one in so many seconds."""
    over = threading.Event()
    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=_say, args=(listener, what, every, over))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            thread.join(10)


def _say(
    listener: socket.socket, what: bytes, every: float, over: threading.Event
) -> None:
    caller, _ = listener.accept()
    with caller:
        caller.settimeout(5)
        caller.recv(100_000)
        pieces = [what[n : n + 1] for n in range(len(what))] if every else [what]
        try:
            for piece in pieces:
                caller.sendall(piece)
                if over.wait(every):
                    return
        except OSError:
            return  # nobody listens any more
