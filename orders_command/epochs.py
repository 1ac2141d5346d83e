"""
Published. The epochs of the log: each begins well above all positions of those before.

A promotion is noticed by the log's own trigger. A restore from a backup cannot be: the
server does not know that it was further once. So somebody says so, with `begin`.
"""

from django.db import connection

RESTORED = "restored"


def begin(*, above: int) -> int:
    """
    Begin an epoch, as the owner, and return the position that it begins above.

    `above` is the highest position that anybody has seen, as far as is known.
    """
    with connection.cursor() as cursor:
        cursor.execute("select orders_command_begin_epoch(%s, %s)", [RESTORED, above])
        return int(cursor.fetchone()[0])
