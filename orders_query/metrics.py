"""What the query side counts and times; config serves it at /metrics."""

from prometheus_client import Counter, Histogram

_READS = Counter("orders_reads_total", "Queries answered, by source.", ["source"])
_WAITS = Histogram(
    "orders_token_wait_seconds",
    "How long readers waited for data as fresh as they asked for, by outcome.",
    ["outcome"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4),
)
_FAILURES = Counter(
    "orders_replica_failures_total", "Reads that a replica lost.", ["replica"]
)
_VISIBLE = Histogram(
    "orders_visible_seconds",
    "From the log's commit to a reader of the replica.",
    ["replica"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
_APPLIED = Counter(
    "orders_applied_events_total",
    "Events that a projection has applied.",
    ["projection"],
)
_BATCHES = Histogram(
    "orders_batch_seconds",
    "How long a projection took for a batch: read, proven, folded, written.",
    ["projection"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_STANDSTILLS = Counter(
    "orders_projection_failures_total",
    "Batches that could not be applied.",
    ["projection", "reason"],
)
_PARKED = Counter(
    "orders_parked_events_total",
    "Events that could not be applied and wait.",
    ["projection", "type"],
)
_WEBHOOKS = Counter(
    "orders_webhooks_total", "Tries to send a webhook, by what came of it.", ["outcome"]
)
_WEBHOOK_SECONDS = Histogram(
    "orders_webhook_seconds",
    "How long a try to send a webhook took.",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30),
)
_RINGS = Counter("orders_doorbell_rings_total", "Rings, by outcome.", ["outcome"])


def read_from(source: str) -> None:
    _READS.labels(source).inc()


def waited(seconds: float, outcome: str) -> None:
    _WAITS.labels(outcome).observe(seconds)


def replica_failed(alias: str) -> None:
    _FAILURES.labels(alias).inc()


def seen(replica: str, seconds: float) -> None:
    _VISIBLE.labels(replica).observe(seconds)


def applied(projection: str, events: int, seconds: float) -> None:
    _APPLIED.labels(projection).inc(events)
    _BATCHES.labels(projection).observe(seconds)


def stood_still(projection: str, reason: str) -> None:
    _STANDSTILLS.labels(projection, reason).inc()


def parked(projection: str, kind: str) -> None:
    _PARKED.labels(projection, kind).inc()


def webhook_tried(outcome: str, seconds: float) -> None:
    _WEBHOOKS.labels(outcome).inc()
    _WEBHOOK_SECONDS.observe(seconds)


def rung(*, reached: bool) -> None:
    _RINGS.labels("reached" if reached else "silent").inc()
