"""What is logged, and how it is written: for programs, or for whoever looks on."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import env
from config.settings.security import DEBUG, IS_EMBEDDED

LOG_FORMAT = env.str("LOG_FORMAT", default="text" if IS_EMBEDDED or DEBUG else "json")
if LOG_FORMAT not in {"json", "text"}:
    raise ImproperlyConfigured(f"LOG_FORMAT={LOG_FORMAT}: take json or text")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise ImproperlyConfigured(f"LOG_LEVEL={LOG_LEVEL}: take DEBUG, INFO, WARNING …")
# Of answered requests, the share that gets a line; those that failed all do.
LOG_REQUESTS = env.float("LOG_REQUESTS", default=1.0 if LOG_FORMAT == "json" else 0.0)
if not 0 <= LOG_REQUESTS <= 1:
    raise ImproperlyConfigured(f"LOG_REQUESTS={LOG_REQUESTS}: take a share from 0 to 1")

OURS = ("config", "customers", "orders_command", "orders_query")
# What libraries say to debug them may quote anybody.
_of_others = "INFO" if LOG_LEVEL == "DEBUG" else LOG_LEVEL

LOGGING_CONFIG = "config.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "config.middleware.RequestIdFilter"}},
    "formatters": {"line": {"()": "config.logs.chosen"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": _of_others},
    "loggers": {
        **{name: {"level": LOG_LEVEL} for name in OURS},
        "django.server": {"handlers": ["console"], "propagate": False},
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},  # else two lines for each ring of the doorbell
        "opentelemetry": {
            "level": "ERROR"
        },  # with the collector away, each try is told
        "multiprocessing": {"handlers": ["console"], "level": "ERROR"},  # Celery's
    },
}
