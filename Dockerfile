FROM python:3.11-slim AS build
WORKDIR /app
# requirements-telemetry.lock brings what sends traces besides.
ARG LOCK=requirements.lock
COPY ${LOCK} ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r ${LOCK}

# What compose starts between many web processes and the databases.
FROM postgres:18 AS pgbouncer
RUN apt-get update && apt-get install -y --no-install-recommends pgbouncer \
    && rm -rf /var/lib/apt/lists/*
USER postgres

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VAR_DIR=/var/lib/orders
RUN useradd --system --uid 10001 --home-dir /nonexistent orders \
    && install -d -o orders /var/lib/orders /var/lib/orders/journal
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
RUN python -m compileall -q . && python manage.py collectstatic --noinput \
    && chown -R orders /var/lib/orders
USER orders
EXPOSE 8000
ENV GRANIAN_WORKERS=2
CMD ["granian", "--interface=asgi", "--loop=uvloop", "--host=0.0.0.0", "--port=8000", \
     "--http=1", "--http1-header-read-timeout=20000", "--http1-buffer-size=65536", \
     "--backpressure=3000", "--workers-kill-timeout=5", "--no-ws", \
     "--log-config=config/serving/granian.json", "--respawn-failed-workers", "config.asgi:application"]
