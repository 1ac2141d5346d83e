"""The headers that queries answer with."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

_ANSWERED: list[int | str] = [200, 304]
_UNKNOWN: list[int | str] = [404]


def _header(
    name: str,
    schema: dict[str, Any],
    description: str,
    *,
    statuses: list[int | str] = _ANSWERED,
    always: bool = True,
) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        schema,
        OpenApiParameter.HEADER,
        response=statuses,
        required=always,
        description=description,
    )


_TOKEN: Any = (
    "Consistency-Token",
    {"type": "integer", "minimum": 0, "examples": [7682]},
    "The position of the log that the answer stands for.",
)
_SOURCE: Any = (
    "Read-Source",
    {
        "type": "string",
        "pattern": "^(replica_[0-9]+|query|log)$",
        "examples": ["replica_1"],
    },
    "What served it: a replica, the read primary, or the log itself.",
)
_AGE: Any = (
    "Data-Age",
    {"type": "integer", "minimum": 0, "examples": [120]},
    "Milliseconds: nothing committed longer ago than this is missing.",
)
FRESHNESS = [
    _header(*_TOKEN),
    _header(*_SOURCE),
    _header(*_AGE, always=False),
    *(
        _header(*told, statuses=_UNKNOWN, always=False)
        for told in (_TOKEN, _SOURCE, _AGE)
    ),
]
ETAG = _header(
    "ETag",
    {
        "type": "string",
        "pattern": r'^"([0-9]+\.)?[0-9a-f]+"$',
        "examples": ['"3.e73948a91cec30e51231457f"'],
    },
    "Names these very bytes; of one order its version comes first.",
)
DISPOSITION = _header(
    "Content-Disposition",
    {"type": "string", "examples": ['attachment; filename="customer.json"']},
    "What a browser calls the file.",
    statuses=[200],
)
NEXT = _header(
    "Link",
    {
        "type": "string",
        "examples": ['<https://example.org/api/query/events?after=50>; rel="next"'],
    },
    "Where it goes on.",
)
PAGES = _header(
    "Link",
    {
        "type": "string",
        "examples": [
            '<https://example.org/api/query/orders?cursor=WyJDUkVB>; rel="next"'
        ],
    },
    "The pages after this one and before it, if there are any.",
    always=False,
)
