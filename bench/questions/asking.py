"""How lists are asked for: a call that has all it needs."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from orders_query import queries
from orders_query.queries import Filters, Page
from orders_query.queries.filters import Place, pack

Question = tuple[str, Callable[[], Any]]


def listed(
    filters: Filters | None = None, page: Page | None = None
) -> Callable[[], Any]:
    return partial(queries.orders, filters or Filters(), page=page or Page())


def at(page: Page, place: Place) -> Page:
    return replace(page, cursor=pack(page, place))
