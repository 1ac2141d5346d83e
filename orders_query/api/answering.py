"""What HTTP says of an answer: how fresh it is, what it is called, where it goes on."""

from urllib.parse import urlencode

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response

from orders_query.queries import Answer


def told(request: Request, answer: Answer) -> Response:
    """Answer with the body, or with 304 if the caller knows it."""
    headers = {**answer.headers, "ETag": answer.etag}
    if _is_known(request.headers.get("If-None-Match", ""), answer.etag):
        return Response(status=304, headers=headers)
    return Response(answer.body, headers=headers)


def listed(request: Request, answer: Answer) -> Response:
    """Answer with a page, and with links to those before and after it."""
    response = told(request, answer)
    links = [
        f'<{address(request, cursor=cursor)}>; rel="{name}"'
        for name, cursor in (("next", answer.next), ("prev", answer.previous))
        if cursor
    ]
    if links:
        response["Link"] = ", ".join(links)
    return response


def address(request: Request | HttpRequest, **changed: str) -> str:
    """Return the address of this request with other parameters."""
    query = urlencode({**dict(request.GET.lists()), **changed}, doseq=True)
    return str(request.build_absolute_uri(f"{request.path}?{query}"))


def _is_known(if_none_match: str, etag: str) -> bool:
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in known or "*" in known
