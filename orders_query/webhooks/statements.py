"""The statements of who sends: in order per order, whoever and how many they are."""

# ruff: noqa: S608 - put together from constants, never from input

# The law: nobody is sent an order's event while an earlier one of it is unfinished.
# Who may take a row looks at it again once it is locked, so two never take the same.
IS_FIRST = """
not exists (
    select from orders_query_webhookdelivery earlier
    where earlier.endpoint_id = d.endpoint_id and earlier.order_id = d.order_id
      and earlier.position < d.position and earlier.state in ('pending', 'parked'))
"""
CLAIM = f"""
with due as (
    select d.id, d.endpoint_id
    from orders_query_webhookendpoint e cross join lateral (
        select d.id, d.endpoint_id from orders_query_webhookdelivery d
        where d.endpoint_id = e.id and d.state = 'pending' and d.due_at <= now()
          and (d.claimed_until is null or d.claimed_until < now())
          and (e.cursor is null or d.position <= e.cursor)
          and {IS_FIRST}
        order by d.due_at, d.position
        limit greatest(0,
            case when e.failing_since is null then %(at_once)s::int else 1 end
            - coalesce((%(flying)s::jsonb ->> e.id::text)::int, 0))
        for update of d skip locked
    ) d
    where e.enabled and (e.resting_until is null or e.resting_until < now())
    order by random() limit %(free)s
)
update orders_query_webhookdelivery d
set claim = %(claim)s, claimed_until = now() + make_interval(secs => %(lease)s),
    tries = d.tries + 1
from due join orders_query_webhookendpoint e on e.id = due.endpoint_id
where d.id = due.id
returning d.id as pk, d.claim, d.endpoint_id, e.name as endpoint, e.url, e.salt,
          e.old_salt, coalesce(e.old_until, 'epoch') as old_until,
          case when e.last_failed_at > now() - interval '2 days'
              then coalesce(extract(epoch from now() - e.failing_since) / 86400, 0)
              else 0 end::float8 as failing_days,
          d.position, d.order_id, d.version, d.type, d.tries
"""
_MINE = "d.id = %(pk)s and d.claim = %(claim)s and d.state = 'pending'"
_OVER = "claim = null, claimed_until = null, outcome = %(told)s"
SENT = f"""
with mine as (
    update orders_query_webhookdelivery d
    set state = 'sent', settled_at = now(), {_OVER}
    where {_MINE} returning d.endpoint_id, d.order_id
), next as (
    update orders_query_webhookdelivery d set due_at = now() from mine
    where d.endpoint_id = mine.endpoint_id and d.order_id = mine.order_id
      and d.state = 'pending' and d.due_at > now() and d.id <> %(pk)s
), well as (
    update orders_query_webhookendpoint e
    set failing_since = null, resting_until = null from mine
    where e.id = mine.endpoint_id
      and (e.failing_since is not null or e.resting_until is not null)
)
select exists (select from mine)
"""
# A failure long after the last one says nothing of the days between: the longest wait
# for a try is little more than a day.
_FAILING = """
ill as (
    update orders_query_webhookendpoint e
    set failing_since = case when e.last_failed_at > now() - interval '2 days'
            then coalesce(e.failing_since, now()) else now() end,
        last_failed_at = now(),
        resting_until = case when %(rest)s > 0
            then now() + make_interval(secs => %(rest)s) else e.resting_until end
    from mine
    where e.id = mine.endpoint_id
      and (e.failing_since is null or e.last_failed_at is null
           or e.last_failed_at < now() - interval '1 hour' or %(rest)s > 0)
)"""
# Those behind it are looked at no sooner; that is no law, and they may be.
AGAIN = f"""
with mine as (
    update orders_query_webhookdelivery d
    set due_at = now() + make_interval(secs => %(wait)s), {_OVER}
    where {_MINE} returning d.endpoint_id, d.order_id, d.due_at
), behind as (
    update orders_query_webhookdelivery d set due_at = mine.due_at from mine
    where d.endpoint_id = mine.endpoint_id and d.order_id = mine.order_id
      and d.state = 'pending' and d.due_at < mine.due_at and d.id <> %(pk)s
), {_FAILING}
select exists (select from mine)
"""
_PARKED = f"""
with mine as (
    update orders_query_webhookdelivery d
    set state = 'parked', {_OVER}
    where {_MINE} returning d.endpoint_id
)"""
PARK = f"{_PARKED}, {_FAILING} select exists (select from mine)"
PARK_UNTRIED = f"{_PARKED} select exists (select from mine)"
LET_GO = f"""
with mine as (
    update orders_query_webhookdelivery d
    set claim = null, claimed_until = null, tries = d.tries - 1
    where {_MINE} returning d.id
)
select exists (select from mine)
"""
IS_ANYBODY_THERE = """
select exists (select from orders_query_webhookendpoint where enabled)
"""
PUT_OFF = f"""
update orders_query_webhookdelivery d set due_at = now() + interval '5 minutes'
where d.id in (
    select one.id from orders_query_webhookendpoint e cross join lateral (
        select d.id from orders_query_webhookdelivery d
        where d.endpoint_id = e.id and d.state = 'pending'
          and d.due_at < now() - interval '1 minute' and d.claim is null
          and not ({IS_FIRST})
        order by d.due_at limit %(most)s) one
    where e.enabled limit %(most)s)
  and d.state = 'pending' and d.claim is null
"""
# Made due at once, and with it those behind it.
_DUE_AGAIN = """
with mine as (
    update orders_query_webhookdelivery d
    set state = 'pending', tries = 0, due_at = now(), outcome = '', settled_at = null,
        waiting_since = case when d.state in ('pending', 'parked')
            then d.waiting_since else now() end
    where d.id = any(%(pks)s) and {which}
      and (d.claimed_until is null or d.claimed_until < now())
    returning d.*
), behind as (
    update orders_query_webhookdelivery d set due_at = now() from mine
    where d.endpoint_id = mine.endpoint_id and d.order_id = mine.order_id
      and d.state = 'pending' and d.due_at > now() and d.id <> all(%(pks)s)
)
select position, order_id, version, type from mine order by position
"""
REDELIVER = _DUE_AGAIN.format(which="true")
REDELIVER_UNREADABLE = _DUE_AGAIN.format(
    which="d.state = 'parked' and d.outcome = 'unreadable'"
)
PARKED_OF = """
select id from orders_query_webhookdelivery
where endpoint_id = %s and state = 'parked' order by position limit 10000
"""
SKIP = """
with mine as (
    update orders_query_webhookdelivery d
    set state = 'skipped', settled_at = now(), claim = null, claimed_until = null
    where d.id = any(%(pks)s) and d.state in ('pending', 'parked')
      and (d.claimed_until is null or d.claimed_until < now())
    returning d.*
), behind as (
    update orders_query_webhookdelivery d set due_at = now() from mine
    where d.endpoint_id = mine.endpoint_id and d.order_id = mine.order_id
      and d.state = 'pending' and d.due_at > now() and d.id <> all(%(pks)s)
)
select position, order_id, version, type from mine order by position
"""
FORGET = """
delete from orders_query_webhookdelivery where id = any(array(
    select id from orders_query_webhookdelivery
    where settled_at < now() - make_interval(secs => %(days)s * 86400)
    order by settled_at limit %(most)s for update skip locked))
"""
