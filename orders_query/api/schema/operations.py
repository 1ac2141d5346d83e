"""Each query: what it takes, what it answers, and how it refuses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from orders_query.api.parameters import MAX_EVENTS
from orders_query.api.schema import answers, asked, watched
from orders_query.api.schema.sent import DISPOSITION, ETAG, FRESHNESS, NEXT, PAGES
from orders_query.api.schema.values import Schema, many

_View = TypeVar("_View", bound=Callable[..., Any])
_STREAM = {
    "type": "string",
    "examples": [
        (
            "retry: 1000\n\n"
            "id: 7665\nevent: OrderCreated\n"
            'data: {"position": 7665, "version": 1, "status": "PENDING"}\n\n'
        )
    ],
}


@dataclass(frozen=True)
class _Query:
    """What is to be said of one query; most have an ETag and no error of their own."""

    operation: str
    answer: Schema
    summary: str
    description: str
    asks: tuple[OpenApiParameter, ...] = ()
    sends: tuple[OpenApiParameter, ...] = (ETAG,)
    refuses: tuple[str, ...] = ()
    streams: bool = False


def _described(*what: Any, **more: Any) -> Callable[[_View], _View]:
    query = _Query(*what, **more)
    decorate: Callable[[_View], _View] = extend_schema(
        operation_id=query.operation,
        tags=["query"],
        summary=query.summary,
        description=query.description,
        parameters=_parameters(query),
        responses=_responses(query),
        extensions={"x-problems": {code: {} for code in query.refuses}},
    )
    return decorate


def _parameters(query: _Query) -> list[OpenApiParameter]:
    known = [asked.KNOWN] if ETAG in query.sends else []
    usual = [asked.TOKEN, asked.STALENESS, *known, *FRESHNESS]
    return [*usual, *query.asks, *query.sends]


def _responses(query: _Query) -> dict[Any, OpenApiResponse]:
    told: dict[Any, OpenApiResponse] = {
        (200, "application/json"): OpenApiResponse(query.answer, query.summary)
    }
    if query.streams:
        told[200, "text/event-stream"] = OpenApiResponse(_STREAM)
    if ETAG in query.sends:
        told[304] = OpenApiResponse(description="It is still as the caller knows it.")
    if query.refuses:
        told[404] = OpenApiResponse()  # so that the headers of answers come with it
    return told


_LISTED = (ETAG, PAGES)
_OF_ORDER = ("order-not-found",)
_OF_CUSTOMER = ("customer-not-found",)

orders = _described(
    "listOrders",
    answers.ORDER_SUMMARY,  # of a list action: the document makes an array of it
    "A page of orders",
    "All orders that the caller may see, filtered, in pages by key: page 10,000 costs "
    "what page 1 costs, and page 2 is never older than page 1.",
    asks=(asked.LIMIT, asked.CURSOR, asked.AS_OF, *asked.FILTERS),
    sends=_LISTED,
)
orders_of = _described(
    "listOrdersOfCustomer",
    answers.ORDER_SUMMARY,
    "A page of a customer's orders",
    "Newest first; a customer without orders has an empty list.",
    asks=(asked.THE_CUSTOMER, asked.LIMIT, asked.CURSOR),
    sends=_LISTED,
    refuses=_OF_CUSTOMER,
)
order = _described(
    "getOrder",
    answers.ORDER,
    "One order",
    "With its items and remarks: as it is, or as it stood after its Nth event or at a "
    "time. With a token that no database has reached yet it is folded from the log.",
    asks=(asked.THE_ORDER, asked.AS_OF, asked.VERSION, asked.EXPAND),
    refuses=(*_OF_ORDER, "version-not-found"),
)
history = _described(
    "getOrderHistory",
    many(answers.EVENT),
    "What happened to an order",
    "Its events, oldest first.",
    asks=(asked.THE_ORDER,),
    refuses=_OF_ORDER,
)
trace = _described(
    "getOrderTrace",
    watched.TRACE,
    "Where an order's events are",
    "For each event when it was received, committed, announced, applied, and visible "
    "on each replica.",
    asks=(asked.THE_ORDER,),
    refuses=_OF_ORDER,
)
counts = _described(
    "getStatusCounts",
    answers.STATUS_COUNTS,
    "How many orders are in each status",
    "Of all orders that the caller may see, or of one customer's.",
    asks=(asked.CUSTOMER,),
)
summary = _described(
    "getCustomerSummary",
    answers.CUSTOMER_SUMMARY,
    "What a customer's orders add up to",
    "Cancelled orders count, and are left out of the value.",
    asks=(asked.THE_CUSTOMER, asked.EXPAND_SUMMARY),
    refuses=_OF_CUSTOMER,
)
export = _described(
    "exportCustomer",
    answers.CUSTOMER_EXPORT,
    "All that is kept about a customer",
    "The record, the linked user, and each order with items, remarks and history, for "
    "the order desk and for the customer. An erased person's holds no words. It is "
    "streamed: a whole one ends with `complete`, one that was cut short is no JSON.",
    asks=(asked.THE_CUSTOMER,),
    sends=(DISPOSITION,),
    refuses=_OF_CUSTOMER,
)
daily_sales = _described(
    "getDailySales",
    many(answers.DAILY_SALES),
    "Sales by day",
    "Days in UTC, for each currency; the revenue leaves cancelled orders out.",
    asks=(*asked.DAYS, asked.ONE_CURRENCY),
)
product_sales = _described(
    "getProductSales",
    many(answers.PRODUCT_SALES),
    "Sales by product",
    "The best first, for each currency; the revenue leaves cancelled orders out.",
    asks=(*asked.DAYS, asked.ONE_CURRENCY, asked.LIMIT, asked.CURSOR),
    sends=_LISTED,
)
events = _described(
    "listEvents",
    answers.LOGGED_EVENT,
    "The log for integrators",
    "Complete and in order. The link leads on, and to nothing new at the log's end.",
    asks=(asked.AFTER, asked.limit(MAX_EVENTS)),
    sends=(ETAG, NEXT),
)
_HOW = (
    "Without `after` from now on; the link leads on. With `wait` the answer waits for "
    "a first change; with `Accept: text/event-stream` changes come as server-sent "
    "events, each with its position as the id."
)
_FOLLOWS = (asked.AFTER, asked.LIMIT, asked.WAIT, asked.LAST_EVENT)
changes = _described(
    "followOrders",
    many(answers.CHANGE),
    "Changes of all orders",
    f"Those that the caller may see. {_HOW}",
    asks=_FOLLOWS,
    sends=(NEXT,),
    streams=True,
)
changes_of = _described(
    "followOrder",
    many(answers.CHANGE),
    "Changes of one order",
    _HOW,
    asks=(asked.THE_ORDER, *_FOLLOWS),
    sends=(NEXT,),
    refuses=_OF_ORDER,
    streams=True,
)
sync = _described(
    "getSync",
    watched.SYNC,
    "How far the read side has come",
    "The log's end, where each projection stands, and how each replica is.",
    sends=(),
)
