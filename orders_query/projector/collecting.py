"""Garbage collection, put off while a batch is folded."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def put_off() -> Iterator[None]:
    """
    Let nobody look for cycles within.

    A batch is thousands of rows and not one cycle, and the collector goes through all
    of them again and again: that was two fifths of the time that a load took.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
