"""manage.py demo_access: makes the demo administrator's password and token anew."""

import json
import secrets
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from config.access.models import SCOPES, ApiToken, User, issue_token

USERNAME = "admin"
TOKEN_NAME = "demo access"  # noqa: S105


class Command(BaseCommand):
    help = "Make the demo administrator, with a new password and token, as JSON."

    @transaction.atomic
    def handle(self, *_: Any, **__: Any) -> None:
        password = secrets.token_urlsafe(12)
        user, _created = User.objects.get_or_create(username=USERNAME)
        user.is_staff = user.is_superuser = user.is_active = True
        user.set_password(password)
        user.save()
        ApiToken.objects.filter(
            user=user, name=TOKEN_NAME, revoked_at__isnull=True
        ).update(revoked_at=timezone.now())
        issued = issue_token(user, name=TOKEN_NAME, scopes=SCOPES, days=365)
        access = {"username": USERNAME, "password": password, "token": issued.text}
        self.stdout.write(json.dumps(access))
