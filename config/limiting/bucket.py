"""The token bucket as a script: read, decided and written by Valkey at one stroke.

It is GCRA (ITU-T I.371): a bucket is one number, the time at which it will be full.
"""

import hashlib

from config.limiting.budgets import Budget

# Of what is left it gives a 64th in advance at most, so the last ones go one by one.
SCRIPT = b"""
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local cost, whole, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full_at = tonumber(redis.call('GET', KEYS[1]) or now)
if full_at < now then full_at = now end
-- A clock that was put back, or a budget made smaller, keeps nobody out for long.
if full_at > now + whole then full_at = now + whole end
local left = math.floor((now + whole - full_at) / cost)
if left < 1 then return now + whole - full_at - cost end
local taken = math.min(wanted, math.max(1, math.floor(left / 64)))
local ahead = full_at + taken * cost - now
local kept = math.ceil(ahead / 1000)
redis.call('SET', KEYS[1], string.format('%.0f', now + ahead), 'PX', kept)
return ahead * 100 + taken
"""
_SHA = hashlib.sha1(SCRIPT).hexdigest().encode()  # noqa: S324 - how Valkey names it


def spend(budget: Budget, caller: bytes, wanted: int) -> bytes:
    """Return the command that takes so many of a caller's budget, as it is sent."""
    return _command(b"EVALSHA", _SHA, budget, caller, wanted)


def spend_in_full(budget: Budget, caller: bytes, wanted: int) -> bytes:
    """Return the same with the script in it, for a server that does not know it."""
    return _command(b"EVAL", SCRIPT, budget, caller, wanted)


def understood(told: int) -> tuple[int, int]:
    """
    Return how many were taken, and the µs until the bucket is full again after that.

    None were taken: the µs until there is one.
    """
    if told <= 0:
        return 0, max(1, -told)
    until_full, taken = divmod(told, 100)
    return taken, until_full


def _command(
    name: bytes, script: bytes, budget: Budget, caller: bytes, wanted: int
) -> bytes:
    key = b"limit:%s:%s" % (budget.name.encode(), caller)
    numbers = [b"%d" % number for number in (budget.cost, budget.whole, wanted)]
    parts = [name, script, b"1", key, *numbers]
    told = b"".join([b"$%d\r\n%s\r\n" % (len(part), part) for part in parts])
    return b"*%d\r\n%s" % (len(parts), told)
