"""How much is made up: little and always the same in the tests, much in `make fuzz`."""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

TIMES = int(os.environ.get("FUZZ", "1"))

# As somebody sends it who knows the names, or does not care.
words = st.text(max_size=60) | st.sampled_from(
    ["", "\0", "\ud800", "٣", "1e400", "-0", "NaN", "9" * 60, "' or 1=1 --", "%00", "*"]
)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | words
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4)
    ),
    max_leaves=10,
)


def examples(number: int) -> settings:
    """Return how a test of that many examples runs."""
    return settings(
        max_examples=number * TIMES,
        derandomize=TIMES == 1,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
