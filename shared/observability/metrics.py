"""Every metric of the system, once: name, type, unit, labels, meaning. `docs/metrics.md` is written from this list.

Prometheus adds `service` and `process` to each series from its list of targets, so no metric repeats them. Labels take their
values from closed lists alone (LABELS), so that the number of series is bounded whatever is submitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]

LABELS = {
    "operation": "operation id of the API; `none` where no route matched",
    "status": "HTTP status code",
    "topic": "topic of Kafka",
    "loop": "loop of a worker or relay",
    "kind": "kind of job",
    "state": "state of a job, a decision or a payment order",
    "rows": "`facts` (read) or `outcomes` (judged)",
    "policy": "code of a policy",
    "award": "code of an award",
    "unit": "budget: `city`, `liandu`, `development_zone`",
    "year": "budget year",
    "waiting_for": "what a waiting payment order lacks, empty for others",
    "check": "check of the reconciliation",
    "measurement": "what is measured from time to time",
}
"""Each label, and the closed list that its values come from."""

Teller = Literal["app", "worker", "relay", "app, worker", "worker, relay"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as the written list has it. `told_by` names the processes whose `/metrics` show it."""

    name: str
    type: Literal["counter", "gauge", "histogram"]
    unit: str
    labels: tuple[str, ...]
    meaning: str
    told_by: Teller


METRICS: dict[str, Metric] = {}


def _declare(metric: Metric) -> Metric:
    METRICS[metric.name] = metric
    return metric


def _counter(name: str, unit: str, labels: tuple[str, ...], meaning: str, told_by: Teller) -> Counter:
    return Counter(name, _declare(Metric(name, "counter", unit, labels, meaning, told_by)).meaning, labels)


def _gauge(name: str, unit: str, labels: tuple[str, ...], meaning: str, told_by: Teller) -> Gauge:
    return Gauge(name, _declare(Metric(name, "gauge", unit, labels, meaning, told_by)).meaning, labels)


def _histogram(
    name: str, labels: tuple[str, ...], meaning: str, told_by: Teller, buckets: tuple[float, ...]
) -> Histogram:
    metric = _declare(Metric(name, "histogram", "seconds", labels, meaning, told_by))
    return Histogram(name, metric.meaning, labels, buckets=buckets)


