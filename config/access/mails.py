"""Mails that are only written to files: whom they name is forgotten with the person."""

import logging
import time
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

logger = logging.getLogger(__name__)


def forget_written_to(user_id: UUID) -> int:
    """Delete the mails with a link for this user; return how many there were."""
    mark = urlsafe_base64_encode(force_bytes(user_id))
    return _delete(file for file in _written() if mark in _text(file))


def forget_old() -> int:
    """Delete mails whose link has served its time; return how many there were."""
    before = time.time() - settings.PASSWORD_RESET_TIMEOUT
    return _delete(file for file in _written() if file.stat().st_mtime < before)


def _written() -> Iterator[Path]:
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    if folder and Path(folder).is_dir():
        yield from Path(folder).glob("*.log")


def _text(file: Path) -> str:
    """Return the text of a mail, whose lines may be folded in the file."""
    message = message_from_bytes(file.read_bytes())
    content = message.get_payload(decode=True)
    return content.decode(errors="replace") if isinstance(content, bytes) else ""


def _delete(files: Iterator[Path]) -> int:
    count = 0
    for file in files:
        try:
            file.unlink(missing_ok=True)
            count += 1
        except OSError as error:
            logger.warning("A mail could not be deleted: %s", error.strerror)
    return count
