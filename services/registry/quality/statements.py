"""The signs of odd or missing data, each with its condition in SQL, and the statement that finds the rows with a sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.registry.revisions.records import ReadAccess
from services.registry.revisions.sql_fragments import codes_array, listed, names_any_of, owner_at, rows_at
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.policies import POLICIES
from shared.i18n import N_

MONITORED_AWARDS = tuple(code for policy in POLICIES.values() for code in policy.monitored)
"""Awards that require provincial monitoring."""

LISHUI_REGIONS = (
    *("331100", "331101", "331102", "331121", "331122", "331123", "331124", "331125", "331126", "331127", "331181"),
)
"""Region codes of Lishui in GB/T 2260, and the placeholder of its urban area."""

MESSAGES: Mapping[str, str] = {
    "missing_figure": N_("“{name}” is missing, and would decide the award"),
    "part_above_whole": N_("“{name}” is above the whole that it is part of"),
    "unknown_region": N_("the code's region does not exist in Lishui"),
    "days_above_year": N_("366 operating days in an ordinary year"),
    "sudden_jump": N_("“{name}” changed more than tenfold from the year before"),
    "before_registration": N_("it is before the enterprise was registered"),
    "monitored_without_location": N_("monitored, but without any location"),
    "without_location": N_("the enterprise has no location at all"),
    "no_rate": N_("there is no average exchange rate for the year"),
    "no_parent": N_("what it belongs to is not recorded"),
    "second_spelling": N_(
        "“{name}” is on record in other spellings too: correct all but one, which count as different codes"
    ),
    "spelling_of_subject": N_("“{name}” names a row whose code is on record in another spelling, and does not find it"),
    "unusual_spelling": N_(
        "“{name}” has spaces, invisible or full-width characters in it, which are not typed again alike"
    ),
    "gap_of_one_day": N_("the next period begins a day after “{name}”: was the last day that counts given instead?"),
    "ends_on_31_december": N_(
        "“{name}” is 31 December, which then no longer counts: was the last day that counts given instead?"
    ),
    "odd_day": N_("“{name}” lies before 1949-10-01 or more than ten years ahead"),
    "odd_name": N_("“{name}” is not the name of an enterprise"),
    "holder_differs": N_("“{name}” is not the enterprise's name"),
    "empty_period": N_("the period is empty: it ends on its first day"),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign. `where` is a condition on a row `r` of `source`, which is the dataset's own rows unless it is given.

    In both, `{dataset}` is replaced by the dataset's rows at the revision that is read, `{award_years}` by the years of yearly
    awards, and `{today}` by a day. A `source` has the fields of the dataset's key, and `uscc` or the parent's key.
    """

    code: str
    dataset: str
    where: str
    field: str | None = None
    awards: tuple[str, ...] = ()
    source: str | None = None


def _missing(dataset: str, field: str, *awards: str, where: str = "true") -> Sign:
    return Sign("missing_figure", dataset, f"r.{field} IS NULL AND {where}", field, awards)


def _monitored(track: str, field: str, *awards: str) -> Sign:
    """Declare the sign that an enterprise monitored on 31 December has no figure for that year."""
    source = (
        "(SELECT DISTINCT m.uscc, y.year FROM {monitoring_inclusions} AS m"
        " CROSS JOIN {award_years} AS y"
        f" WHERE m.track = '{track}' AND m.included_on <= make_date(CAST(y.year AS int), 12, 31)"
        " AND make_date(CAST(y.year AS int), 12, 31) < least(m.removed_on, DATE '{today}'))"
    )
    present = f"SELECT 1 FROM {{annual_sales}} AS s WHERE s.uscc = r.uscc AND s.year = r.year AND s.{field} IS NOT NULL"
    return Sign("missing_figure", "annual_sales", f"NOT EXISTS ({present})", field, awards, source)


def _jump(dataset: str, field: str, *awards: str) -> Sign:
    before = f"SELECT 1 FROM {{{dataset}}} AS s WHERE s.uscc = r.uscc AND s.year = r.year - 1 AND s.{field} > 0"
    apart = f"(r.{field} / 10 > s.{field} OR s.{field} / 10 > r.{field})"
    return Sign("sudden_jump", dataset, f"EXISTS ({before} AND {apart})", field, awards)


def _unlocated(dataset: str, *awards: str, owner: str = "uscc") -> Sign:
    where = f"NOT EXISTS (SELECT 1 FROM {{locations}} AS l WHERE l.uscc = r.{owner})"
    return Sign("without_location", dataset, where, owner, awards)


