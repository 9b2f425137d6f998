"""Art. 10: retailers in the statistics system that keep growing."""

from __future__ import annotations

from services.eligibility.rules.grammar import (
    AT_PAYEE,
    ENTERPRISES,
    Article,
    Award,
    Table,
    condition_by,
    each_year_of,
    fixed,
    more_than,
    parameter,
    yearly_figures,
)

StatisticsSales = Table("statistics_sales")

_this, _one, _two, _three = yearly_figures(StatisticsSales.online_retail, 4)

sustained_growth = Award(
    code="sustained-growth",
    article=Article(10, paragraph=2),
    about=each_year_of(StatisticsSales.uscc, once=True),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        condition_by("growth_years", "growth-1", three_rates=more_than("growth-1", _two, _three), three_figures=None),
        more_than("growth-2", _one, _two),
        more_than("growth-3", _this, _one),
    ),
    amount=fixed(parameter("growth_award")),
)
