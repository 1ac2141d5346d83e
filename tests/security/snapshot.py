"""The headers of every kind of answer: each of them, and no other.

What changes with each answer stands as ID, DATE, N, ETAG, SOURCE, LEFT, BUDGET, NONCE
and VALUE.
"""

Headers = dict[str, str | int | list[str]]

ALWAYS: Headers = {
    "connection": "close",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "date": "DATE",
    "permissions-policy": "accelerometer=(), camera=(), display-capture=(), "
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), "
    "payment=(), usb=()",
    "referrer-policy": "same-origin",
    "server": "",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-request-id": "ID",
}
OVER_TLS: Headers = {
    "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
}


def _page_policy(scripts: str, images: str = "'self'") -> str:
    return (
        "base-uri 'none'; connect-src 'self'; default-src 'none'; form-action 'self'; "
        f"frame-ancestors 'none'; img-src {images}; script-src {scripts}; "
        "style-src 'self'"
    )


NO_DOCUMENT = "default-src 'none'; frame-ancestors 'none'"
PAGE: Headers = {
    "cache-control": "private, no-cache, no-store",
    "content-length": "N",
    "content-security-policy": _page_policy("'nonce-NONCE'"),
    "content-type": "text/html; charset=utf-8",
    "vary": "Cookie",
}
FORM: Headers = {**PAGE, "set-cookie": ["csrftoken"]}
PLAIN: Headers = {**PAGE, "content-security-policy": _page_policy("'none'")}
READ: Headers = {
    "consistency-token": "N",
    "data-age": "N",
    "read-source": "SOURCE",
}
LIST: Headers = {
    **PAGE,
    **READ,
    "set-cookie": ["consistency", "csrftoken"],
    "vary": "Cookie, HX-Request, HX-Target",
}
NEVER_CACHED: Headers = {
    "cache-control": "max-age=0, no-cache, no-store, must-revalidate, private",
    "expires": "DATE",
}
FILE: Headers = {
    "content-length": "N",
    "content-security-policy": NO_DOCUMENT,
    "content-type": 'text/css; charset="utf-8"',
    "etag": "ETAG",
    "last-modified": "DATE",
    "vary": "Accept-Encoding",
}
API: Headers = {
    "allow": "GET, HEAD, OPTIONS",
    "cache-control": "private, no-cache",
    "content-length": "N",
    "content-security-policy": NO_DOCUMENT,
    "content-type": "application/json",
    "vary": "Authorization, Cookie, Consistency-Token",
}
ORDERS: Headers = {**API, **READ, "etag": "ETAG"}
PROBLEM: Headers = {**API, "content-type": "application/problem+json"}


def _without(headers: Headers, *names: str) -> Headers:
    return {name: value for name, value in headers.items() if name not in names}


