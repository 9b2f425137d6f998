"""One dashboard per service: its own figures, and the signals that every service has."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.panels import YUAN, figures, series, table
from deploy.grafana.queries import begin, figure

_PROBES = 'operation!~"get_health|get_readiness|get_metrics|get_status"'


def registry() -> Dashboard:
    """Build the registry's dashboard."""
    made = begin("registry", "Registry", "Facts: how new they are, and the service that keeps them.")
    made.with_panel(
        figures(
            "Facts",
            "The newest revision.",
            figure("facts_revision", "revision"),
        )
    ).with_panel(
        figures("Age", "Since the newest revision.", ("time() - max(facts_newest_timestamp_seconds)", "age"), unit="s")
    ).with_panel(series("Revisions", "The newest revision over time.", figure("facts_revision", "revision"), width=16))
    return _signals(made, "registry")


def eligibility() -> Dashboard:
    """Build eligibility's dashboard."""
    made = begin("eligibility", "Eligibility", "Decisions, evaluations, and the facts that they follow.")
    made.with_panel(
        series(
            "Decisions by state",
            "All decisions.",
            ("sum by (state) (max by (award, state) (decisions))", "{{state}}"),
            stacked=True,
        )
    ).with_panel(
        series(
            "What proposals wait for",
            "Open proposals; one that waits for several things counts for each.",
            ("max by (waiting_for) (decisions_waiting)", "{{waiting_for}}"),
        )
    ).with_panel(
        table("Decisions by award", "Decisions by award and state.", "max by (award, state) (decisions)", width=8)
    ).with_panel(
        table(
            "Entitlement in force",
            "Of the approved decisions, by award.",
            "max by (award) (decisions_in_force_fen) / 100",
            unit=YUAN,
            width=8,
        )
    ).with_panel(
        series(
            "Revisions not processed",
            "The registry's newest revision less the last one processed.",
            (
                "max(facts_revision) - on () group_right () max by (policy) (facts_processed_revision)",
                "{{policy}}",
            ),
        )
    ).with_panel(
        series(
            "To evaluate again",
            "Enterprises whose changed facts have not been evaluated yet.",
            figure("enterprises_pending_reevaluation", "{{policy}}", "policy"),
        )
    ).with_panel(
        series(
            "Rows of evaluations",
            "Facts read and outcomes evaluated, per second.",
            ("sum by (rows) (rate(evaluation_rows_total[5m]))", "{{rows}}"),
        )
    )
    return _signals(made, "eligibility")


def payout() -> Dashboard:
    """Build payout's dashboard."""
    made = begin("payout", "Payout", "Awards in payout, payment orders, and the service that keeps them.")
    made.with_panel(
        series(
            "Payment orders by state",
            "Live payment orders.",
            ("sum by (state) (max by (unit, state, waiting_for) (payment_orders))", "{{state}}"),
            stacked=True,
        )
    ).with_panel(
        series(
            "Waiting orders",
            "What they lack.",
            ('sum by (waiting_for) (max by (unit, waiting_for) (payment_orders{state="waiting"}))', "{{waiting_for}}"),
            stacked=True,
        )
    ).with_panel(
        series(
            "Decisions not taken",
            "Messages of award-decisions.v1 that payout has not taken.",
            figure("consumer_lag_messages", "messages", "", 'topic="award-decisions.v1"'),
        )
    )
    return _signals(made, "payout")


def _signals(made: Dashboard, service: str) -> Dashboard:
    """Add what every service has: the four golden signals by operation, jobs, loops."""
    of = f'service="{service}"'
    return (
        made.with_panel(
            series(
                "Traffic",
                "Requests per second, by operation.",
                (f"sum by (operation) (rate(http_requests_total{{{of}, {_PROBES}}}[5m]))", "{{operation}}"),
            )
        )
        .with_panel(
            series(
                "Errors",
                "Requests per second that were refused (4xx) or failed (5xx), by operation and status.",
                (
                    f'sum by (operation, status) (rate(http_requests_total{{{of}, status=~"4..|5.."}}[5m]))',
                    "{{operation}} {{status}}",
                ),
            )
        )
        .with_panel(
            series(
                "Latency",
                "Nineteen requests of twenty take at most so long, by operation.",
                (f"operation:http_seconds:p95_5m{{{of}}}", "{{operation}}"),
                unit="s",
            )
        )
        .with_panel(
            series(
                "Saturation",
                "Requests in flight, and database connections of the API that are taken and that there are.",
                (f'sum(http_requests_in_flight{{{of}, process="app"}})', "in flight"),
                (f"sum(database_connections_in_use{{{of}}})", "connections"),
                (f"sum(database_connections_limit{{{of}}})", "connections at most"),
            )
        )
        .with_panel(
            series(
                "Jobs",
                "Jobs ended per minute, by kind and state.",
                (f"60 * sum by (kind, state) (rate(jobs_total{{{of}}}[5m]))", "{{kind}} {{state}}"),
            )
        )
        .with_panel(
            series(
                "Duration of jobs",
                "Mean over the last hour, by kind.",
                (
                    f"sum by (kind) (rate(job_duration_seconds_sum{{{of}}}[1h]))"
                    f" / sum by (kind) (rate(job_duration_seconds_count{{{of}}}[1h]))",
                    "{{kind}}",
                ),
                unit="s",
            )
        )
    )
