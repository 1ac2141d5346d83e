"""Sends what the projection `webhooks` has noted: signed, in order, again and again."""

from orders_query.webhooks.addresses import Refused, Unknown, addresses_of
from orders_query.webhooks.claims import forget
from orders_query.webhooks.deciding import redeliver, redeliver_parked, skip
from orders_query.webhooks.endpoints import (
    NoSuchPosition,
    add,
    change,
    new_secret,
    remove,
    replay,
)
from orders_query.webhooks.resuming import NoSuchEvent, resume
from orders_query.webhooks.sending import Sender
from orders_query.webhooks.targets import MAX_URL, BadUrl, target_of

__all__ = [
    "MAX_URL",
    "BadUrl",
    "NoSuchEvent",
    "NoSuchPosition",
    "Refused",
    "Sender",
    "Unknown",
    "add",
    "addresses_of",
    "change",
    "forget",
    "new_secret",
    "redeliver",
    "redeliver_parked",
    "remove",
    "replay",
    "resume",
    "skip",
    "target_of",
]
