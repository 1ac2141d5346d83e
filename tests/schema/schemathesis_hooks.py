"""What schemathesis is told of this API, and the checks that are its own.

Loaded by its command line (SCHEMATHESIS_HOOKS). KNOWN_IDS has ids of orders and
customers that are there, so that not every answer is 404. What was sent and answered is
counted into the file COUNTS.
"""

import atexit
import itertools
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.checks import negative_data_rejection
from schemathesis.core.failures import Failure

KNOWN = {
    name: itertools.cycle(ids)
    for name, ids in json.loads(os.environ.get("KNOWN_IDS", "{}")).items()
}
COUNTS = os.environ.get("COUNTS")
_turn = itertools.count()
_counted: Counter[str] = Counter()
# Programs send headers that nobody has heard of: they are no mistake.
_OF_NO_MATTER = "in header - object with unexpected properties"


@schemathesis.hook
def before_call(context: Any, case: Any, **_: Any) -> None:
    """Wait for no change, and ask every other time for what is there."""
    if case.query:
        case.query.pop("wait", None)
    if _phase(case) == "stateful":
        return  # it knows its own ids
    for name in case.path_parameters or {}:
        if name in KNOWN and next(_turn) % 2:
            case.path_parameters[name] = next(KNOWN[name])


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Count by phase and mode, and by what was answered."""
    mode = case.meta.generation.mode.value if case.meta else "positive"
    _counted[f"{_phase(case)} {mode}"] += 1
    _counted[f"status {response.status_code}"] += 1


@schemathesis.check
def no_defect(context: Any, response: Any, case: Any) -> None:
    """Let 503 alone fail: a token far beyond the log is answered so, as documented."""
    assert response.status_code < 500 or response.status_code == 503, response.text


@schemathesis.check
def bad_input_is_refused(context: Any, response: Any, case: Any) -> bool | None:
    try:
        refused: bool | None = negative_data_rejection(context, response, case)
    except Failure as failure:
        if _OF_NO_MATTER in failure.message:
            return None
        raise
    return refused


@atexit.register
def _tell() -> None:
    if COUNTS:
        Path(COUNTS).write_text(json.dumps(_counted))


def _phase(case: Any) -> str:
    return str(case.meta.phase.name.value) if case.meta else "examples"
