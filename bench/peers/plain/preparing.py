"""Makes the peer's tables and a token; prints the token.

Run it as a process of its own: it has settings of its own.
"""

import os

import django
from django.core.management import call_command


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peers.plain.settings"
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    from django.contrib.auth.models import User  # noqa: PLC0415 - once set up
    from rest_framework.authtoken.models import Token  # noqa: PLC0415

    user, _ = User.objects.get_or_create(username="bench")
    print(Token.objects.get_or_create(user=user)[0].key)


if __name__ == "__main__":
    main()
