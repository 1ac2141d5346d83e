"""What a process may not be started with: pure rules over the settings."""

from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST = 50  # characters of a secret
FEWEST = 12  # different ones of them
# What people and examples write where a secret should be.
MADE_UP = """
    changeme change-me change_me django-insecure example insecure only-for password
    placeholder put-your replace-me secret your-
""".split()
MAKE_ONE = (
    "Make one with python -c 'import secrets; print(secrets.token_urlsafe(60))' "
    "and set it as SECRET_KEY."
)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One reason not to start: what is wrong, and what to do."""

    id: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


def refusals(
    *,
    secret_key: str,
    debug: bool,
    allowed_hosts: Sequence[str],
    https: bool,
    is_embedded: bool,
) -> list[Refusal]:
    """
    Return every reason not to start, none if there is none.

    :param is_embedded: the databases are those of `manage.py up`, on this machine
    """
    found = []
    if weakness := weakness_of(secret_key):
        found.append(Refusal(id="orders.E001", what=weakness, remedy=MAKE_ONE))
    if is_embedded and not https:
        return found
    if debug:
        what = "DEBUG is on: whoever meets an error would be shown the settings."
        remedy = "Take DEBUG out of the environment."
        found.append(Refusal(id="orders.E002", what=what, remedy=remedy))
    if "*" in allowed_hosts:
        what = "ALLOWED_HOSTS has '*': links in mails would lead to any host."
        remedy = "Name the hosts that this answers to, separated by commas."
        found.append(Refusal(id="orders.E003", what=what, remedy=remedy))
    return found


def weakness_of(secret_key: str) -> str:
    """Return why a secret is none, empty if it will do; never the secret itself."""
    if not secret_key:
        return "SECRET_KEY is missing."
    if len(secret_key) < SHORTEST:
        return f"SECRET_KEY has fewer than {SHORTEST} characters."
    if len(set(secret_key)) < FEWEST or _repeats(secret_key):
        return "SECRET_KEY is too regular to be a secret."
    for word in MADE_UP:
        if word in secret_key.lower():
            return f"SECRET_KEY has {word!r} in it, as examples have."
    return ""


def _repeats(text: str) -> bool:
    """Tell whether a text is a shorter one, written several times."""
    return text in (text + text)[1:-1]
