"""The log for integrators: complete and in order, straight from where it is kept."""

from orders_command import feed
from orders_command.wording import json_of, of_log
from orders_query.queries.answers import Answer, NotYetConsistent
from orders_query.queries.asking import ANYBODY, Reader
from orders_query.queries.folding import SOURCE

PROOF_SECONDS = 1.0  # for a writer that holds a position open


def events(*, after: int, limit: int, reader: Reader = ANYBODY) -> Answer:
    """
    Return up to `limit` events after a position, none passed over, oldest first.

    The answer's position is the one to go on after.

    :raises NotYetConsistent: if a writer still holds the next position open, or if the
        reader has seen more than the log has
    """
    if reader.at_least and reader.at_least > feed.head():
        raise NotYetConsistent(reader)
    try:
        batch = feed.read(after=after, limit=limit, timeout=PROOF_SECONDS)
    except TimeoutError as error:
        raise NotYetConsistent(reader) from error
    position = batch.events[-1].position if batch.events else after
    body = json_of([of_log(recorded) for recorded in batch.events])
    return Answer(body=body, position=position, source=SOURCE, age_ms=0)
