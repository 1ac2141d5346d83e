"""What a view says that has nothing to tell yet: hold the request, and ask again."""

import logging
import re
from dataclasses import dataclass

logger = logging.getLogger(__name__)

HEADER = "X-Hold"  # between a view and the front; it never leaves the house
_WORDS = re.compile(
    r"([0-9]{1,5}); after=([0-9]{1,19}); topic=(all|(?:order|customer):[0-9a-f-]{36})\Z"
)


@dataclass(frozen=True, kw_only=True)
class Hold:
    """How long at most, and beyond which position of the log, concerning whom."""

    seconds: int
    after: int
    topic: str

    @classmethod
    def parse(cls, text: str) -> "Hold | None":
        """Return what the header says; what cannot be read holds nobody."""
        match = _WORDS.match(text)
        if match is None:
            logger.error("X-Hold says %r", text)
            return None
        seconds, after, topic = match.groups()
        return cls(seconds=int(seconds), after=int(after), topic=topic)
