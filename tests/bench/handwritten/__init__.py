"""All twenty awards by hand in Polars, under the default interpretations: what a good analyst would write for this policy.

Shares nothing with the engine. Three-valued as the policy is: what is missing makes an award undetermined. It is as simple
as `population` allows: decided after every event; every payee is registered and has one legal form; nobody moves or leaves
monitoring, and both began before 2020; no contract or balance is empty of days; each file says what else it takes for granted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from services.eligibility.facts.catalogue import Facts
from tests.bench.handwritten.loans import loan_interest
from tests.bench.handwritten.logistics import courier_rent, logistics_hub, smart_terminal
from tests.bench.handwritten.markets import exhibition_independent, exhibition_organised, platform_zone, sales_spin_off
from tests.bench.handwritten.projects import cold_chain, demonstration, overseas_warehouse, park
from tests.bench.handwritten.sales import (
    crossborder_postage,
    headquarters_land,
    platform_scale,
    retail_scale,
    sustained_growth,
)
from tests.bench.handwritten.services import provider_growth, provider_setup, service_centre_grade
from tests.bench.handwritten.shared import COLUMNS, Known

__all__ = ["AWARDS", "COLUMNS", "outcomes"]

AWARDS: tuple[Callable[[Known], pl.LazyFrame], ...] = (
    retail_scale,
    platform_scale,
    headquarters_land,
    service_centre_grade,
    provider_setup,
    provider_growth,
    park,
    logistics_hub,
    courier_rent,
    smart_terminal,
    loan_interest,
    sales_spin_off,
    platform_zone,
    exhibition_organised,
    exhibition_independent,
    crossborder_postage,
    overseas_warehouse,
    cold_chain,
    demonstration,
    sustained_growth,
)


def outcomes(
    facts: Facts, years: Sequence[int], awards: Sequence[Callable[[Known], pl.LazyFrame]] = AWARDS
) -> pl.DataFrame:
    """Return COLUMNS of everything granted or undetermined in `years`, or of no known year, sorted."""
    known = Known(facts, tuple(years))
    found = pl.concat(pl.collect_all([award(known) for award in awards]))
    return found.sort("award", "subject", "award_year", nulls_last=True)
