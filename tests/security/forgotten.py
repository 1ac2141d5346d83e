"""Asking the web server for a new password, and the mails that it writes down."""

from django.conf import settings

from tests.security.kinds import CSRF, FORM, SECRET
from tests.security.raw import asked


def asking_for(email: str, host: str, *lines: str) -> bytes:
    form = f"csrfmiddlewaretoken={SECRET}&email={email}"
    return asked(
        "POST", "/sign-in/forgotten", FORM, CSRF, *lines, host=host, body=form.encode()
    )


def mails_to(email: str) -> list[str]:
    folder = settings.VAR_DIR / "mail"
    texts = [path.read_text() for path in folder.glob("*.log")]
    return [text for text in texts if email in text and "-----" in text]
