"""Order numbers: short, drawn at random, and sayable on the telephone."""

import secrets

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none sounds or looks alike
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]


def draw() -> str:
    """Return a number that is very likely new; the database knows for certain."""
    bits = int.from_bytes(secrets.token_bytes(5))
    return (
        f"{_PAIRS[bits & 1023]}{_PAIRS[bits >> 10 & 1023]}-"
        f"{_PAIRS[bits >> 20 & 1023]}{_PAIRS[bits >> 30]}"
    )
