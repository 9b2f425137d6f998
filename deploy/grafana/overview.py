"""The overview: the flow from facts to the bank."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.panels import Query, arrow, figures, series
from deploy.grafana.queries import begin, figure


def overview() -> Dashboard:
    """Build the overview: five stages from left to right, what waits at each, and how it went lately."""
    decided = figure("decisions", "in force", "award", 'state="approved"', summed=True)
    open_ones = figure("decisions", "open", "award, state", 'state=~"proposed|in_notice|suspended"', summed=True)

    def orders(legend: str, where: str) -> Query:
        return figure("payment_orders", legend, "unit, state, waiting_for", where, summed=True)

    return (
        begin("overview", "Flow", "From facts to the bank: what has passed, what waits, what is wrong.")
        .with_panel(
            figures(
                "Registry",
                "Facts: their newest revision, and imports in work.",
                figure("facts_revision", "revision"),
                figure("jobs_open", "jobs", "service, state", 'service="registry"', summed=True),
                figure("outbox_pending_events", "to publish", "", 'service="registry"'),
            )
        )
        .with_panel(arrow("facts"))
        .with_panel(
            figures(
                "Eligibility",
                "Facts processed, enterprises to evaluate again, decisions.",
                figure("facts_processed_revision", "revision"),
                figure("enterprises_pending_reevaluation", "to evaluate again"),
                open_ones,
                decided,
            )
        )
        .with_panel(arrow("decisions"))
        .with_panel(
            figures(
                "Kafka",
                "Events that are not published, and messages that nobody has taken.",
                figure("outbox_pending_events", "{{service}} to publish", "service"),
                figure("consumer_lag_messages", "{{topic}} to take", "topic"),
            )
        )
        .with_panel(arrow("awards"))
        .with_panel(
            figures(
                "Payout",
                "Awards without an arrangement, payment orders on their way.",
                figure("awards_waiting_for_arrangement", "no arrangement"),
                orders("wait for money", 'waiting_for="funds"'),
                orders("issued", 'state="issued"'),
                orders("approved", 'state="approved"'),
            )
        )
        .with_panel(arrow("orders"))
        .with_panel(
            figures(
                "Bank",
                "Orders that were sent, and what the bank answered.",
                orders("sent", 'state="batched"'),
                orders("settled", 'state="settled"'),
                orders("failed or returned", 'state=~"failed|returned"'),
            )
        )
        .with_panel(
            figures(
                "Wrong",
                "Zero when all is well.",
                ("count(up == 0) or vector(0)", "processes down"),
                figure("loops_failing", "loops failing", "service", summed=True),
                figure("dead_letters_open", "dead letters", "topic", summed=True),
                figure("reconciliation_differences", "differences", "check", summed=True),
                bad_from=1,
                width=6,
            )
        )
        .with_panel(
            series(
                "Events published",
                "Per second, by topic.",
                ("sum by (topic) (rate(events_published_total[5m]))", "{{topic}}"),
                width=6,
            )
        )
        .with_panel(
            series(
                "Events given effect",
                "Per second, by topic.",
                ("sum by (topic) (rate(events_consumed_total[5m]))", "{{topic}}"),
                width=6,
            )
        )
        .with_panel(
            series(
                "Oldest that waits",
                "Age of the oldest event not published and of the oldest message not taken.",
                figure("outbox_oldest_seconds", "{{service}} to publish", "service"),
                figure("consumer_oldest_unprocessed_seconds", "{{topic}} to take", "topic"),
                unit="s",
                width=6,
            )
        )
    )
