"""Queries of figures and money, and what every dashboard begins with.

Counters are summed over processes; figures of a database are the same from every app, so the greatest stands for all.
"""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard, DashboardLink
from grafana_foundation_sdk.models.dashboard import DashboardLinkType

from deploy.grafana.panels import Query


def figure(name: str, legend: str, by: str = "", where: str = "", *, summed: bool = False) -> Query:
    """Query a gauge of a database: the maximum over apps, by labels; with `summed`, the sum over those labels."""
    selected = f"{name}{{{where}}}" if where else name
    expression = f"max by ({by}) ({selected})" if by else f"max({selected})"
    return (f"sum({expression})" if summed else expression, legend)


def fen(query: Query) -> Query:
    """Convert fen to yuan."""
    return (f"{query[0]} / 100", query[1])


def begin(uid: str, title: str, meaning: str) -> Dashboard:
    """Begin a dashboard with links to the others."""
    made = Dashboard(title).uid(uid).description(meaning).tags(["subsidies"]).readonly().timezone("browser")
    links = (
        DashboardLink("Subsidies")
        .type(DashboardLinkType.DASHBOARDS)
        .tags(["subsidies"])
        .as_dropdown(True)
        .keep_time(True)
    )
    return made.refresh("30s").time("now-3h", "now").link(links)
