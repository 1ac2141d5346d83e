"""The orders of a filter as CSV, streamed page by page."""

import csv
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from orders_query import queries
from orders_query.pages.asking import Asked, understood
from orders_query.pages.reading import only_of, page, reader, told
from orders_query.queries import Answer, Ordering, Reader

logger = logging.getLogger(__name__)

PER_READ = 200
CUT_SHORT = "INCOMPLETE: the export was cut short here. Please ask for it again."
COLUMNS = {
    "Number": "orderNumber",
    "Reference": "reference",
    "Status": "status",
    "Customer": "customerName",
    "E-mail": "customerEmail",
    "Items": "itemCount",
    "Total": "total",
    "Currency": "currency",
    "Placed": "createdAt",
    "Last change": "lastUpdatedAt",
    "Id": "orderId",
}
# A spreadsheet takes a text that begins so for a formula, full-width signs too; and the
# rest of a text, where its reader's own language has fields end so.
_FORMULA = re.compile(r"(^|[;|\t\r\n])([\s\"']*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n])")


@page
@require_safe
def order_export(request: HttpRequest) -> HttpResponse:
    asked = understood(request, only_of(request))
    if asked.errors:
        query = request.GET.urlencode()
        return redirect(f"{reverse('orders:list')}?{query}")  # which says what is wrong
    asks = reader(request)
    # Read before the answer begins, so that a refusal can still be one.
    first = _read(asked, asks)
    answer: Any = StreamingHttpResponse(
        _lines(first, asked, asks), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="orders.csv"'
    return told(answer, first)


def _lines(first: Answer, asked: Asked, asks: Reader) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    answer = first
    while True:
        for order in answer.data:
            yield writer.writerow([_cell(order[name]) for name in COLUMNS.values()])
        if answer.next is None:
            return
        try:
            answer = _read(asked, asks, cursor=answer.next)
        except (queries.NotYetConsistent, DatabaseError):
            # The answer has begun; a file that just ends would look complete.
            logger.exception("An export was cut short")
            yield writer.writerow([CUT_SHORT])
            return


def _read(asked: Asked, asks: Reader, *, cursor: str | None = None) -> Answer:
    """
    Read the next orders of the file.

    Ordered by their last change they come as they were placed: one that changes while
    the file is written would leave its place, and be in it twice or never.
    """
    # The cursor brings the token: no page is older than the one before.
    following = asked.page(limit=PER_READ, cursor=cursor)
    if following.ordering is Ordering.LAST_UPDATED_AT:
        following = replace(following, ordering=Ordering.CREATED_AT)
    return queries.orders(asked.filters, page=following, reader=asks)


def _cell(value: Any) -> Any:
    return _FORMULA.sub(r"\1'\2", value) if isinstance(value, str) else value


class _Echo:
    """What csv writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line
