"""Plain settings: what a DRF service needs, and nothing that would slow it down."""

import os

import environ

SECRET_KEY = "of-a-benchmark-on-this-machine"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "bench.peers.plain.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "rest_framework",
    "rest_framework.authtoken",
    "bench.peers.plain.apps.Plain",
]
# As `startproject` makes it; whoever asks brings a token, so no session is loaded.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
DATABASES = {
    "default": {
        **environ.Env.db_url_config(os.environ["PLAIN_DATABASE_URL"]),
        "CONN_MAX_AGE": None,
    }
}
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
IS_OPEN = os.environ.get("PLAIN_SIGN_IN") == "0"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": []
    if IS_OPEN
    else ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": []
    if IS_OPEN
    else ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}
