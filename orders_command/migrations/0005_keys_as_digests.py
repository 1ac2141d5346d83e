"""Idempotency keys are kept as digests: a caller may have made them of anything."""

from django.db import migrations

TO_DIGESTS = """
update orders_command_idempotencyrecord
set key = encode(sha256(convert_to(key, 'UTF8')), 'hex')
"""


class Migration(migrations.Migration):
    dependencies = [("orders_command", "0004_only_what_serves")]

    operations = [migrations.RunSQL(TO_DIGESTS, migrations.RunSQL.noop)]