def _orphan(dataset: str, field: str, parent: str, award: str) -> Sign:
    where = f"NOT EXISTS (SELECT 1 FROM {{{parent}}} AS p WHERE p.{field} = r.{field})"
    return Sign("no_parent", dataset, where, field, (award,))


_LOAN_YEARS = (
    "(SELECT DISTINCT b.loan_id, y.year FROM {loan_balances} AS b"
    " CROSS JOIN {award_years} AS y"
    " WHERE b.principal_fen > 0 AND b.since <= make_date(CAST(y.year AS int), 12, 31)"
    " AND b.until > make_date(CAST(y.year AS int), 1, 1)"
    " UNION SELECT i.loan_id, i.year FROM {loan_years} AS i WHERE i.interest_paid_fen IS NULL)"
)
"""Loans and years with a balance on some day, or with a row that lacks the interest."""

_ORDINARY_YEAR = "NOT (r.year % 4 = 0 AND (r.year % 100 <> 0 OR r.year % 400 = 0))"
_IN_A_MARKET = "EXISTS (SELECT 1 FROM {parks} AS p WHERE p.park_id = r.park_id AND p.physical_market)"
_ORGANISED = "r.organiser = 'commerce_department'"
_TITLED = "r.grade IN ('excellent', 'good')"

SIGNS: tuple[Sign, ...] = (
    _monitored("retail", "online_retail_fen", "retail-scale", "headquarters-land"),
    _monitored("platform", "platform_turnover_fen", "platform-scale", "headquarters-land"),
    Sign(
        "monitored_without_location",
        "monitoring_inclusions",
        "NOT EXISTS (SELECT 1 FROM {locations} AS l WHERE l.uscc = r.uscc)",
        awards=MONITORED_AWARDS,
    ),
    _missing("service_centre_grades", "tender_reference", "service-centre-grade", where=_TITLED),
    _missing("platform_authorisations", "settled_on", "provider-setup"),
    _missing("parks", "jurisdiction", "park"),
    _missing("parks", "infrastructure_accepted_on", "park"),
    _missing("park_years", "operating_area_m2", "park"),
    _missing("park_years", "ecommerce_area_m2", "park"),
    _missing("park_years", "online_retail_fen", "park", where="r.agricultural_retail_fen IS NULL"),
    _missing("park_years", "merchants", "park", where=_IN_A_MARKET),
    _missing("park_years", "ecommerce_merchants", "park", where=_IN_A_MARKET),
    _missing("logistics_hubs", "jurisdiction", "logistics-hub"),
    _missing("hub_years", "client_enterprises", "logistics-hub"),
    _missing("hub_years", "parcels", "logistics-hub"),
    _missing("hub_years", "operating_days", "logistics-hub"),
    _missing("courier_years", "parcels", "courier-rent"),
    _missing("courier_years", "operating_days", "courier-rent"),
    _missing("courier_years", "rent_fen", "courier-rent"),
    _missing("delivery_terminals", "jurisdiction", "smart-terminal"),
    _missing("delivery_terminals", "accepted_on", "smart-terminal"),
    Sign(
        "missing_figure",
        "loan_years",
        "NOT EXISTS (SELECT 1 FROM {loan_years} AS s WHERE s.loan_id = r.loan_id AND s.year = r.year"
        " AND s.interest_paid_fen IS NOT NULL)",
        "interest_paid_fen",
        ("loan-interest",),
        _LOAN_YEARS,
    ),
    _missing("zone_years", "lishui_product_sales_fen", "platform-zone"),
    _missing("exhibition_attendances", "booth_fee_fen", "exhibition-organised", "exhibition-independent"),
    _missing("exhibition_attendances", "display_fee_fen", "exhibition-organised", where=_ORGANISED),
    _missing("cross_border_years", "postage_fen", "crossborder-postage"),
    Sign(
        "no_rate",
        "cross_border_years",
        "r.sales_cny_fen > 0 AND NOT EXISTS (SELECT 1 FROM {reference_rates} AS x WHERE x.series = 'usd_cny_year'"
        " AND extract(year FROM x.effective_on) = r.year)",
        "sales_cny_fen",
        ("crossborder-postage",),
    ),
    _missing("statistics_sales", "online_retail_fen", "sustained-growth"),
    _missing("cold_stores", "jurisdiction", "cold-chain"),
    _missing("cold_stores", "in_use_on", "cold-chain"),
    _missing("cold_stores", "construction_cost_fen", "cold-chain"),
    _unlocated("service_centre_grades", "service-centre-grade"),
    _unlocated("platform_authorisations", "provider-setup"),
    _unlocated("service_contracts", "provider-growth", owner="client_uscc"),
    _unlocated("parks", "park"),
    _unlocated("logistics_hubs", "logistics-hub"),
    _unlocated("courier_years", "courier-rent"),
    _unlocated("delivery_terminals", "smart-terminal"),
    _unlocated("sales_spin_offs", "sales-spin-off", owner="producer_uscc"),
    _unlocated("platform_zones", "platform-zone"),
    _unlocated("exhibition_attendances", "exhibition-organised", "exhibition-independent"),
    _unlocated("cross_border_years", "crossborder-postage"),
    _unlocated("overseas_warehouses", "overseas-warehouse"),
    _unlocated("cold_stores", "cold-chain"),
    _unlocated("demonstration_titles", "demonstration"),
    _unlocated("statistics_sales", "sustained-growth"),
    Sign("part_above_whole", "park_years", "r.ecommerce_area_m2 > r.operating_area_m2", "ecommerce_area_m2", ("park",)),
    Sign("part_above_whole", "park_years", "r.ecommerce_merchants > r.merchants", "ecommerce_merchants", ("park",)),
    Sign(
        "unknown_region",
        "enterprises",
        "substr(r.uscc, 3, 4) = '3311' AND substr(r.uscc, 3, 6) NOT IN ("
        + ", ".join(f"'{code}'" for code in LISHUI_REGIONS)
        + ")",
        "uscc",
    ),
    Sign(
        "days_above_year",
        "hub_years",
        f"r.operating_days = 366 AND {_ORDINARY_YEAR}",
        "operating_days",
        ("logistics-hub",),
    ),
    Sign(
        "days_above_year",
        "courier_years",
        f"r.operating_days = 366 AND {_ORDINARY_YEAR}",
        "operating_days",
        ("courier-rent",),
    ),
    _jump("annual_sales", "online_retail_fen", "retail-scale", "provider-growth"),
    _jump("annual_sales", "platform_turnover_fen", "platform-scale"),
    _jump("statistics_sales", "online_retail_fen", "sustained-growth"),
    Sign(
        "before_registration",
        "annual_sales",
        "EXISTS (SELECT 1 FROM {enterprises} AS e WHERE e.uscc = r.uscc AND extract(year FROM e.registered_on) > r.year)",
        "year",
        ("retail-scale", "platform-scale"),
    ),
    Sign(
        "before_registration",
        "monitoring_inclusions",
        "EXISTS (SELECT 1 FROM {enterprises} AS e WHERE e.uscc = r.uscc AND e.registered_on > r.included_on)",
        "included_on",
        MONITORED_AWARDS,
    ),
    _orphan("park_years", "park_id", "parks", "park"),
    _orphan("hub_years", "hub_id", "logistics_hubs", "logistics-hub"),
    _orphan("loan_balances", "loan_id", "loans", "loan-interest"),
    _orphan("loan_years", "loan_id", "loans", "loan-interest"),
    _orphan("zone_years", "zone_id", "platform_zones", "platform-zone"),
    Sign("empty_period", "locations", "r.until = r.since", "until"),
    Sign("empty_period", "monitoring_inclusions", "r.removed_on = r.included_on", "removed_on"),
    Sign("empty_period", "loan_balances", "r.until = r.since", "until"),
)


