"""How much each caller may ask for, and how callers are told apart."""

from config.limiting.budgets import parsed
from config.settings.environment import env

# Of a user: as many at once, and as many again in so many seconds.
RATE_LIMIT_READS = parsed(
    "reads", "RATE_LIMIT_READS", env.str("RATE_LIMIT_READS", default="20000/10")
)
RATE_LIMIT_WRITES = parsed(
    "writes", "RATE_LIMIT_WRITES", env.str("RATE_LIMIT_WRITES", default="10000/10")
)
RATE_LIMIT_EXPORTS = parsed(
    "exports", "RATE_LIMIT_EXPORTS", env.str("RATE_LIMIT_EXPORTS", default="60/60")
)
# Of an address, for all who have not signed in there.
RATE_LIMIT_STRANGERS = parsed(
    "strangers",
    "RATE_LIMIT_STRANGERS",
    env.str("RATE_LIMIT_STRANGERS", default="3000/10"),
)
# Guesses of a password: at one account from devices that it does not know, and from
# one address at any accounts.
SIGN_IN_ACCOUNT_LIMIT = parsed(
    "account",
    "SIGN_IN_ACCOUNT_LIMIT",
    env.str("SIGN_IN_ACCOUNT_LIMIT", default="20/3600"),
)
SIGN_IN_ADDRESS_LIMIT = parsed(
    "address",
    "SIGN_IN_ADDRESS_LIMIT",
    env.str("SIGN_IN_ADDRESS_LIMIT", default="100/3600"),
)
PROXIES = env.int("PROXIES", default=0)  # in front, that append to X-Forwarded-For
