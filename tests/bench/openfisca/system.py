"""Five awards as an OpenFisca country package: one entity, inputs, formulas on numpy arrays, numbers in `parameters/`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.periods import ETERNITY, YEAR
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

MONEY = ("online_retail", "turnover", "statistics_retail", "rent", "sales_usd", "sales_cny", "postage")

Enterprise = build_entity("enterprise", "enterprises", "An enterprise", is_person=True)


class LegalForm(Enum):
    """Forms that the population has."""

    enterprise = "enterprise"
    individual = "individual"
    government = "government"


class Jurisdiction(Enum):
    """Places that the population has; the first stands for none on record."""

    unknown = "unknown"
    city = "city"
    liandu = "liandu"
    development_zone = "development zone"
    qingtian = "Qingtian"
    elsewhere = "elsewhere"


OUTSIDE = (Jurisdiction.unknown, Jurisdiction.qingtian, Jurisdiction.elsewhere)


def variable(name: str, value_type: type, **members: Any) -> type[Variable]:
    """Make a variable of an enterprise, of a year unless `members` say otherwise."""
    known = {"value_type": value_type, "entity": Enterprise, "definition_period": YEAR, "label": name}
    return type(name, (Variable,), known | members)


def eternal(name: str, value_type: type, **members: Any) -> type[Variable]:
    """Make an input that does not change."""
    return variable(name, value_type, definition_period=ETERNITY, **members)


def in_urban_area(enterprise: Any, period: Any) -> Any:
    """Tell who is where the policy holds."""
    place = enterprise("jurisdiction", period)
    return np.logical_and.reduce([place != outside for outside in OUTSIDE])


def is_enterprise(enterprise: Any, period: Any) -> Any:
    """Tell who has the legal form, where the policy holds."""
    return (enterprise("legal_form", period) == LegalForm.enterprise) & enterprise("in_urban_area", period)


def monitored(track: str) -> Any:
    """Tell who is in monitoring on the year's last day."""

    def formula(enterprise: Any, period: Any) -> Any:
        return enterprise(f"{track}_included_on", period) <= np.datetime64(period.stop)

    return formula


def highest_before(figure: str) -> Any:
    """Return the highest figure of the years before."""

    def formula(enterprise: Any, period: Any) -> Any:
        before = period.last_year
        return np.maximum(enterprise(f"{figure}_highest_before", before), enterprise(figure, before))

    return formula


def scale(award: str, figure: str, track: str) -> Any:
    """Pay the highest tier that no earlier year reached."""

    def formula(enterprise: Any, period: Any, parameters: Any) -> Any:
        tiers = parameters(period).lishui[award]
        reached = tiers.calc(enterprise(figure, period))
        newly = reached > tiers.calc(enterprise(f"{figure}_highest_before", period))
        return reached * (newly & enterprise(f"{track}_monitored", period) & enterprise("is_enterprise", period))

    return formula


def courier_rent(enterprise: Any, period: Any, parameters: Any) -> Any:
    """Pay a share of the rent, capped, for so many parcels a calendar day."""
    numbers = parameters(period).lishui.courier_rent
    enough = enterprise("parcels", period) >= numbers.parcels_a_day * period.size_in_days
    counts = enough & enterprise("is_enterprise", period)
    return np.minimum(np.floor(enterprise("rent", period) * numbers.share * 100) / 100, numbers.cap) * counts


def crossborder_postage(enterprise: Any, period: Any, parameters: Any) -> Any:
    """Pay a share of the postage, capped."""
    numbers = parameters(period).lishui.crossborder_postage
    dollars = enterprise("sales_usd", period) + enterprise("sales_cny", period) / numbers.parity
    may = (enterprise("legal_form", period) != LegalForm.government) & enterprise("in_urban_area", period)
    counts = (dollars >= numbers.sales_usd) & may
    return np.minimum(np.floor(enterprise("postage", period) * numbers.share * 100) / 100, numbers.cap) * counts


def growth_qualifies(enterprise: Any, period: Any) -> Any:
    """Tell whose figures rose three years running."""
    years = [period.offset(-back, "year") for back in range(4)]
    figures = [enterprise("statistics_retail", year) for year in years]
    risen = (figures[0] > figures[1]) & (figures[1] > figures[2]) & (figures[2] > figures[3])
    return risen & (figures[3] >= 0) & enterprise("is_enterprise", period)


def growth_used(enterprise: Any, period: Any) -> Any:
    """Tell who was paid for a year before."""
    before = period.last_year
    return enterprise("growth_used", before) | enterprise("growth_qualifies", before)


def sustained_growth(enterprise: Any, period: Any, parameters: Any) -> Any:
    """Pay once."""
    counts = enterprise("growth_qualifies", period) & ~enterprise("growth_used", period)
    return parameters(period).lishui.sustained_growth.amount * counts


VARIABLES = [
    eternal("legal_form", Enum, possible_values=LegalForm, default_value=LegalForm.individual),
    eternal("jurisdiction", Enum, possible_values=Jurisdiction, default_value=Jurisdiction.qingtian),
    eternal("retail_included_on", date, default_value=date(9999, 1, 1)),
    eternal("platform_included_on", date, default_value=date(9999, 1, 1)),
    *(variable(name, float) for name in MONEY),
    variable("parcels", int),
    variable("in_urban_area", bool, formula=in_urban_area),
    variable("is_enterprise", bool, formula=is_enterprise),
    variable("retail_monitored", bool, formula=monitored("retail")),
    variable("platform_monitored", bool, formula=monitored("platform")),
    variable("online_retail_highest_before", float, formula_2018=highest_before("online_retail")),
    variable("turnover_highest_before", float, formula_2018=highest_before("turnover")),
    variable("retail_scale", float, formula_2020=scale("retail_scale", "online_retail", "retail")),
    variable("platform_scale", float, formula_2020=scale("platform_scale", "turnover", "platform")),
    variable("courier_rent", float, formula_2020=courier_rent),
    variable("crossborder_postage", float, formula_2020=crossborder_postage),
    variable("growth_qualifies", bool, formula_2020=growth_qualifies),
    variable("growth_used", bool, formula_2021=growth_used),
    variable("sustained_growth", float, formula_2020=sustained_growth),
]


def system() -> TaxBenefitSystem:
    """Build the tax and benefit system, as OpenFisca calls it."""
    built = TaxBenefitSystem([Enterprise])
    built.add_variables(*VARIABLES)
    built.load_parameters(str(Path(__file__).parent / "parameters"))
    return built
