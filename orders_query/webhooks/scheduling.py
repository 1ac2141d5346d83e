"""What follows from a try: pure decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from orders_query.webhooks.posting import Answer

JITTER = 0.2  # of each wait, on top of it: what failed together does not return so
LONGEST_REST = 86_400.0  # seconds that a receiver may ask for
FAILING_DAYS = 5.0  # without a success, after which an endpoint is disabled
GONE = 410
# Its owner is asked for less, not only for this one later.
BUSY = frozenset({429, 502, 503, 504})


class Then(Enum):
    SENT = "sent"
    AGAIN = "again"
    PARKED = "parked"
    DISABLED = "disabled"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What is to be done: when it is tried again, how long the endpoint rests."""

    then: Then
    wait: float = 0.0
    rest: float = 0.0
    because: str = ""  # it is disabled
    is_untried: bool = False  # the receiver has no part in it


def follows(
    answer: Answer,
    *,
    tries: int,
    waits: Sequence[float],
    failing_days: float,
    chance: float,
) -> Outcome:
    """
    Decide after a try.

    `tries` have been made with this one; `chance` from 0 to 1 spreads what is tried
    again. An endpoint that has failed for days is disabled; what is pending stays.
    """
    if answer.is_success:
        return Outcome(then=Then.SENT)
    if answer.status == GONE:
        return Outcome(then=Then.DISABLED, because="gone")
    if failing_days > FAILING_DAYS:
        return Outcome(then=Then.DISABLED, because="failing")
    asked = min(answer.retry_after or 0.0, LONGEST_REST)
    rest = asked if answer.status in BUSY else 0.0
    if tries > len(waits):
        return Outcome(then=Then.PARKED, rest=rest)
    wait = waits[tries - 1] * (1 + JITTER * chance)
    return Outcome(then=Then.AGAIN, wait=max(wait, asked), rest=rest)
