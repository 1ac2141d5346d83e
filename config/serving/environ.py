"""A request of ASGI as WSGI words it, to the byte."""

import sys
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from config.serving.asgi import Scope
from config.serving.bodies import Body

Environ = dict[str, Any]

_ALWAYS: Environ = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}
_PROTOCOLS = {"1": "HTTP/1.0", "1.1": "HTTP/1.1", "2": "HTTP/2"}
_UNPREFIXED = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})


def environ_of(scope: Scope, body: Body) -> Environ:
    """Return the environ of a request whose body has been read."""
    host, port = scope["server"]
    environ = {
        **_ALWAYS,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": _PROTOCOLS[scope["http_version"]],
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body.content),
    }
    _add_headers(environ, scope)
    # Its length is known by now, so a body in chunks is one like any other.
    if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None or body.size:
        environ["CONTENT_LENGTH"] = str(body.size)
    return environ


def _add_headers(environ: Environ, scope: Scope) -> None:
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:
            continue  # it would pass for one with a hyphen, which a proxy has checked
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        value = raw_value.decode("latin-1")
        key = name if name in _UNPREFIXED else f"HTTP_{name}"
        if key in environ:
            value = f"{environ[key]}{_between(key)}{value}"
        environ[key] = value


def _between(key: str) -> str:
    return "; " if key == "HTTP_COOKIE" else ","
