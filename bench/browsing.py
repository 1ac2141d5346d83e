"""The order desk at a running system: by connection, and in Chromium."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, sync_playwright

from bench.system import System

CHROMIUM = "/usr/bin/chromium"


class Desk:
    """Somebody who has signed in, on one connection."""

    def __init__(self, system: System) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", system.port)
        access = json.loads((system.var_dir / "demo-access.json").read_text())
        self.cookies = {"csrftoken": "x" * 32}
        form = urlencode(
            {
                "username": access["username"],
                "password": access["password"],
                "csrfmiddlewaretoken": "x" * 32,
            }
        )
        self._ask("POST", "/sign-in", form)

    def visit(self, path: str) -> tuple[float, int]:
        """Return the ms to the first byte, and the bytes of the page."""
        return self._ask("GET", path)

    def _ask(self, method: str, path: str, form: str = "") -> tuple[float, int]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self._connection.request(method, path, form or None, headers)
        answer = self._connection.getresponse()
        took = time.perf_counter() - began
        size = len(answer.read())
        if answer.status not in {200, 302}:
            raise SystemExit(f"{path} answered {answer.status}")
        for given in answer.headers.get_all("Set-Cookie", []):
            name, _, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        return took * 1000, size


@contextmanager
def chromium(system: System, desk: Desk) -> Iterator[BrowserContext]:
    """Open a browser in which the same person has signed in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        url = f"http://127.0.0.1:{system.port}"
        context = browser.new_context(base_url=url)
        session = desk.cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        yield context
        browser.close()
