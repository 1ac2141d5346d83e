"""All settings, from the environment. README.md has the table."""

import sys
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.databases import databases, unreadable
from config.settings.api import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401
from config.settings.environment import BASE_DIR, VAR_DIR, env
from config.settings.limits import *  # noqa: F403
from config.settings.logs import *  # noqa: F403
from config.settings.security import *  # noqa: F403
from config.settings.traces import TRACED_SHARE, TRACER  # noqa: F401
from config.settings.webhooks import *  # noqa: F403
from config.settings.who import *  # noqa: F403

# --- apps
INSTALLED_APPS = [
    "config.local",
    "config.access",
    "customers",
    "orders_command",
    "orders_query",
    "config.administration.apps.Administration",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "config.metrics.Requests",
    "config.middleware.RequestId",
    "config.requestlog.RequestLog",
    *(["config.tracing.requests.Traced"] if TRACER else []),
    # These three reach every answer, whoever gives it.
    "config.headers.Headers",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.ApiErrors",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.browsing.Policy",
    "config.browsing.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.browsing.SignedIn",
    "config.limiting.requests.Limits",
    "config.browsing.Messages",
    "config.browsing.Htmx",
    "config.browsing.Zone",
    "config.consistency.Consistency",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site has any use for them
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- databases
# Commands that change tables run as the owner's role, everything else does not.
OWNERS = {"migrate", "grant", "rebuild", "rebuilder", "new_epoch"}
AS_OWNER = not OWNERS.isdisjoint(sys.argv[1:2])
_command_url = env.str("DATABASE_URL")
_query_url = env.str("QUERY_DATABASE_URL")
if AS_OWNER:
    _command_url = env.str("DATABASE_OWNER_URL", default=_command_url)
    _query_url = env.str("QUERY_DATABASE_OWNER_URL", default=_query_url)
DATABASES = databases(
    command=_command_url,
    query=_query_url,
    replicas=env.list("QUERY_REPLICA_URLS", default=[]),
    owner=sys.argv[1:2] if AS_OWNER else [],
)
STANDBY = "standby" if "standby" in DATABASES else ""
REPLICAS = [alias for alias in DATABASES if alias.startswith("replica_")]
DATABASE_ROUTERS = [
    "orders_query.router.QueryRouter",
    "config.access.standby.AccountsRouter",
]
# Off behind a pooler that gives each transaction another connection of the server's.
PREPARED_STATEMENTS = env.bool("PREPARED_STATEMENTS", default=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- mail
if env.str("EMAIL_URL", default=""):
    try:
        vars().update(env.email_url("EMAIL_URL"))
    except ValueError:
        raise unreadable("EMAIL_URL") from None
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="orders@localhost")

# --- orders
DEFAULT_CURRENCY = env.str("DEFAULT_CURRENCY", default="USD")
DEFAULT_CURRENCY_DIGITS = env.int("DEFAULT_CURRENCY_DIGITS", default=2)
CONSISTENCY_WAIT_SECONDS = env.float("CONSISTENCY_WAIT_SECONDS", default=2.0)
REPLICA_LAG_SECONDS = env.float("REPLICA_LAG_SECONDS", default=10.0)
STALE_PAGE_SECONDS = env.float("STALE_PAGE_SECONDS", default=5.0)
WEB_PROCESSES = env.int("WEB_PROCESSES", default=2)
WAIT_SLOTS = env.int("WAIT_SLOTS", default=4)  # readers of one process that may wait
BODY_SECONDS = env.float("BODY_SECONDS", default=20.0)  # until it has arrived
MAX_LISTENERS = env.int("MAX_LISTENERS", default=2000)  # of one process, held idle
READY_LAG_SECONDS = env.float("READY_LAG_SECONDS", default=30.0)
VERIFY_EVERY_SECONDS = env.float("VERIFY_EVERY_SECONDS", default=60.0)  # 0 is never
VERIFY_SAMPLE = env.int("VERIFY_SAMPLE", default=100)  # orders at a time
LONGEST_SECONDS = 10 * 365 * 86_400
# From placing an order until it is cancelled unless it is confirmed; 0 is never.
CANCEL_PENDING_AFTER_SECONDS = env.float("CANCEL_PENDING_AFTER_SECONDS", default=0.0)
if not 0 <= CANCEL_PENDING_AFTER_SECONDS <= LONGEST_SECONDS:
    raise ImproperlyConfigured(
        f"CANCEL_PENDING_AFTER_SECONDS is 0 for never, or at most {LONGEST_SECONDS}."
    )
LAG_BUDGET_SECONDS = env.float("LAG_BUDGET_SECONDS", default=0.0)  # 0 is none

# Whose time worker, beat and rebuilder move while they work; empty for no such file.
HEARTBEAT_FILE = env.str("HEARTBEAT_FILE", default="")

# --- persons
# Who has to be erased again after a restore: ids and times. Empty for no such file.
ERASURE_JOURNAL = env.str("ERASURE_JOURNAL", default=str(VAR_DIR / "erasures.jsonl"))

# --- the doorbell
REDIS_URL = env.str("REDIS_URL")
try:
    urlsplit(REDIS_URL).port  # noqa: B018 - it is read here as others read it later
except ValueError:
    raise unreadable("REDIS_URL") from None
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 3,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_POOL_LIMIT = 2
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # nobody stops a worker by a message
CELERY_TASK_TIME_LIMIT = 50  # below the visibility timeout, or a task runs twice
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=1)
CELERY_DB_REUSE_MAX = 1_000_000  # the projector's connections stay open
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "ring every second": {
        "task": "orders_query.tasks.project",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "sample the lag": {
        "task": "orders_query.tasks.sample_lag",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "retry what was unreadable": {
        "task": "orders_query.tasks.retry_unreadable",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "forget sightings every hour": {
        "task": "orders_query.tasks.forget_sightings",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    # Also while it is off: so that it begins anew when it is turned on again.
    "cancel expired orders": {
        "task": "config.celery.cancel_expired",
        "schedule": min(60.0, max(1.0, CANCEL_PENDING_AFTER_SECONDS / 10))
        if CANCEL_PENDING_AFTER_SECONDS
        else 60.0,
        "options": {"expires": 30},
    },
    "tidy up every hour": {
        "task": "config.celery.tidy_up",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
}
if VERIFY_EVERY_SECONDS:
    CELERY_BEAT_SCHEDULE["verify a sample"] = {
        "task": "orders_query.tasks.verify_sample",
        "schedule": VERIFY_EVERY_SECONDS,
        "options": {"expires": 30},
    }

# --- language and time
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
