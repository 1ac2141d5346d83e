"""What a name and an e-mail may be, and the refusals of the directory."""

import unicodedata
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

NAME_LENGTH = 200
EMAIL_LENGTH = 254


class CustomerError(Exception):
    """A refusal, with a code that the edges know."""

    code = "bad-request"


class CustomerNotFound(CustomerError):
    code = "customer-not-found"

    def __init__(self, customer_id: UUID) -> None:
        super().__init__(f"There is no customer {customer_id}.")


class CustomerErased(CustomerError):
    code = "customer-erased"

    def __init__(self, customer_id: UUID) -> None:
        super().__init__(f"Customer {customer_id} has been erased.")


class EmailTaken(CustomerError):
    code = "email-taken"

    def __init__(self) -> None:
        super().__init__("Another customer has this e-mail address.")
        self.errors = [error("/email", "taken", str(self))]


class BadInput(CustomerError):
    """Input refused: `errors` names each place."""

    def __init__(self, code: str, errors: list[dict[str, str]]) -> None:
        super().__init__(" ".join(error["detail"] for error in errors))
        self.code = code
        self.errors = errors


def error(pointer: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": pointer, "code": code, "detail": detail}


def check(*, name: str | None, email: str | None) -> None:
    """Refuse a name or an e-mail that is given and will not do."""
    errors = []
    if name is not None and (detail := _name_refusal(name)):
        errors.append(error("/name", "invalid", detail))
    if email is not None and (detail := _email_refusal(email)):
        errors.append(error("/email", "invalid", detail))
    if errors:
        raise BadInput("invalid-body", errors)


def _name_refusal(name: str) -> str:
    if not name.strip():
        return "A name must not be empty."
    if len(name) > NAME_LENGTH:
        return f"A name has at most {NAME_LENGTH} characters."
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        return "A name has no control characters."
    return ""


def _email_refusal(email: str) -> str:
    if len(email) > EMAIL_LENGTH:
        return f"An e-mail address has at most {EMAIL_LENGTH} characters."
    try:
        validate_email(email)
    except ValidationError:
        return "This is not an e-mail address."
    return ""
