"""Lets no process start that is set up unsafely: `manage.py check`, and who serves."""

import logging
import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connections

from config import safety
from config.access import demo

logger = logging.getLogger(__name__)

DEMO = safety.Refusal(
    id="orders.E004",
    what="The demo administrator can sign in here, with a password that was printed.",
    remedy="Take that account out of use with manage.py demo_access --disable.",
)


@register(Tags.security)
def settings_are_safe(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Keep every command but `up`, which makes a secret of its own, from starting."""
    return _errors(_of_settings())


@register(Tags.database, deploy=True)
def no_demo_account(
    app_configs: Any, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Look with `check --deploy --database default` whether the demo's user is here."""
    return _errors(_of_accounts() if "default" in (databases or ()) else [])


def must_be_safe() -> None:
    """End this process, saying why, if it may not serve as it is set up."""
    found = _of_settings() or _of_accounts()
    if found:
        sys.exit("\n".join(["Refusing to start.", *(f"- {why}" for why in found)]))


def _of_settings() -> list[safety.Refusal]:
    return safety.refusals(
        secret_key=_secret_key(),
        debug=settings.DEBUG,
        allowed_hosts=settings.ALLOWED_HOSTS,
        https=settings.HTTPS,
        is_embedded=settings.IS_EMBEDDED,
    )


def _of_accounts() -> list[safety.Refusal]:
    if settings.IS_EMBEDDED:
        return []
    try:
        return [DEMO] if demo.may_sign_in() else []
    except (DatabaseError, InterfaceError) as error:
        # A server starts without its databases too, and answers 503 until they come.
        logger.warning("Whether there is a demo account: %s", type(error).__name__)
        return []
    finally:
        # Nobody counts this connection, and a worker must not fork with it.
        connections["default"].close()


def _secret_key() -> str:
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:
        return ""  # how Django says that it is empty


def _errors(found: list[safety.Refusal]) -> list[CheckMessage]:
    return [Error(why.what, hint=why.remedy, id=why.id) for why in found]
