"""The bodies that tell how far the read side is, and where an event is on its way."""

from orders_query.api.schema.values import (
    ACTOR,
    CREATED_AT,
    EVENT_TYPE,
    ORDER_ID,
    POSITION,
    count,
    many,
    named,
    or_null,
    seconds,
    text,
    time,
)

SYNC = named(
    "Sync",
    {
        "head": or_null(count(7682, "The log's end. null: the log is away.")),
        "projections": many(
            named(
                "ProjectionState",
                {
                    "name": text("orders"),
                    "position": POSITION,
                    "head": or_null(count(7682)),
                    "eventsBehind": or_null(count(17)),
                    "lagSeconds": seconds(0.4, "The age of the oldest missing event."),
                    "parked": count(0, "Orders with an event that fails."),
                },
            )
        ),
        "replicas": many(
            named(
                "ReplicaState",
                {
                    "name": text("replica_1"),
                    "healthy": {"type": "boolean", "examples": [True]},
                    "lagSeconds": seconds(0.0, "Behind the read primary."),
                },
            )
        ),
    },
)
_SEEN_AT = or_null(time("2026-03-22T21:06:51.072030Z", "null: not known."))
TRACE = named(
    "Trace",
    {
        "orderId": ORDER_ID,
        "events": many(
            named(
                "TracedEvent",
                {
                    "version": count(1),
                    "type": EVENT_TYPE,
                    "position": POSITION,
                    "actor": ACTOR,
                    "requestId": text("0197f0c2-6d1e-7b4a-9c55-2f3de1a7b8c9"),
                    "receivedAt": _SEEN_AT,
                    "committedAt": CREATED_AT,
                    "rungAt": _SEEN_AT,
                    "appliedAt": _SEEN_AT,
                    "milliseconds": named(
                        "TraceDurations",
                        {
                            "commit": seconds(4.1, "From receipt to commit, in ms."),
                            "ring": seconds(0.6, "From commit to the ring, in ms."),
                            "apply": seconds(6.6, "From commit to the rows, in ms."),
                        },
                    ),
                    "replicas": many(
                        named(
                            "TracedReplica",
                            {
                                "name": text("replica_1"),
                                "isVisible": {"type": "boolean", "examples": [True]},
                                "visibleAt": _SEEN_AT,
                                "milliseconds": seconds(
                                    7.9, "From commit to there, in ms."
                                ),
                            },
                        )
                    ),
                },
            )
        ),
    },
)
