"""Signs of odd or missing data, per award that they would decide."""

from __future__ import annotations

from shared.catalogue.signs import Sign, jump, missing, monitored, orphan, unlocated

MONITORED_AWARDS = ("retail-scale", "platform-scale", "headquarters-land", "loan-interest")
"""Awards that require provincial monitoring."""

REGIONS = (
    *("331100", "331101", "331102", "331121", "331122", "331123", "331124", "331125", "331126", "331127", "331181"),
)
"""Region codes of Lishui in GB/T 2260, and the placeholder of its urban area."""

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
    monitored("retail", "online_retail_fen", "retail-scale", "headquarters-land"),
    monitored("platform", "platform_turnover_fen", "platform-scale", "headquarters-land"),
    Sign(
        "monitored_without_location",
        "monitoring_inclusions",
        "NOT EXISTS (SELECT 1 FROM {locations} AS l WHERE l.uscc = r.uscc)",
        awards=MONITORED_AWARDS,
    ),
    missing("service_centre_grades", "tender_reference", "service-centre-grade", where=_TITLED),
    missing("service_centre_grades", "jurisdiction", "service-centre-grade", where=_TITLED),
    missing("platform_authorisations", "settled_on", "provider-setup"),
    missing("parks", "jurisdiction", "park"),
    missing("parks", "infrastructure_accepted_on", "park"),
    missing("park_years", "operating_area_m2", "park"),
    missing("park_years", "ecommerce_area_m2", "park"),
    missing("park_years", "online_retail_fen", "park", where="r.agricultural_retail_fen IS NULL"),
    missing("park_years", "merchants", "park", where=_IN_A_MARKET),
    missing("park_years", "ecommerce_merchants", "park", where=_IN_A_MARKET),
    missing("logistics_hubs", "jurisdiction", "logistics-hub"),
    missing("hub_years", "client_enterprises", "logistics-hub"),
    missing("hub_years", "parcels", "logistics-hub"),
    missing("hub_years", "operating_days", "logistics-hub"),
    missing("courier_years", "parcels", "courier-rent"),
    missing("courier_years", "operating_days", "courier-rent"),
    missing("courier_years", "rent_fen", "courier-rent"),
    missing("delivery_terminals", "jurisdiction", "smart-terminal"),
    missing("delivery_terminals", "accepted_on", "smart-terminal"),
    Sign(
        "missing_figure",
        "loan_years",
        "NOT EXISTS (SELECT 1 FROM {loan_years} AS s WHERE s.loan_id = r.loan_id AND s.year = r.year"
        " AND s.interest_paid_fen IS NOT NULL)",
        "interest_paid_fen",
        ("loan-interest",),
        _LOAN_YEARS,
    ),
    missing("zone_years", "lishui_product_sales_fen", "platform-zone"),
    missing("exhibition_attendances", "booth_fee_fen", "exhibition-organised", "exhibition-independent"),
    missing("exhibition_attendances", "display_fee_fen", "exhibition-organised", where=_ORGANISED),
    missing("cross_border_years", "postage_fen", "crossborder-postage"),
    Sign(
        "no_rate",
        "cross_border_years",
        "r.sales_cny_fen > 0 AND NOT EXISTS (SELECT 1 FROM {reference_rates} AS x WHERE x.series = 'usd_cny_year'"
        " AND extract(year FROM x.effective_on) = r.year)",
        "sales_cny_fen",
        ("crossborder-postage",),
    ),
    missing("statistics_sales", "online_retail_fen", "sustained-growth"),
    missing("cold_stores", "jurisdiction", "cold-chain"),
    missing("cold_stores", "in_use_on", "cold-chain"),
    missing("cold_stores", "construction_cost_fen", "cold-chain"),
    unlocated("service_centre_grades", "service-centre-grade"),
    unlocated("platform_authorisations", "provider-setup"),
    unlocated("service_contracts", "provider-growth", owner="client_uscc"),
    unlocated("parks", "park"),
    unlocated("logistics_hubs", "logistics-hub"),
    unlocated("courier_years", "courier-rent"),
    unlocated("delivery_terminals", "smart-terminal"),
    unlocated("sales_spin_offs", "sales-spin-off", owner="producer_uscc"),
    unlocated("platform_zones", "platform-zone"),
    unlocated("exhibition_attendances", "exhibition-organised", "exhibition-independent"),
    unlocated("cross_border_years", "crossborder-postage"),
    unlocated("overseas_warehouses", "overseas-warehouse"),
    unlocated("cold_stores", "cold-chain"),
    unlocated("demonstration_titles", "demonstration"),
    unlocated("statistics_sales", "sustained-growth"),
    Sign("part_above_whole", "park_years", "r.ecommerce_area_m2 > r.operating_area_m2", "ecommerce_area_m2", ("park",)),
    Sign("part_above_whole", "park_years", "r.ecommerce_merchants > r.merchants", "ecommerce_merchants", ("park",)),
    Sign(
        "unknown_region",
        "enterprises",
        "substr(r.uscc, 3, 4) = '3311' AND substr(r.uscc, 3, 6) NOT IN ("
        + ", ".join(f"'{code}'" for code in REGIONS)
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
    jump("annual_sales", "online_retail_fen", "retail-scale", "provider-growth"),
    jump("annual_sales", "platform_turnover_fen", "platform-scale"),
    jump("statistics_sales", "online_retail_fen", "sustained-growth"),
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
    orphan("park_years", "park_id", "parks", "park"),
    orphan("hub_years", "hub_id", "logistics_hubs", "logistics-hub"),
    orphan("loan_balances", "loan_id", "loans", "loan-interest"),
    orphan("loan_years", "loan_id", "loans", "loan-interest"),
    orphan("zone_years", "zone_id", "platform_zones", "platform-zone"),
    Sign("empty_period", "locations", "r.until = r.since", "until"),
    Sign("empty_period", "monitoring_inclusions", "r.removed_on = r.included_on", "removed_on"),
    Sign("empty_period", "loan_balances", "r.until = r.since", "until"),
)
