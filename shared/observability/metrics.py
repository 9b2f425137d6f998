"""All metrics of the system: name, type, unit, labels, meaning. `docs/metrics.md` is generated from this list.

Prometheus adds `service` and `process` to each series from its list of targets, so no metric repeats them. Label values come
from closed lists (LABELS), so submitted values cannot add series.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]

LABELS = {
    "operation": "operation id of the API, or the name of a page of the desk; `none` if no route matched",
    "status": "HTTP status code",
    "topic": "Kafka topic",
    "loop": "loop of a worker or relay",
    "kind": "kind of job",
    "state": "state of a job, a decision or a payment order",
    "rows": "`facts` (read) or `outcomes` (evaluated)",
    "policy": "code of a policy",
    "award": "code of an award",
    "unit": "budget: a unit of an installed policy",
    "year": "budget year",
    "waiting_for": "what blocks a waiting payment order (empty for others), or what an open proposal waits for",
    "check": "check of the reconciliation",
    "task": "kind of task",
    "measurement": "name of a measurement",
}
"""Each label, and the closed list that its values come from."""

Process = Literal["app", "worker", "relay", "app, worker", "worker, relay"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as documented. `exposed_by` names the processes whose `/metrics` show it."""

    name: str
    type: Literal["counter", "gauge", "histogram"]
    unit: str
    labels: tuple[str, ...]
    meaning: str
    exposed_by: Process


METRICS: dict[str, Metric] = {}


def _declare(metric: Metric) -> Metric:
    METRICS[metric.name] = metric
    return metric


def _counter(name: str, unit: str, labels: tuple[str, ...], meaning: str, exposed_by: Process) -> Counter:
    return Counter(name, _declare(Metric(name, "counter", unit, labels, meaning, exposed_by)).meaning, labels)


def _gauge(name: str, unit: str, labels: tuple[str, ...], meaning: str, exposed_by: Process) -> Gauge:
    return Gauge(name, _declare(Metric(name, "gauge", unit, labels, meaning, exposed_by)).meaning, labels)


def _histogram(
    name: str, labels: tuple[str, ...], meaning: str, exposed_by: Process, buckets: tuple[float, ...]
) -> Histogram:
    metric = _declare(Metric(name, "histogram", "seconds", labels, meaning, exposed_by))
    return Histogram(name, metric.meaning, labels, buckets=buckets)


@dataclass(frozen=True, slots=True)
class Sample:
    """The value of a gauge at a moment; `labels` in the order of the metric's."""

    metric: Metric
    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True)
class DatabaseGauge:
    """A gauge whose value is in the database, not in a process: read or measured, and exposed by the app."""

    metric: Metric

    def at(self, value: float, *labels: object) -> Sample:
        """Return the sample `value` for `labels`, in the order of the metric's; a label that is None is empty."""
        assert len(labels) == len(self.metric.labels), self.metric.name
        return Sample(self.metric, tuple("" if label is None else str(label) for label in labels), value)


def _database_gauge(name: str, unit: str, labels: tuple[str, ...], meaning: str) -> DatabaseGauge:
    return DatabaseGauge(_declare(Metric(name, "gauge", unit, labels, meaning, "app")))


PROBES = frozenset({"get_health", "get_readiness", "get_metrics", "get_status"})
"""Operations that monitoring calls every few seconds."""