@dataclass(frozen=True, slots=True)
class Value:
    """What a figure is at the moment; `labels` in the order of the metric's."""

    metric: Metric
    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A gauge that the database knows, not a process: read or measured, and told by the app."""

    metric: Metric

    def at(self, value: float, *labels: object) -> Value:
        """Return the figure's value for `labels`, in the order of the metric's; a missing label is empty."""
        assert len(labels) == len(self.metric.labels), self.metric.name
        return Value(self.metric, tuple("" if label is None else str(label) for label in labels), value)


def _figure(name: str, unit: str, labels: tuple[str, ...], meaning: str) -> Figure:
    return Figure(_declare(Metric(name, "gauge", unit, labels, meaning, "app")))


PROBES = frozenset({"get_health", "get_readiness", "get_metrics", "get_status"})
"""Operations that are asked for every few seconds, whatever happens."""

HTTP_REQUESTS = _counter("http_requests_total", "requests", ("operation", "status"), "HTTP requests answered", "app")
HTTP_SECONDS = _histogram(
    "http_request_duration_seconds",
    ("operation",),
    "Time from a request to the last byte of its answer",
    "app",
    (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
HTTP_IN_FLIGHT = _gauge("http_requests_in_flight", "requests", (), "HTTP requests being answered", "app")
POOL_IN_USE = _figure("database_connections_in_use", "connections", (), "Database connections taken from the pool")
POOL_LIMIT = _figure("database_connections_limit", "connections", (), "Database connections that the pool may have")

EVENTS_PUBLISHED = _counter("events_published_total", "events", ("topic",), "Events that the broker took", "relay")
RELAY_LEADS = _gauge("relay_leads", "boolean", (), "1 if this relay is the one that publishes", "relay")
EVENTS_CONSUMED = _counter(
    "events_consumed_total", "events", ("topic",), "Events read and given effect, repeats included", "worker"
)
DEAD_LETTERS = _counter(
    "dead_letters_total", "messages", ("topic",), "Messages set aside because they could not be processed", "worker"
)
LOOP_FAILURES = _counter("loop_failures_total", "steps", ("loop",), "Steps of a loop that failed", "worker, relay")
LOOP_FAILURES_IN_A_ROW = _gauge(
    "loop_failures_in_a_row",
    "steps",
    ("loop",),
    "Steps of a loop that failed since the last that did not",
    "worker, relay",
)
LOOP_SUCCEEDED = _gauge(
    "loop_last_success_timestamp_seconds",
    "seconds since 1970",
    ("loop",),
    "When a step of the loop last ended well",
    "worker, relay",
)
JOBS = _counter("jobs_total", "jobs", ("kind", "state"), "Jobs ended", "worker")
JOB_SECONDS = _histogram(
    "job_duration_seconds",
    ("kind",),
    "Time that a job took in the worker, of evaluations and imports too",
    "worker",
    (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600),
)
EVALUATION_ROWS = _counter(
    "evaluation_rows_total",
    "rows",
    ("rows",),
    "Rows of facts read from the registry, and outcomes that evaluations judged",
    "app, worker",
)

OUTBOX_PENDING = _figure("outbox_pending_events", "events", (), "Events in the outbox that are not published yet")
OUTBOX_SECONDS = _figure("outbox_oldest_seconds", "seconds", (), "Age of the oldest event that is not published yet")
DEAD_LETTERS_OPEN = _figure(
    "dead_letters_open", "messages", ("topic",), "Dead letters neither replayed, cleared nor discarded"
)
JOBS_OPEN = _figure("jobs_open", "jobs", ("state",), "Jobs queued or running")
JOBS_SECONDS = _figure("jobs_oldest_queued_seconds", "seconds", (), "How long the oldest queued job has waited")
LOOPS_FAILING = _figure("loops_failing", "loops", (), "Loops of all workers and relays whose last step failed")

CONSUMER_LAG = _figure(
    "consumer_lag_messages", "messages", ("topic",), "Messages of a topic that its consumers have not taken"
)
CONSUMER_SECONDS = _figure(
    "consumer_oldest_unprocessed_seconds", "seconds", ("topic",), "Age of the oldest message that they have not taken"
)

FACTS_REVISION = _figure("facts_revision", "revisions", (), "The registry's newest revision")
FACTS_AT = _figure(
    "facts_newest_timestamp_seconds", "seconds since 1970", (), "When the registry's newest revision was recorded"
)
FACTS_FOLLOWED = _figure(
    "facts_followed_revision", "revisions", ("policy",), "The registry's revision that eligibility has looked through"
)
FACTS_LOOKED_AT = _figure(
    "facts_looked_at_timestamp_seconds",
    "seconds since 1970",
    ("policy",),
    "When eligibility last asked for the newest revision",
)
ENTERPRISES_PENDING = _figure(
    "enterprises_pending_reevaluation",
    "enterprises",
    ("policy",),
    "Enterprises whose changed facts are not evaluated yet; all enterprises at once count as one",
)

DECISIONS = _figure("decisions", "decisions", ("award", "state"), "Decisions by award and state")
ENTITLEMENT = _figure("decisions_in_force_fen", "fen", ("award",), "Entitlement of the decisions in force, by award")

MONEY_ENTITLED = _figure("money_entitled_fen", "fen", ("unit",), "What the versions in effect make a unit owe")
MONEY_APPROPRIATED = _figure("money_appropriated_fen", "fen", ("unit", "year"), "What was appropriated to a budget")
MONEY_RESERVED = _figure("money_reserved_fen", "fen", ("unit", "year"), "What of a budget is reserved, ordered or paid")
MONEY_ORDERED = _figure(
    "money_ordered_fen", "fen", ("unit", "year"), "What of it stands in orders that are issued and did not fail"
)
MONEY_PAID = _figure("money_paid_fen", "fen", ("unit", "year"), "What of it the bank has settled")
MONEY_RECOVERED = _figure("money_recovered_fen", "fen", ("unit", "year"), "What came back to a unit in a year")
MONEY_TO_RECOVER = _figure("money_to_recover_fen", "fen", ("unit",), "Claims of a unit that are open")
MONEY_WAITING = _figure(
    "money_waiting_fen", "fen", ("unit", "waiting_for"), "Amount of the orders that wait, by what they lack"
)
PAYMENT_ORDERS = _figure(
    "payment_orders", "orders", ("unit", "state", "waiting_for"), "Live payment orders by unit and state"
)
AWARDS_WAITING = _figure("awards_waiting_for_arrangement", "awards", (), "Awards that no confirmed arrangement covers")
DIFFERENCES = _figure(
    "reconciliation_differences", "differences", ("check",), "What the last reconciliation found to differ"
)

MEASURED_AT = _figure(
    "measured_timestamp_seconds",
    "seconds since 1970",
    ("measurement",),
    "When the figures of a measurement were measured",
)
MEASURING_SECONDS = _figure("measuring_seconds", "seconds", ("measurement",), "How long measuring them took")
