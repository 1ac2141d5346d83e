"""What keeps browsers and strangers in bounds: TLS, cookies, policies."""

from csp.constants import NONCE

from config.local.addresses import is_embedded
from config.settings.environment import VAR_DIR, env

IS_EMBEDDED = is_embedded(VAR_DIR)  # else it is production

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")  # config/starting.py refuses none
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=False)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]  # probes ask the process, not the proxy
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Over TLS a browser takes cookies so named from this very host alone, never from a
# neighbour in the same domain.
_of_this_host = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_of_this_host}sessionid"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_of_this_host}csrftoken"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CONSISTENCY_COOKIE_NAME = f"{_of_this_host}consistency"
CSRF_FAILURE_VIEW = "config.pages.csrf_failure"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes of one request's body
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000  # an order of 500 items has 1,500 and some
DATA_UPLOAD_MAX_NUMBER_FILES = 0  # no form takes one
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        # A page's own scripts carry its nonce; the admin's cannot (config/browsing.py).
        "script-src": [NONCE],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "upgrade-insecure-requests": HTTPS,
    }
}
