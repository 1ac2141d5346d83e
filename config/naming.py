"""What this process is called where it speaks: `web`, `worker`, `beat`, a command."""

import sys
from collections.abc import Sequence
from pathlib import Path


def name_of(arguments: Sequence[str]) -> str:
    """Return a process's name from its command line, as Python has it."""
    program = Path(arguments[0]) if arguments else Path()
    named = program.parent.name if program.stem == "__main__" else program.stem
    if named == "granian":
        return "web"
    if named == "celery":
        roles = {"worker", "beat"} & set(arguments)
        return min(roles, default=named)
    if named == "manage" and len(arguments) > 1:
        return arguments[1]
    return named or "python"


PROCESS = name_of(sys.argv)