def placeholders(access: ReadAccess, revision: int) -> dict[str, str]:
    """Return the values of a sign's placeholders: every dataset's rows at the revision, the award years, and the day."""
    years = [year for policy in POLICIES.values() for year in policy.award_years]
    return {
        **{name: f"({rows_at(dataset, revision)})" for name, dataset in CATALOGUE.items()},
        "award_years": f"(SELECT CAST(generate_series({min(years)}, {max(years)}) AS bigint) AS year)",
        "today": access.today.isoformat(),
    }


def page_of_warnings(
    sign: Sign, values: Mapping[str, str], access: ReadAccess, revision: int, naming: str | None
) -> str:
    """Return the keys after `:after` of up to `:limit` rows with the sign, those of the enterprise `naming` if it is given."""
    dataset = CATALOGUE[sign.dataset]
    source = (sign.source or f"{{{dataset.name}}}").format_map(values)
    conditions = [f"({sign.where.format_map(values)})", access.visible_condition(dataset, revision)]
    if naming is not None:
        conditions.append(names_any_of(dataset, codes_array([naming]), revision))
    return f"""
        SELECT * FROM (
            SELECT CAST(json_build_array({listed(dataset.key, "r.")}) AS text) COLLATE "C" AS key_text,
                   {owner_at(dataset, "r", revision)} AS uscc
            FROM {source} AS r WHERE {" AND ".join(conditions)}) AS warned
        WHERE key_text > :after ORDER BY key_text LIMIT :limit
    """
