"""The dashboard of operations."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.panels import figures, series, table
from deploy.grafana.queries import begin, figure


def operations() -> Dashboard:
    """Build the dashboard of operations: processes, loops, lag, dead letters, stored gauges."""
    return (
        begin("operations", "Operations", "Processes, loops, lag, dead letters.")
        .with_panel(table("Processes", "1: it answers.", "max by (service, process, instance) (up)", width=8))
        .with_panel(
            table(
                "Loops that fail",
                "Failures in a row.",
                "max by (service, process, loop) (loop_consecutive_failures) > 0",
                width=8,
            )
        )
        .with_panel(
            figures(
                "Relays that publish",
                "One of each service.",
                ('sum by (service) (relay_is_leader{process="relay"})', "{{service}}"),
                width=4,
            )
        )
        .with_panel(
            figures(
                "Dead letters",
                "Open, by topic.",
                figure("dead_letters_open", "{{topic}}", "topic"),
                bad_from=1,
            )
        )
        .with_panel(
            series(
                "Failed steps",
                "Per minute, by loop.",
                ("60 * sum by (service, loop) (rate(loop_failures_total[5m]))", "{{service}} {{loop}}"),
            )
        )
        .with_panel(
            series(
                "Outbox",
                "Events that are not published.",
                figure("outbox_pending_events", "{{service}}", "service"),
            )
        )
        .with_panel(
            series("Lag", "Messages that nobody has taken.", figure("consumer_lag_messages", "{{topic}}", "topic"))
        )
        .with_panel(
            series(
                "Messages set aside",
                "Per hour, by topic.",
                ("sum by (topic) (increase(dead_letters_total[1h]))", "{{topic}}"),
            )
        )
        .with_panel(
            series(
                "Jobs open",
                "Queued and running.",
                figure("jobs_open", "{{service}} {{state}}", "service, state"),
            )
        )
        .with_panel(
            series(
                "Overdue tasks",
                "Cases that wait too long, by kind.",
                figure("tasks_overdue", "{{service}} {{task}}", "service, task"),
            )
        )
        .with_panel(
            series(
                "Age of stored gauges",
                "Since figures were last measured.",
                (
                    "time() - max by (service, measurement) (measurement_timestamp_seconds)",
                    "{{service}} {{measurement}}",
                ),
                unit="s",
            )
        )
        .with_panel(
            series(
                "Memory",
                "Resident, by process.",
                ("sum by (service, process) (process_resident_memory_bytes)", "{{service}} {{process}}"),
                unit="bytes",
            )
        )
        .with_panel(
            series(
                "Processor",
                "Cores in use, by process.",
                ("sum by (service, process) (rate(process_cpu_seconds_total[5m]))", "{{service}} {{process}}"),
            )
        )
    )
