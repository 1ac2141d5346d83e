"""Chromium for the tests of the pages, on pytest-playwright.

`visit` opens a browser in which somebody has signed in, and fails the test if a page
has complained on its console: of an error, of a missing file, of the policy for
scripts. Screenshots go to `test-screenshots`.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.pages.visiting import signed_in
from tests.people import Caller

CHROMIUM = Path("/usr/bin/chromium")
HERE = Path(__file__).parent
# How long a condition may take; a machine with other work to do needs more of it.
TIMEOUT_MS = 30_000
# That htmx drops a request of a page that is left is no error.
_HARMLESS = re.compile(r"^htmx:|status of 422 ")

Visit = Callable[..., Page]
expect.set_options(timeout=TIMEOUT_MS)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Put the tests in Chromium last, and leave them out where there is none.

    Playwright keeps a loop of its own in this thread from the first one on.
    """
    items.sort(key=lambda item: HERE in item.path.parents)
    if CHROMIUM.exists():
        return
    for item in items:
        if HERE in item.path.parents:
            reason = f"there is no Chromium at {CHROMIUM}"
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def base_url(web: str) -> str:
    return web


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    # Django takes Playwright's loop for its own; nothing here is asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    return {"executable_path": str(CHROMIUM), "args": ["--no-sandbox"]}


@pytest.fixture
def visit(new_context: Any, web: str) -> Iterator[Visit]:
    """
    Return what opens a page for a caller, None for nobody.

    What else is given goes to the browser: `java_script_enabled=False`,
    `viewport={...}`, `color_scheme="dark"`. Statuses in `expects`, such as
    `("403",)`, and other pieces of messages are no complaint.
    """
    said: list[str] = []

    def opened(
        caller: Caller | None = None, *, expects: tuple[str, ...] = (), **how: Any
    ) -> Page:
        context: BrowserContext = new_context(**how)
        context.set_default_timeout(TIMEOUT_MS)
        if caller is not None:
            session = signed_in(caller).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": web}])
        _listen(context, said, expects)
        return context.new_page()

    yield opened
    assert said == []


def _tells(text: str, expected: str) -> bool:
    """Say whether a message is of a status, in Chromium's words or htmx's."""
    if not expected.isdigit():
        return expected in text
    return f"status of {expected} " in text or f"Status Error Code {expected} " in text


def _listen(context: BrowserContext, said: list[str], expects: tuple[str, ...]) -> None:
    def note(message: ConsoleMessage) -> None:
        if message.type != "error" or _HARMLESS.search(message.text):
            return
        if not any(_tells(message.text, expected) for expected in expects):
            said.append(f"{message.text} at {message.location.get('url')}")

    context.on("console", note)
    context.on("weberror", lambda error: said.append(str(error.error)))
