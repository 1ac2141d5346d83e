"""The token bucket as a script: read, decided and written by Valkey at one stroke.

It is GCRA (ITU-T I.371): a bucket is one number, the time at which it will be full.
"""

import hashlib

from config.limiting.budgets import Budget

SCRIPT = b"""
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local cost, whole = tonumber(ARGV[1]), tonumber(ARGV[2])
local full_at = tonumber(redis.call('GET', KEYS[1]) or now)
if full_at < now then full_at = now end
-- A clock that was put back, or a budget made smaller, keeps nobody out for long.
if full_at > now + whole then full_at = now + whole end
local ahead = full_at + cost - now
if ahead > whole then return whole - ahead end
local kept = math.ceil(ahead / 1000)
redis.call('SET', KEYS[1], string.format('%.0f', full_at + cost), 'PX', kept)
return ahead
"""
_SHA = hashlib.sha1(SCRIPT).hexdigest().encode()  # noqa: S324 - how Valkey names it


def spend(budget: Budget, caller: bytes) -> bytes:
    """Return the command that takes one of a caller's budget, as it is sent."""
    return _command(b"EVALSHA", _SHA, budget, caller)


def spend_in_full(budget: Budget, caller: bytes) -> bytes:
    """Return the same with the script in it, for a server that does not know it."""
    return _command(b"EVAL", SCRIPT, budget, caller)


def _command(name: bytes, script: bytes, budget: Budget, caller: bytes) -> bytes:
    key = b"limit:%s:%s" % (budget.name.encode(), caller)
    parts = (name, script, b"1", key, b"%d" % budget.cost, b"%d" % budget.whole)
    told = b"".join([b"$%d\r\n%s\r\n" % (len(part), part) for part in parts])
    return b"*%d\r\n%s" % (len(parts), told)
