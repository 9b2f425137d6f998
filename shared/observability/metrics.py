"""Every metric of the system, once: name, type, unit, labels, meaning."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

HTTP_REQUESTS = Counter("http_requests_total", "HTTP requests answered", ["service", "operation", "status"])
HTTP_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from request to the last byte of the answer, seconds",
    ["service", "operation"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
HTTP_IN_FLIGHT = Gauge("http_requests_in_flight", "HTTP requests being answered", ["service"])
EVENTS_PUBLISHED = Counter("events_published_total", "Events that the broker acknowledged")
EVENTS_CONSUMED = Counter("events_consumed_total", "Events read and given effect, repeats included", ["topic"])
DEAD_LETTERS = Counter("dead_letters_total", "Messages set aside because they could not be processed", ["topic"])
LOOP_FAILURES = Counter("loop_failures_total", "Failed steps of a worker's loop", ["loop"])
JOBS = Counter("jobs_total", "Jobs ended", ["kind", "state"])

OUTBOX_PENDING = Gauge("outbox_pending_events", "Events in the outbox that are not published yet", ["service"])
OUTBOX_AGE_SECONDS = Gauge("outbox_oldest_seconds", "Age of the oldest event not published yet, seconds", ["service"])
DEAD_LETTERS_OPEN = Gauge("dead_letters_open", "Dead letters neither replayed, cleared nor discarded", ["service"])
JOBS_WAITING = Gauge("jobs_waiting", "Jobs queued or running", ["service"])
