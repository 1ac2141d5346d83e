"""A small WSGI application, plain and behind the front, that shows what reaches it."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from config.serving.bodies import Limits
from config.serving.front import Front
from config.serving.hub import Hub
from config.serving.threads import Threads
from tests.waiting import eventually

_LEFT: list[str] = []


class Stream:
    """What Django calls a streaming response, as far as the front looks at it."""

    streaming = True

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        _LEFT.append("closed")


def plain(environ: dict[str, Any], start: Any) -> Any:
    path = environ["PATH_INFO"].removeprefix("/api").removeprefix("/")
    what, _, rest = path.partition("/")
    status = f"{rest} Some" if what == "status" else "200 OK"
    start(status, [("Content-Type", "text/plain"), ("X-Twice", "1"), ("X-Twice", "2")])
    return _body(what, environ)


def _body(what: str, environ: dict[str, Any]) -> Any:
    match what:
        case "status":
            return [b""]
        case "hello":
            return [b"hello"]
        case "stream":
            return Stream(b"%09d\n" % number for number in range(100_000))
        case "endless":
            return Stream(iter(lambda: b"x" * 10_000, None))
        case "until-gone":
            _LEFT.append(f"here: {environ['QUERY_STRING']}")
            eventually(environ["orders.gone"].is_set, 20)
            _LEFT.append(f"gone: {environ['QUERY_STRING']}")
    return [json.dumps(_LEFT if what == "left" else _shown(environ)).encode()]


def _shown(environ: dict[str, Any]) -> dict[str, Any]:
    body = environ["wsgi.input"].read().decode()
    strings = {k: v for k, v in environ.items() if isinstance(v, str) and "." not in k}
    return {**strings, "body": body, "scheme": environ["wsgi.url_scheme"]}


def _nobody_asks(*, after: int) -> NoReturn:
    raise NotImplementedError


application = Front(
    plain,
    hub=Hub(_nobody_asks, give_up=lambda: None),
    threads=Threads(3, begin=lambda: None),
    body_limits=Limits(size=1_000_000, seconds=2.0),
    max_listeners=10,
)
