"""The dashboards: the flow from facts to the bank, one per service, money, and what an operator watches.

Counters are summed over processes; figures of a database are the same from every app, so the greatest stands for all.
"""

from __future__ import annotations

from collections.abc import Mapping

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import Dashboard, DashboardLinkType

from deploy.grafana.panels import YUAN, Query, arrow, figures, series, table

_PROBES = 'operation!~"get_health|get_readiness|get_metrics|get_status"'
_Dashboard = dashboard.Dashboard


def _figure(name: str, legend: str, by: str = "", where: str = "", *, summed: bool = False) -> Query:
    """Ask for a figure of a database: the greatest over apps, by labels; with `summed`, added up over those labels."""
    selected = f"{name}{{{where}}}" if where else name
    expression = f"max by ({by}) ({selected})" if by else f"max({selected})"
    return (f"sum({expression})" if summed else expression, legend)


def _fen(query: Query) -> Query:
    return (f"{query[0]} / 100", query[1])


def _begin(uid: str, title: str, meaning: str) -> _Dashboard:
    made = dashboard.Dashboard(title).uid(uid).description(meaning).tags(["subsidies"]).readonly().timezone("browser")
    links = (
        dashboard.DashboardLink("Subsidies")
        .type(DashboardLinkType.DASHBOARDS)
        .tags(["subsidies"])
        .as_dropdown(True)
        .keep_time(True)
    )
    return made.refresh("30s").time("now-3h", "now").link(links)


def overview() -> _Dashboard:
    """Build the overview: five stages from left to right, what waits at each, and how it went lately."""
    decided = _figure("decisions", "in force", "award", 'state="approved"', summed=True)
    open_ones = _figure("decisions", "open", "award, state", 'state=~"proposed|in_notice|suspended"', summed=True)

    def orders(legend: str, where: str) -> Query:
        return _figure("payment_orders", legend, "unit, state, waiting_for", where, summed=True)

    return (
        _begin("overview", "Flow", "From facts to the bank: what has passed, what waits, what is wrong.")
        .with_panel(
            figures(
                "Registry",
                "Facts: their newest revision, and imports in work.",
                _figure("facts_revision", "revision"),
                _figure("jobs_open", "jobs", "service, state", 'service="registry"', summed=True),
                _figure("outbox_pending_events", "to publish", "", 'service="registry"'),
            )
        )
        .with_panel(arrow("facts"))
        .with_panel(
            figures(
                "Eligibility",
                "Facts looked through, enterprises to be judged again, decisions.",
                _figure("facts_followed_revision", "revision"),
                _figure("enterprises_marked", "to judge again"),
                open_ones,
                decided,
            )
        )
        .with_panel(arrow("decisions"))
        .with_panel(
            figures(
                "Kafka",
                "Events that are not published, and messages that nobody has taken.",
                _figure("outbox_pending_events", "{{service}} to publish", "service"),
                _figure("consumer_lag_messages", "{{topic}} to take", "topic"),
            )
        )
        .with_panel(arrow("awards"))
        .with_panel(
            figures(
                "Payout",
                "Awards without an arrangement, payment orders on their way.",
                _figure("awards_waiting_for_arrangement", "no arrangement"),
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
                _figure("loops_failing", "loops failing", "service", summed=True),
                _figure("dead_letters_open", "dead letters", "topic", summed=True),
                _figure("reconciliation_differences", "differences", "check", summed=True),
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
                _figure("outbox_oldest_seconds", "{{service}} to publish", "service"),
                _figure("consumer_oldest_unprocessed_seconds", "{{topic}} to take", "topic"),
                unit="s",
                width=6,
            )
        )
    )


def _signals(made: _Dashboard, service: str) -> _Dashboard:
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


def registry() -> _Dashboard:
    """Build the registry's dashboard."""
    made = _begin("registry", "Registry", "Facts: how new they are, and the service that keeps them.")
    made.with_panel(
        figures(
            "Facts",
            "The newest revision.",
            _figure("facts_revision", "revision"),
        )
    ).with_panel(
        figures("Age", "Since the newest revision.", ("time() - max(facts_newest_timestamp_seconds)", "age"), unit="s")
    ).with_panel(series("Revisions", "The newest revision over time.", _figure("facts_revision", "revision"), width=16))
    return _signals(made, "registry")


