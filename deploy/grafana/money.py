"""Money: budgets, orders and claims."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.panels import YUAN, figures, series, table
from deploy.grafana.queries import begin, fen, figure


def money() -> Dashboard:
    """Build the dashboard of money, in yuan."""
    by_year = "unit, year"
    made = begin("money", "Money", "Budgets, orders and claims, in yuan.")
    for name, title, meaning in (
        ("money_appropriated_fen", "Appropriated", "What was given to each budget."),
        ("money_reserved_fen", "Reserved", "What of it is reserved for orders, ordered or paid."),
        ("money_ordered_fen", "Ordered", "What of it stands in orders that did not fail."),
        ("money_paid_fen", "Paid", "What of it the bank has settled."),
        ("money_recovered_fen", "Came back", "What was paid back, by year."),
    ):
        query = fen(figure(name, "{{unit}} {{year}}", by_year))
        made.with_panel(figures(title, meaning, query, unit=YUAN, width=8))
    return (
        made.with_panel(
            figures(
                "Entitled",
                "What the versions in effect make each unit owe.",
                fen(figure("money_entitled_fen", "{{unit}}", "unit")),
                unit=YUAN,
                width=8,
            )
        )
        .with_panel(
            series(
                "To recover",
                "Claims that are open.",
                fen(figure("money_to_recover_fen", "{{unit}}", "unit")),
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
