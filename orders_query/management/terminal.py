"""Who sits at the terminal, for the record."""

import getpass


def me() -> str:
    """Return the name of the system's user, `unknown` if it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