def eligibility() -> _Dashboard:
    """Build eligibility's dashboard."""
    made = _begin("eligibility", "Eligibility", "Decisions, evaluations, and the facts that they follow.")
    made.with_panel(
        series(
            "Decisions by state",
            "All decisions.",
            ("sum by (state) (max by (award, state) (decisions))", "{{state}}"),
            stacked=True,
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
            "Revisions behind",
            "The registry's newest revision less the one that was looked through.",
            (
                "max(facts_revision) - on () group_right () max by (policy) (facts_followed_revision)",
                "{{policy}}",
            ),
        )
    ).with_panel(
        series(
            "To judge again",
            "Enterprises whose changed facts are not judged yet.",
            _figure("enterprises_marked", "{{policy}}", "policy"),
        )
    ).with_panel(
        series(
            "Rows of evaluations",
            "Facts read and outcomes judged, per second.",
            ("sum by (rows) (rate(evaluation_rows_total[5m]))", "{{rows}}"),
        )
    )
    return _signals(made, "eligibility")


def payout() -> _Dashboard:
    """Build payout's dashboard."""
    made = _begin("payout", "Payout", "Awards in payout, payment orders, and the service that keeps them.")
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
            _figure("consumer_lag_messages", "messages", "", 'topic="award-decisions.v1"'),
        )
    )
    return _signals(made, "payout")


def money() -> _Dashboard:
    """Build the dashboard of money, in yuan."""
    by_year = "unit, year"
    made = _begin("money", "Money", "Budgets, orders and claims, in yuan.")
    for name, title, meaning in (
        ("money_appropriated_fen", "Appropriated", "What was given to each budget."),
        ("money_reserved_fen", "Reserved", "What of it is reserved for orders, ordered or paid."),
        ("money_ordered_fen", "Ordered", "What of it stands in orders that did not fail."),
        ("money_paid_fen", "Paid", "What of it the bank has settled."),
        ("money_recovered_fen", "Came back", "What was paid back, by year."),
    ):
        query = _fen(_figure(name, "{{unit}} {{year}}", by_year))
        made.with_panel(figures(title, meaning, query, unit=YUAN, width=8))
    return (
        made.with_panel(
            figures(
                "Entitled",
                "What the versions in effect make each unit owe.",
                _fen(_figure("money_entitled_fen", "{{unit}}", "unit")),
                unit=YUAN,
                width=8,
            )
        )
        .with_panel(
            series(
                "To recover",
                "Claims that are open.",
                _fen(_figure("money_to_recover_fen", "{{unit}}", "unit")),
                unit=YUAN,
            )
        )
        .with_panel(
            series(
                "Waiting",
                "Amount of the orders that wait, by what they lack.",
                ("sum by (waiting_for) (max by (unit, waiting_for) (money_waiting_fen)) / 100", "{{waiting_for}}"),
                unit=YUAN,
                stacked=True,
            )
        )
        .with_panel(
            series(
                "Share of the budget that is reserved",
                "By unit and year.",
                (
                    "max by (unit, year) (money_reserved_fen) / max by (unit, year) (money_appropriated_fen)",
                    "{{unit}} {{year}}",
                ),
                unit="percentunit",
            )
        )
        .with_panel(
            table(
                "Differences",
                "What the last reconciliation found, by check.",
                "max by (check) (reconciliation_differences)",
            )
        )
    )


def operations() -> _Dashboard:
    """Build what an operator watches: processes, loops, lag, dead letters, measurements."""
    return (
        _begin("operations", "Operations", "Processes, loops, lag, dead letters.")
        .with_panel(table("Processes", "1: it answers.", "max by (service, process, instance) (up)", width=8))
        .with_panel(
            table(
                "Loops that fail",
                "Failures in a row.",
                "max by (service, process, loop) (loop_failures_in_a_row) > 0",
                width=8,
            )
        )
        .with_panel(
            figures(
                "Relays that publish",
                "One of each service.",
                ('sum by (service) (relay_leads{process="relay"})', "{{service}}"),
                width=4,
            )
        )
        .with_panel(
            figures(
                "Dead letters",
                "Open, by topic.",
                _figure("dead_letters_open", "{{topic}}", "topic"),
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
                _figure("outbox_pending_events", "{{service}}", "service"),
            )
        )
        .with_panel(
            series("Lag", "Messages that nobody has taken.", _figure("consumer_lag_messages", "{{topic}}", "topic"))
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
                _figure("jobs_open", "{{service}} {{state}}", "service, state"),
            )
        )
        .with_panel(
            series(
                "Age of measurements",
                "Since figures were last measured.",
                ("time() - max by (service, measurement) (measured_timestamp_seconds)", "{{service}} {{measurement}}"),
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


def dashboards() -> Mapping[str, Dashboard]:
    """Build every dashboard, by the name of its file."""
    makers = (overview, registry, eligibility, payout, money, operations)
    return {make.__name__: make().build() for make in makers}