KINDS: dict[str, Headers] = {
    "page": {**LIST, "status": 200},
    "page, head alone": {**LIST, "status": 200},
    "fragment": {**LIST, **_without(PLAIN, "vary"), "status": 200},
    "sign-in page": {**FORM, **NEVER_CACHED, "status": 200},
    "signed in": {
        **PLAIN,
        **NEVER_CACHED,
        "status": 302,
        "location": "/",
        "set-cookie": ["csrftoken", "sessionid", "device-ID"],
    },
    "redirect": {**PLAIN, "status": 302, "location": "/sign-in?next=/orders"},
    "page, refused": {**FORM, "status": 422},
    "page, unknown": {**FORM, "status": 404},
    "page, without its CSRF token": {**FORM, "status": 403},
    "page, asked too often": {**PAGE, "status": 429, "retry-after": "900"},
    "page, broken": {**PLAIN, "status": 500},
    "page, away": {**PLAIN, "status": 503, "retry-after": "2"},
    "page, unknown host": {**_without(PLAIN, "vary"), "status": 400},
    "csv": {
        **_without(LIST, "set-cookie"),
        "status": 200,
        "content-disposition": 'attachment; filename="orders.csv"',
        "content-security-policy": NO_DOCUMENT,
        "content-type": "text/csv; charset=utf-8",
        "set-cookie": ["consistency"],
    },
    "admin": {
        **FORM,
        **NEVER_CACHED,
        "status": 200,
        "content-security-policy": _page_policy("'self'"),
    },
    "docs": {
        **FORM,
        "status": 200,
        "cache-control": "private, no-cache",
        "content-security-policy": _page_policy("'nonce-NONCE'", "'self' data:"),
        "vary": "Authorization, Cookie, Consistency-Token",
    },
    "static": {**FILE, "status": 200, "cache-control": "max-age=60, public"},
    "static, hashed": {
        **FILE,
        "status": 200,
        "cache-control": "max-age=315360000, public, immutable",
    },
    "static, unknown": {**PAGE, "status": 404},
    "api": {**ORDERS, "status": 200},
    "api, by a session": {**ORDERS, "status": 200},
    "api, head alone": {**ORDERS, "status": 200},
    "api, options": {**API, "status": 200},
    "api, 304": {**_without(ORDERS, "content-length", "content-type"), "status": 304},
    "api, 204": {
        **_without(API, "content-length", "content-type"),
        "status": 204,
        "allow": "GET, PATCH, DELETE, HEAD, OPTIONS",
        "consistency-token": "N",
    },
    "api, 400": {**PROBLEM, "status": 400},
    "api, 401": {**PROBLEM, "status": 401, "www-authenticate": "Bearer"},
    "api, 403": {
        **_without(PROBLEM, "vary"),
        "status": 403,
        "cache-control": "private, no-cache, no-store",
    },
    "api, 404": {**PROBLEM, "status": 404, "allow": "OPTIONS"},
    "api, 405": {**PROBLEM, "status": 405},
    "api, 413": {**_without(PROBLEM, "allow"), "status": 413},
    "api, broken": {**_without(PROBLEM, "allow"), "status": 500},
    "api, away": {**_without(PROBLEM, "allow"), "status": 503, "retry-after": "2"},
    "api, unknown host": {**_without(PROBLEM, "allow"), "status": 400},
    "schema": {
        **API,
        "status": 200,
        "content-disposition": 'inline; filename="Orders.json"',
        "content-type": "application/vnd.oai.openapi+json",
    },
    "stream": {
        **_without(API, "content-length"),
        **READ,
        "status": 200,
        "content-type": "text/event-stream",
        "transfer-encoding": "chunked",
        "x-accel-buffering": "no",
    },
    "health": {
        **_without(API, "allow", "vary"),
        **NEVER_CACHED,
        "status": 200,
    },
    "metrics": {
        **_without(API, "vary"),
        "status": 200,
        "cache-control": "no-store",
        "content-type": "text/plain; version=1.0.0; charset=utf-8",
    },
    "408": {**_without(PROBLEM, "allow", "vary"), "status": 408},
    "400 by the front": {**_without(PROBLEM, "allow", "vary"), "status": 400},
}
COUNTED: Headers = {"ratelimit": "LEFT", "ratelimit-policy": "BUDGET"}
# Answered before anybody asks who calls, or never counted.
UNCOUNTED = {
    *("static", "static, hashed", "static, unknown", "health", "metrics"),
    *(
        "page, unknown host",
        "api, unknown host",
        "api, 413",
        "api, 403",
        "408",
        "400 by the front",
    ),
}
# What cannot be read at all, granian answers itself; there is nothing in it.
BY_GRANIAN: Headers = {
    "status": 400,
    "connection": "close",
    "content-length": "N",
    "date": "DATE",
}


def expected(kind: str, *, tls: bool) -> Headers:
    """Return what a kind of answer has, over TLS or in plain text."""
    if kind == "400 by granian":
        return BY_GRANIAN
    headers = {**ALWAYS, **KINDS[kind]}
    if kind not in UNCOUNTED:
        headers |= COUNTED
    names = headers.get("set-cookie", [])
    assert isinstance(names, list)
    if names:
        headers["set-cookie"] = sorted(_cookie(name, tls=tls) for name in names)
    if tls:
        headers |= OVER_TLS
        if "text/html" in str(headers.get("content-type")):
            headers["content-security-policy"] = (
                f"{headers['content-security-policy']}; upgrade-insecure-requests"
            )
    return headers


def _cookie(name: str, *, tls: bool) -> str:
    age, path = _COOKIES[name]
    told = f"{name}=VALUE; HttpOnly; Max-Age={age}; Path={path}; SameSite=Lax"
    if not tls:
        return told
    return f"__Host-{told}; Secure" if path == "/" else f"{told}; Secure"


# The prefix is for cookies of the whole host alone.
_COOKIES = {
    "consistency": (86_400, "/"),
    "csrftoken": (31_449_600, "/"),
    "device-ID": (15_552_000, "/sign-in"),
    "sessionid": (604_800, "/"),
}
