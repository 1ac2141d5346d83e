"""Whether traces are sent, where, and of how many."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import env

# OpenTelemetry's own names; of others that it reads, OTEL_EXPORTER_OTLP_HEADERS say,
# it takes care by itself.
_endpoint = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
TRACER = "config.tracing.starting.start" if _endpoint else ""
TRACED_SHARE = env.float("OTEL_TRACES_SAMPLER_ARG", default=1.0)
if not 0 <= TRACED_SHARE <= 1:
    raise ImproperlyConfigured(
        f"OTEL_TRACES_SAMPLER_ARG={TRACED_SHARE}: take a share from 0 to 1"
    )
