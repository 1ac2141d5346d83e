"""Who comes in, and for how long: accounts, passwords, sessions, tokens."""

from datetime import timedelta

from config.settings.environment import env

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "config.access.guessing.Guessing",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in"
AXES_FAILURE_LIMIT = env.int("SIGN_IN_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=15)
# The pair is locked, so nobody can lock somebody else out from another address.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "config.access.addresses.address_of"
AXES_WHITELIST_CALLABLE = "config.access.guessing.is_known_device"
AXES_LOCKOUT_CALLABLE = "config.access.pages.locked_out"
AXES_VERBOSE = False
AXES_HANDLER = "config.access.unnamed.Attempts"
AXES_USERNAME_CALLABLE = "config.access.unnamed.username_of"
SESSION_ENGINE = "config.access.sessions"
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=28_800)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", default=604_800)
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS  # the server ends it sooner
PASSWORD_RESET_TIMEOUT = 3600  # s that the link in a mail is good for
TOKEN_CACHE_SECONDS = 5  # a revoked token works no longer than this