HTTP_REQUESTS = _counter("http_requests_total", "requests", ("operation", "status"), "HTTP requests answered", "app")
HTTP_SECONDS = _histogram(
    "http_request_duration_seconds",
    ("operation",),
    "Time from receiving a request to the last byte of its answer",
    "app",
    (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
HTTP_IN_FLIGHT = _gauge("http_requests_in_flight", "requests", (), "HTTP requests in progress", "app")
POOL_IN_USE = _database_gauge(
    "database_connections_in_use", "connections", (), "Connections in use of the database pool"
)
POOL_LIMIT = _database_gauge("database_connections_limit", "connections", (), "Largest size of the database pool")

EVENTS_PUBLISHED = _counter(
    "events_published_total", "events", ("topic",), "Events acknowledged by the broker", "relay"
)
RELAY_IS_LEADER = _gauge("relay_is_leader", "boolean", (), "1 if this relay is the one that publishes, else 0", "relay")
EVENTS_CONSUMED = _counter(
    "events_consumed_total", "events", ("topic",), "Events received and processed, repeated ones included", "worker"
)
DEAD_LETTERS = _counter(
    "dead_letters_total",
    "messages",
    ("topic",),
    "Messages recorded as dead letters: they could not be processed",
    "worker",
)
LOOP_FAILURES = _counter("loop_failures_total", "steps", ("loop",), "Failed steps of a loop", "worker, relay")
LOOP_CONSECUTIVE_FAILURES = _gauge(
    "loop_consecutive_failures",
    "steps",
    ("loop",),
    "Failed steps of a loop since its last successful one",
    "worker, relay",
)
LOOP_SUCCEEDED = _gauge(
    "loop_last_success_timestamp_seconds",
    "seconds since 1970",
    ("loop",),
    "Time of the last successful step of a loop",
    "worker, relay",
)
JOBS = _counter("jobs_total", "jobs", ("kind", "state"), "Jobs that ended", "worker")
JOB_SECONDS = _histogram(
    "job_duration_seconds",
    ("kind",),
    "Time that a job took in the worker, evaluations and imports included",
    "worker",
    (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600),
)
EVALUATION_ROWS = _counter(
    "evaluation_rows_total",
    "rows",
    ("rows",),
    "Rows of facts read from the registry, and outcomes of evaluations",
    "app, worker",
)

OUTBOX_PENDING = _database_gauge("outbox_pending_events", "events", (), "Unpublished events in the outbox")
OUTBOX_SECONDS = _database_gauge("outbox_oldest_seconds", "seconds", (), "Age of the oldest unpublished event")
DEAD_LETTERS_OPEN = _database_gauge(
    "dead_letters_open", "messages", ("topic",), "Dead letters not yet replayed, cleared or discarded"
)
JOBS_OPEN = _database_gauge("jobs_open", "jobs", ("state",), "Jobs queued or running")
JOBS_SECONDS = _database_gauge("jobs_oldest_queued_seconds", "seconds", (), "Age of the oldest queued job")
LOOPS_FAILING = _database_gauge("loops_failing", "loops", (), "Loops of all workers and relays whose last step failed")

CONSUMER_LAG = _database_gauge(
    "consumer_lag_messages", "messages", ("topic",), "Messages of a topic that its consumer group has not processed"
)
CONSUMER_SECONDS = _database_gauge(
    "consumer_oldest_unprocessed_seconds", "seconds", ("topic",), "Age of the oldest of these messages"
)

FACTS_REVISION = _database_gauge("facts_revision", "revisions", (), "The registry's newest revision")
FACTS_AT = _database_gauge(
    "facts_newest_timestamp_seconds", "seconds since 1970", (), "Time when the registry's newest revision was recorded"
)
FACTS_PROCESSED = _database_gauge(
    "facts_processed_revision",
    "revisions",
    ("policy",),
    "Revision of the registry up to which eligibility has processed changes",
)
FACTS_CHECKED_AT = _database_gauge(
    "facts_last_check_timestamp_seconds",
    "seconds since 1970",
    ("policy",),
    "Time when eligibility last asked the registry for changes",
)
ENTERPRISES_PENDING = _database_gauge(
    "enterprises_pending_reevaluation",
    "enterprises",
    ("policy",),
    "Enterprises whose changed facts are not evaluated yet; a change that concerns all enterprises counts as one",
)

DECISIONS = _database_gauge("decisions", "decisions", ("award", "state"), "Decisions by award and state")
DECISIONS_WAITING = _database_gauge(
    "decisions_waiting",
    "decisions",
    ("waiting_for",),
    "Open proposals by what they wait for; one that waits for several things counts for each",
)
ENTITLEMENT = _database_gauge(
    "decisions_in_force_fen", "fen", ("award",), "Entitlement of the decisions in force, by award"
)

MONEY_ENTITLED = _database_gauge(
    "money_entitled_fen", "fen", ("unit",), "A budget's share of the entitlements in force"
)
MONEY_APPROPRIATED = _database_gauge("money_appropriated_fen", "fen", ("unit", "year"), "Appropriations of a budget")
MONEY_RESERVED = _database_gauge(
    "money_reserved_fen", "fen", ("unit", "year"), "Money of a budget that is reserved, ordered or paid"
)
MONEY_ORDERED = _database_gauge(
    "money_ordered_fen", "fen", ("unit", "year"), "Money of a budget in payment orders that are issued and did not fail"
)
MONEY_PAID = _database_gauge("money_paid_fen", "fen", ("unit", "year"), "Money of a budget that the bank has paid")
MONEY_RECOVERED = _database_gauge("money_recovered_fen", "fen", ("unit", "year"), "Money recovered for a budget")
MONEY_TO_RECOVER = _database_gauge("money_to_recover_fen", "fen", ("unit",), "Money still to be recovered for a unit")
MONEY_WAITING = _database_gauge(
    "money_waiting_fen", "fen", ("unit", "waiting_for"), "Amount of the waiting payment orders, by what blocks them"
)
PAYMENT_ORDERS = _database_gauge(
    "payment_orders", "orders", ("unit", "state", "waiting_for"), "Live payment orders by unit and state"
)
PAYMENT_FINDINGS = _counter(
    "payment_findings", "findings", ("kind",), "Findings of checks before payment; each holds an order", "app"
)
AWARDS_WAITING = _database_gauge(
    "awards_waiting_for_arrangement", "awards", (), "Awards that no confirmed fiscal arrangement covers"
)
DIFFERENCES = _database_gauge(
    "reconciliation_differences", "differences", ("check",), "Differences that the last reconciliation found"
)

TASKS_OVERDUE = _database_gauge(
    "tasks_overdue", "cases", ("task",), "Cases that wait longer than their working days allow, whomever they wait for"
)

MEASURED_AT = _database_gauge(
    "measurement_timestamp_seconds", "seconds since 1970", ("measurement",), "Time when a measurement was taken"
)
MEASUREMENT_SECONDS = _database_gauge(
    "measurement_duration_seconds", "seconds", ("measurement",), "Time that the measurement took"
)
