"""The kinds of panel that dashboards consist of. A query is a pair of PromQL and the legend of its series."""

from __future__ import annotations

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, text, timeseries
from grafana_foundation_sdk.builders import table as tables
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    TooltipDisplayMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import DataSourceRef, Threshold, ThresholdsMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat
from grafana_foundation_sdk.models.text import TextMode

Query = tuple[str, str]

SOURCE = DataSourceRef(type_val="prometheus", uid="prometheus")
"""The uid that deploy/grafana/provisioning gives to Prometheus."""
YUAN = "currency:CN¥"


def _targets(queries: tuple[Query, ...], *, instant: bool) -> list[Builder[Dataquery]]:
    made: list[Builder[Dataquery]] = []
    for index, (expression, legend) in enumerate(queries):
        target = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(chr(ord("A") + index))
        made.append(target.instant() if instant else target.range())
    return made


def _thresholds(bad_from: float | None) -> dashboard.ThresholdsConfig:
    steps = [Threshold(value=None, color="text")]
    if bad_from is not None:
        steps = [Threshold(value=None, color="green"), Threshold(value=bad_from, color="red")]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def figures(
    title: str, meaning: str, *queries: Query, unit: str = "short", bad_from: float | None = None, width: int = 4
) -> stat.Panel:
    """Show the present values, one below the other; red where one is `bad_from` or more."""
    return (
        stat.Panel()
        .title(title)
        .description(meaning)
        .datasource(SOURCE)
        .targets(_targets(queries, instant=True))
        .unit(unit)
        .no_value("–")
        .orientation(VizOrientation.HORIZONTAL)
        .text_mode(BigValueTextMode.VALUE_AND_NAME)
        .graph_mode(BigValueGraphMode.NONE)
        .color_mode(BigValueColorMode.VALUE)
        .thresholds(_thresholds(bad_from))
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .height(8)
        .span(width)
    )


def arrow(says: str) -> text.Panel:
    """Draw an arrow between two stages, and what flows along it."""
    content = f'<div style="text-align:center;padding-top:4em;font-size:1.4em">→<br><small>{says}</small></div>'
    return text.Panel().title("").transparent(True).mode(TextMode.HTML).content(content).height(8).span(1)


def series(
    title: str, meaning: str, *queries: Query, unit: str = "short", stacked: bool = False, width: int = 8
) -> timeseries.Panel:
    """Draw values over time, one line per series."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(meaning)
        .datasource(SOURCE)
        .targets(_targets(queries, instant=False))
        .unit(unit)
        .min(0)
        .line_width(1)
        .fill_opacity(30 if stacked else 8)
        .legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
        .height(8)
        .span(width)
    )
    return panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL)) if stacked else panel


def table(title: str, meaning: str, expression: str, *, unit: str = "short", width: int = 12) -> tables.Panel:
    """List the present values with their labels."""
    target = prometheus.Dataquery().expr(expression).instant().format(PromQueryFormat.TABLE).ref_id("A")
    return (
        tables.Panel()
        .title(title)
        .description(meaning)
        .datasource(SOURCE)
        .targets([target])
        .unit(unit)
        .height(9)
        .span(width)
    )
