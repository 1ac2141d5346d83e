"""How much somebody may ask for, and what is left of it."""

import math
import re
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ImproperlyConfigured

_TEXT = re.compile(r"([0-9]{1,9})/([0-9]{1,6})\Z")
SECOND = 1_000_000  # in µs, in which all of this reckons: whole numbers are exact


@dataclass(frozen=True)
class Budget:
    """
    A token bucket: `most` at once, and as much again within `seconds`, evenly.

    What is spent fills up again all the time, so nobody waits for a window to end.
    """

    name: str
    most: int
    seconds: int

    @cached_property
    def cost(self) -> int:
        """What one takes, as the µs in which it fills up again."""
        return math.ceil(self.seconds * SECOND / self.most)

    @cached_property
    def whole(self) -> int:
        """The µs in which an empty bucket fills up."""
        return self.cost * self.most

    @cached_property
    def policy(self) -> str:
        """The value of the header RateLimit-Policy."""
        return f'"{self.name}";q={self.most};w={self.seconds}'


def parsed(name: str, setting: str, text: str) -> Budget | None:
    """
    Return the budget that a setting such as `20000/10` gives; empty or 0 is none.

    :raises ImproperlyConfigured: if it cannot be read, with the setting's name
    """
    words = text.strip()
    if words in {"", "0"}:
        return None
    match = _TEXT.match(words)
    most, seconds = map(int, match.groups()) if match else (0, 0)
    if not most or not seconds:
        raise ImproperlyConfigured(
            f"{setting} is {text!r}, and has to be NUMBER/SECONDS such as 20000/10, "
            "or 0 for no limit."
        )
    return Budget(name, most, seconds)


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What is said of a request: µs until the bucket is full, and until a retry."""

    budget: Budget
    until_full: int
    until_retry: int = 0

    @property
    def is_refused(self) -> bool:
        return self.until_retry > 0

    @property
    def retry_after(self) -> int:
        """Seconds after which one more is admitted, if nobody else takes it."""
        return math.ceil(self.until_retry / SECOND)

    def headers(self) -> dict[str, str]:
        """Return the headers of draft-ietf-httpapi-ratelimit-headers."""
        budget = self.budget
        left = (
            0 if self.is_refused else budget.most - -(-self.until_full // budget.cost)
        )
        full_in = -(-self.until_full // SECOND)
        return {
            "RateLimit-Policy": budget.policy,
            "RateLimit": f'"{budget.name}";r={left};t={full_in}',
        }


def refusal(budget: Budget, wait: int) -> Verdict:
    """Return that one more is admitted after so many µs."""
    full = budget.whole - budget.cost + wait
    return Verdict(budget=budget, until_full=full, until_retry=wait)
