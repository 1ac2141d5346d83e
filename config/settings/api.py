"""How the API speaks: what DRF and its documentation go by, wherever it runs."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.access.authentication.BearerAuthentication",
        "config.access.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["config.access.permissions.RoleAndScope"],
    "DEFAULT_THROTTLE_CLASSES": ["config.slowing.LagBudget"],
    "DEFAULT_PARSER_CLASSES": ["config.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["config.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.renderers.AlwaysJSON",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.problems.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Orders",
    "DESCRIPTION": "Commands on one side, queries on the other.",
    "VERSION": "1",
    "COMPONENT_SPLIT_PATCH": False,  # a change has a schema of its own
    "ENUM_NAME_OVERRIDES": {"Scope": "config.access.models.SCOPES"},
    "SERVERS": [{"url": "/", "description": "The server that this comes from."}],
    "TAGS": [
        {"name": "command", "description": "What changes orders."},
        {"name": "query", "description": "What is asked about orders and sales."},
        {"name": "customers", "description": "The customers themselves."},
        {"name": "access", "description": "Who the caller is."},
    ],
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["config.access.permissions.RoleAndScope"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.documentation.complete",
    ],
}
