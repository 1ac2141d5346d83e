"""Following the links of a list from page to page."""

import re

_LINK = re.compile(r'<([^>]+)>; rel="(\w+)"')


def numbers(answer):
    """Return the order numbers of a page."""
    assert answer.status_code == 200, answer.content
    return [order["orderNumber"] for order in answer.json()]


def pages(clerk, url):
    """Follow the links to the end, and return all pages."""
    found = []
    while url:
        answer = clerk.get(url)
        found.append(numbers(answer))
        url = linked(answer, "next")
    return found


def linked(answer, name):
    """Return the address that an answer links to under this name, or nothing."""
    links = {rel: url for url, rel in _LINK.findall(answer.headers.get("Link", ""))}
    return links.get(name, "").removeprefix("http://testserver")
