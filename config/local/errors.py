"""The one error of the runner: a sentence for the person who typed the command."""


class CannotStart(Exception):
    """Say why nothing was started, and what to do."""
