"""
Old shapes of events' data, brought to the one that this code reads.

A step is a pure function from the data of one shape to those of the next. It stays as
it is for ever, like the entries that it is for, whose hashes cover what is stored.
"""

from collections.abc import Callable, Mapping
from typing import Any

from orders_command.events import Unreadable

Json = dict[str, Any]
Step = Callable[[Json], Json]
FIRST = 1
_WORDS = ("carrier", "tracking_number")


def _words_in_one_place(data: Json) -> Json:
    """What entries of earlier releases say of a shipment themselves becomes `told`."""
    words = {name: value for name, value in data.items() if name in _WORDS}
    others = {name: value for name, value in data.items() if name not in _WORDS}
    return {**others, "told": words} if words else others


STEPS: Mapping[str, tuple[Step, ...]] = {"OrderShipped": (_words_in_one_place,)}

# Of these an older shape is still written, which is a newer one too, word for word: an
# upgrade has processes of the release before beside it, and they read no newer shape.
WRITTEN: Mapping[str, int] = {"OrderShipped": 1}


def newest(type_name: str) -> int:
    """Return the shape that this code reads without a step."""
    return FIRST + len(STEPS.get(type_name, ()))


def written(type_name: str) -> int:
    """Return the shape that new entries are marked with."""
    return WRITTEN.get(type_name) or newest(type_name)


def upcast(type_name: str, shape: int, data: Json) -> Json:
    """
    Return the data as the newest shape has them.

    :raises Unreadable: if this code does not know the shape
    """
    if not FIRST <= shape <= newest(type_name):
        raise Unreadable(f"Unknown event {type_name} of shape {shape}.")
    for step in STEPS.get(type_name, ())[shape - FIRST :]:
        data = step(data)
    return data
