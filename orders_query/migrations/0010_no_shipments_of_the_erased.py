"""Carriers and tracking numbers of those who were erased before these went with them."""

from django.db import migrations

ERASED = """
select order_id from orders_query_orderreadmodel
where customer_name is null and customer_email is null
  and (carrier is not null or tracking_number is not null)
"""
FORGET = f"""
with shipped as materialized ({ERASED}), history as (
    update orders_query_orderhistory h
    set data = data - '{{carrier,trackingNumber}}'::text[]
    from shipped where h.order_id = shipped.order_id and h.type = 'OrderShipped'
), past as (
    update orders_query_orderversion v set carrier = null, tracking_number = null
    from shipped where v.order_id = shipped.order_id
)
update orders_query_orderreadmodel o set carrier = null, tracking_number = null
from shipped where o.order_id = shipped.order_id
"""  # noqa: S608 - built from constants


class Migration(migrations.Migration):
    dependencies = [("orders_query", "0009_rebuild_requests")]

    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
