"""Generated populations: few enterprises, values on and beside every line and date, unknown where a field may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from services.eligibility.facts.catalogue import CATALOGUE, unit_of

Tables = dict[str, list[dict[str, Any]]]
WAN = 1_000_000  # fen
HUGE = 2**53 - 1
ENTERPRISES = tuple(f"E{number}" for number in range(7))
_DAYS = """
2019-12-31 2020-01-01 2020-01-02 2020-06-30 2020-12-31 2021-01-01 2021-12-31 2022-06-01 2022-12-31 2023-05-05
2024-02-29 2024-12-31 2025-01-01 2025-01-02 2025-01-03
"""
DAYS = tuple(date.fromisoformat(day) for day in _DAYS.split())
YEARS = tuple(range(2018, 2025))


def around(*lines: int) -> tuple[int, ...]:
    """Return each line, one below and one above."""
    return tuple(line + step for line in lines for step in (-1, 0, 1))


VALUES: Mapping[str, Sequence[Any]] = {
    "enterprises.legal_form": ("enterprise",) * 6
    + ("individual", "cooperative", "social_organisation", "government", "public_institution", "other"),
    "locations.jurisdiction": ("city", "liandu", "development_zone") * 3 + ("qingtian", "elsewhere"),
    "jurisdiction": ("city", "liandu", "development_zone") * 3 + ("yunhe",),
    "monitoring_inclusions.track": ("retail", "retail", "platform", "production"),
    "annual_sales.online_retail_fen": (*around(500 * WAN, 2000 * WAN, 10000 * WAN, 200000 * WAN), 0, 600 * WAN, HUGE),
    "annual_sales.platform_turnover_fen": (*around(5000 * WAN, 20000 * WAN, 100000 * WAN, 500000 * WAN), HUGE),
    "statistics_sales.online_retail_fen": (*range(12), HUGE),
    "service_centre_grades.grade": ("excellent", "good", "pass", "fail"),
    "service_centre_grades.tender_reference": ("T-1", "T-1", "", " "),
    "platform": ("jd", "jd", "alibaba", "unheard"),
    "parks.usable_area_m2": (*map(Decimal, ("9999.99", "10000", "10000.01")), *(Decimal(20000),) * 3),
    "park_years.operating_area_m2": tuple(map(Decimal, ("0", "0.01", "100", "1000", "1000.01"))),
    "park_years.ecommerce_area_m2": tuple(map(Decimal, ("0", "79.99", "80", "800", "800.01"))),
    "park_years.merchants": (0, 10, 100),
    "park_years.ecommerce_merchants": (0, 6, 7, 70),
    "park_years.online_retail_fen": around(30000 * WAN),
    "park_years.agricultural_retail_fen": around(10000 * WAN),
    "logistics_hubs.kind": ("public_warehouse", "sorting_centre", "sorting_centre", "other"),
    "logistics_hubs.land_source": ("old_factory", "stock_land", "unsupplied_approved", "other"),
    "logistics_hubs.construction_cost_fen": (*around(200 * WAN), 1, 3, HUGE),
    "hub_years.client_enterprises": (*around(20), 40, 40),
    "parcels": (*around(3_650_000, 3_660_000, 3_000_000), 10_000_000, 10_000_000, HUGE),
    "operating_days": (300, 365, 366),
    "courier_years.rent_fen": (0, 1, 3, 333333, 33333334, HUGE),
    "loans.tenor_months": (12, 13, 60, 61),
    "loan_balances.principal_fen": (0, 1, 100 * WAN, 12345678901, HUGE),
    "loan_years.interest_paid_fen": (0, 5 * WAN, 30 * WAN, HUGE),
    "other_subsidy_fen": (0, 0, WAN, 40 * WAN),
    "zone_years.lishui_product_sales_fen": (*around(2000 * WAN, 20000 * WAN), 3999 * WAN, HUGE),
    "exhibition_attendances.organiser": ("commerce_department", "other"),
    "booth_fee_fen": (0, 1, 1001, 99999, HUGE),
    "display_fee_fen": (0, 501, HUGE),
    "other_support_fen": (0, 0, 1, 500, 10**6),
    "cross_border_years.sales_usd_cents": (0, *around(20_000_000), 19_000_000),
    "cross_border_years.sales_cny_fen": (0, 0, 1, 7, 6_897_400, 6_897_399, HUGE),
    "cross_border_years.postage_fen": (0, 9, 10, 12345, 99999999, HUGE),
    "overseas_warehouses.construction_cost_fen": (*around(300 * WAN), 1, HUGE),
    "provincial_support_fen": (0, 10 * WAN, 150 * WAN, 200 * WAN),
    "cold_stores.construction_cost_fen": around(100 * WAN),
    "demonstration_titles.level": ("national", "provincial", "municipal"),
    "sanctions.kind": ("serious_dishonesty", "safety", "quality", "tax"),
    "reference_rates.series": ("pboc_benchmark_1y", "pboc_benchmark_5y", "pboc_benchmark_over_5y", "lpr_1y", "lpr_5y"),
    "reference_rates.value": (435, 475, 490),
    "reference_rates.status": ("verified", "secondary", "unverified"),
    "year": YEARS,
    "legal_form": ("enterprise",),
}
#: How many rows of each dataset, at most; the rest have up to three.
ROWS = {"annual_sales": 25, "statistics_sales": 25, "service_contracts": 8, "monitoring_inclusions": 8, "park_years": 6,
        "hub_years": 6, "courier_years": 6, "delivery_terminals": 7, "loan_balances": 6, "loan_years": 8,
        "reference_rates": 8, "zone_years": 5, "cross_border_years": 5, "demonstration_titles": 8, "prior_awards": 0,
        "sales_spin_offs": 4, "platform_authorisations": 5}  # fmt: skip
SHARED = {"park_id": "K", "hub_id": "H", "zone_id": "Z", "loan_id": "L", "centre_id": "C", "exhibition_id": "X",
          "warehouse_id": "W", "store_id": "S", "serial": "T"}  # fmt: skip


def population(random: Random, *, unknown: int = 8, datasets: Sequence[str] | None = None) -> Tables:
    """Return tables whose keys are unique and whose periods do not overlap; one optional value in `unknown` is empty."""
    tables: Tables = {"enterprises": [_row(random, "enterprises", unknown, uscc=uscc) for uscc in ENTERPRISES]}
    tables["locations"] = [row for uscc in ENTERPRISES for row in _places(random, uscc)]
    for name, said in CATALOGUE.items():
        if (
            name in tables
            or name in ("prior_awards", "other_support")
            or (datasets is not None and name not in datasets)
        ):
            continue
        rows = {}
        for _ in range(random.randint(0, ROWS.get(name, 3))):
            row = _row(random, name, unknown)
            rows[tuple(row[key] for key in said.key)] = row
        tables[name] = list(rows.values())
    for parent, child, key in (("platform_zones", "zone_years", "zone_id"), ("loans", "loan_balances", "loan_id")):
        ids = {row[key] for row in tables.get(parent, ())}
        tables[child] = [row for row in tables.get(child, ()) if row[key] in ids]
    _balances_apart(tables)
    tables["recognised_platforms"] = [_platform(random, code) for code in ("jd", "alibaba") if random.random() < 0.9]
    if datasets is None or "reference_rates" in datasets:
        tables["reference_rates"] += [
            _row(random, "reference_rates", unknown, series="usd_cny_year", effective_on=date(year, 1, 1), value=68974)
            for year in range(2020, 2025)
            if random.random() < 0.8
        ]
    tables["prior_awards"] = _paid_before(random, tables)
    tables["other_support"] = _supported(random, tables)
    return tables


def _row(random: Random, dataset: str, unknown: int, **given: Any) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in CATALOGUE[dataset].fields:
        if field.name in given:
            row[field.name] = given[field.name]
        elif field.optional and random.randrange(unknown) == 0:
            row[field.name] = None
        else:
            row[field.name] = _value(random, dataset, field.name, unit_of(field))
    if row.get("until") is not None and "since" in row:
        row["until"] = max(row["since"], row["until"]) + timedelta(days=random.choice((1, 400)))
    if "removed_on" in row and row["removed_on"] is not None:
        row["removed_on"] = row["included_on"] + timedelta(days=random.choice((1, 365, 900)))
    return row


def _value(random: Random, dataset: str, field: str, unit: str) -> Any:
    for name in (f"{dataset}.{field}", field):
        if name in VALUES:
            return random.choice(VALUES[name])
    if field in SHARED:
        return SHARED[field] + str(random.randint(1, 5 if field == "serial" else 3))
    if unit == "id":
        return random.choice(ENTERPRISES)
    if unit == "day":
        return random.choice(DAYS)
    if unit == "flag":
        return random.random() < 0.8
    return {"fen": 10**6, "value": 400}.get(unit, random.choice(("a", "b")))


def _places(random: Random, uscc: str) -> list[dict[str, Any]]:
    moves = sorted(random.sample(DAYS, random.randint(0, 2)))
    starts = [date(2015, 1, 1), *moves] if random.random() < 0.9 else moves
    ends: list[date | None] = [*starts[1:], None]
    return [
        {"uscc": uscc, "since": since, "until": until, "jurisdiction": random.choice(VALUES["locations.jurisdiction"])}
        for since, until in zip(starts, ends, strict=False)
        if random.random() < 0.9
    ]


def _balances_apart(tables: Tables) -> None:
    apart: list[dict[str, Any]] = []
    for row in sorted(tables.get("loan_balances", ()), key=lambda row: row["since"]):
        row["until"] = max(row["until"], row["since"] + timedelta(days=1))
        if all(other["loan_id"] != row["loan_id"] or other["until"] <= row["since"] for other in apart):
            apart.append(row)
    tables["loan_balances"] = apart


def _platform(random: Random, code: str) -> dict[str, Any]:
    until = random.choice((None, None, date(2022, 12, 31)))
    return {"platform": code, "since": date(2020, 1, 2), "name": code, "until": until, "source": "-"}


def _paid_before(random: Random, tables: Tables) -> list[dict[str, Any]]:
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    subjects = [
        *[("retail-scale", uscc, tier) for uscc in ENTERPRISES for tier in (500 * WAN, 2000 * WAN)],
        *[(code, uscc, 0) for uscc in ENTERPRISES for code in ("courier-rent", "sustained-growth", "loan-interest")],
        *[("demonstration", f"{uscc}:municipal", 0) for uscc in ENTERPRISES],
        *[("smart-terminal", row["serial"], 0) for row in tables.get("delivery_terminals", ())],
        *[("logistics-hub", row["hub_id"], 0) for row in tables.get("logistics_hubs", ())],
        *[("exhibition-organised", f"{r['exhibition_id']}:{r['uscc']}", 0) for r in tables.get("exhibition_attendances", ())],
    ]  # fmt: skip
    for _ in range(random.choice((0, 0, 1, 4))):
        award, subject, tier = random.choice(subjects)
        row = {"uscc": random.choice(ENTERPRISES), "award": award, "subject": subject, "tier": tier}
        row |= {"award_year": random.choice(YEARS), "amount_fen": random.choice((0, WAN, 5 * WAN)), "paid_on": DAYS[3]}
        found[row["uscc"], award, subject, row["award_year"], tier] = row
    return list(found.values())


#: The award that a row of each dataset is about, and the fields of its subject.
MATTERS = (
    ("retail-scale", "annual_sales", ("uscc",)),
    ("platform-scale", "annual_sales", ("uscc",)),
    ("headquarters-land", "annual_sales", ("uscc",)),
    ("service-centre-grade", "service_centre_grades", ("centre_id",)),
    ("provider-setup", "platform_authorisations", ("uscc",)),
    ("provider-growth", "service_contracts", ("provider_uscc",)),
    ("park", "parks", ("park_id",)),
    ("logistics-hub", "logistics_hubs", ("hub_id",)),
    ("courier-rent", "courier_years", ("uscc",)),
    ("smart-terminal", "delivery_terminals", ("uscc",)),
    ("loan-interest", "loans", ("uscc",)),
    ("sales-spin-off", "sales_spin_offs", ("producer_uscc",)),
    ("platform-zone", "zone_years", ("zone_id",)),
    ("exhibition-organised", "exhibition_attendances", ("exhibition_id", "uscc")),
    ("exhibition-independent", "exhibition_attendances", ("exhibition_id", "uscc")),
    ("crossborder-postage", "cross_border_years", ("uscc",)),
    ("overseas-warehouse", "overseas_warehouses", ("warehouse_id",)),
    ("cold-chain", "cold_stores", ("store_id",)),
    ("demonstration", "demonstration_titles", ("uscc", "level")),
    ("sustained-growth", "statistics_sales", ("uscc",)),
)


def _supported(random: Random, tables: Tables) -> list[dict[str, Any]]:
    """Return other public money for some of what awards are about, now and then of several programmes."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    matters = [(award, [row[n] for n in names]) for award, dataset, names in MATTERS for row in tables.get(dataset, ())]
    for award, subject in random.sample(matters, min(len(matters), random.choice((0, 0, 2, 12, 30)))):
        row: dict[str, Any] = {"uscc": random.choice(ENTERPRISES), "award": award, "subject": ":".join(subject)}
        row |= {"award_year": random.choice(YEARS), "programme": random.choice("pq"), "level": "provincial"}
        row |= {
            "amount_fen": random.choice((0, 1, WAN, 5 * WAN, 10 * WAN, HUGE)),
            "granted_on": DAYS[3],
            "document": None,
        }
        found[row["uscc"], award, row["subject"], row["award_year"], row["programme"]] = row
    return list(found.values())
