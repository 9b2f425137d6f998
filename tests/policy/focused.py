"""Populations for one award: the shared conditions are mostly met, so that its own thresholds decide."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from tests.policy.populations import ENTERPRISES, WAN, YEARS, Tables, population

#: The datasets that each award is about.
ABOUT: dict[str, tuple[str, ...]] = {
    "retail-scale": ("annual_sales",),
    "platform-scale": ("annual_sales",),
    "headquarters-land": ("annual_sales",),
    "service-centre-grade": ("service_centre_grades",),
    "provider-setup": ("platform_authorisations",),
    "provider-growth": ("service_contracts", "platform_authorisations"),
    "park": ("parks", "park_years"),
    "logistics-hub": ("logistics_hubs", "hub_years"),
    "courier-rent": ("courier_years",),
    "smart-terminal": ("delivery_terminals",),
    "loan-interest": ("loans", "loan_balances", "loan_years", "reference_rates"),
    "sales-spin-off": ("sales_spin_offs",),
    "platform-zone": ("platform_zones", "zone_years"),
    "exhibition-organised": ("exhibition_attendances",),
    "exhibition-independent": ("exhibition_attendances",),
    "crossborder-postage": ("cross_border_years", "reference_rates"),
    "overseas-warehouse": ("overseas_warehouses",),
    "cold-chain": ("cold_stores",),
    "demonstration": ("demonstration_titles",),
    "sustained-growth": ("statistics_sales",),
}


def focused(random: Random, award: str) -> Tables:
    """Return a population for one award, with the shared conditions mostly met."""
    tables = population(random, unknown=12, datasets=(*ABOUT[award], "monitoring_inclusions", "sanctions"))
    for row in tables["enterprises"]:
        row["legal_form"] = row["legal_form"] if random.random() < 0.2 else "enterprise"
    for row in tables["locations"]:
        row["jurisdiction"] = row["jurisdiction"] if random.random() < 0.3 else "liandu"
    for uscc in ENTERPRISES:
        for track in ("retail", "platform"):
            if random.random() < 0.8:
                tables["monitoring_inclusions"].append(_included(uscc, track, random))
    unique = {(row["uscc"], row["track"], row["included_on"]): row for row in tables["monitoring_inclusions"]}
    tables["monitoring_inclusions"] = list(unique.values())
    if award == "sustained-growth":
        tables["statistics_sales"] = [row for uscc in ENTERPRISES for row in _growing(uscc, random)]
    if award == "loan-interest":
        tables["reference_rates"] += _rates(random)
        keyed = {(row["series"], row["effective_on"]): row for row in tables["reference_rates"]}
        tables["reference_rates"] = list(keyed.values())
    if award == "logistics-hub":
        _serving(tables, random)
    if award == "park":
        _nearly_new_parks(tables, random)
    if award == "provider-growth":
        _serve_many(tables, random)
    return tables


def _included(uscc: str, track: str, random: Random) -> dict[str, Any]:
    removed = random.choice((None, None, None, date(2022, 12, 31), date(2023, 1, 1)))
    return {"uscc": uscc, "track": track, "included_on": date(2019, 1, 1), "removed_on": removed}


def _growing(uscc: str, random: Random) -> list[dict[str, Any]]:
    figure, rows = 10, []
    for year in range(2017, 2025):
        figure += random.choice((1, 1, 1, 1, 0, -1))
        if random.random() < 0.95:
            rows.append({"uscc": uscc, "year": year, "online_retail_fen": figure if random.random() < 0.95 else None})
    return rows


def _serving(tables: Tables, random: Random) -> None:
    """Add hubs of the right kind on the right land, so that opening, clients and parcels decide."""
    for row in tables["logistics_hubs"]:
        if random.random() < 0.8:
            row |= {"kind": "sorting_centre", "land_source": "old_factory", "opened_on": date(2020, 6, 30)}
            row |= {"jurisdiction": row["jurisdiction"] and "city"}
    for row in tables["hub_years"]:
        if random.random() < 0.6:
            row |= {"client_enterprises": 20, "operating_days": row["operating_days"] and 300}


def _nearly_new_parks(tables: Tables, random: Random) -> None:
    """Add parks that lack little, so that areas, occupancy, sales and places decide."""
    for row in tables["parks"]:
        if random.random() < 0.8:
            row |= {
                "opened_on": date(2020, 6, 30),
                "built_by_enterprise": True,
                "jurisdiction": row["jurisdiction"] and "city",
            }
            row |= {"infrastructure_accepted_on": row["infrastructure_accepted_on"] and date(2020, 6, 30)}
    parks = [row["park_id"] for row in tables["parks"]]
    tables["park_years"] = [row for row in tables["park_years"] if row["park_id"] in parks]
    for row in tables["park_years"]:
        row |= {"operating_area_m2": random.choice((Decimal(1000), Decimal("1000.05"), row["operating_area_m2"]))}
        row |= {"ecommerce_area_m2": random.choice((Decimal(800), Decimal("800.03"), Decimal("800.04"), None))}
        row |= {"online_retail_fen": random.choice((30_000 * WAN, 30_000 * WAN, 30_000 * WAN - 1, None))}


def _rates(random: Random) -> list[dict[str, Any]]:
    series = ("pboc_benchmark_1y", "pboc_benchmark_5y", "pboc_benchmark_over_5y", "lpr_1y", "lpr_5y")
    return [
        {"series": name, "effective_on": date(2015, 1, 1), "value": 400, "status": "verified", "source": "-"}
        for name in series
        if random.random() < 0.9
    ]


def _serve_many(tables: Tables, random: Random) -> None:
    """Add one provider with about as many new clients as the threshold, whose sales grew by about the rate required."""
    year = random.choice(YEARS[2:])
    clients = [f"C{number:02}" for number in range(random.choice((49, 50, 51, 52, 54, 58, 58)))]
    tables["annual_sales"] = []
    rich = random.choice((0, 1, 3))
    for client in clients:
        place = random.choice(("liandu",) * 30 + ("yunhe", None))
        tables["enterprises"].append(
            {"uscc": client, "name": client, "legal_form": "enterprise", "registered_on": date(2019, 1, 1)}
        )
        if place is not None:
            since = date(2019, 1, 1)
            tables["locations"].append({"uscc": client, "since": since, "until": None, "jurisdiction": place})
        if random.random() < 0.99:
            tables["monitoring_inclusions"].append(
                {"uscc": client, "track": "service", "included_on": date(2019, 1, 1), "removed_on": None}
            )
        begun = date(year - (random.random() < 0.01), random.randint(1, 12), 1)
        tables["service_contracts"].append(
            {"provider_uscc": "E0", "client_uscc": client, "since": begun, "until": None}
        )
        for at, sales in (
            (year - 1, random.choice((0, 100, 1000))),
            (year, random.choice((100, 110, 111, 1100, 1101, *(1200,) * rich))),
        ):
            if random.random() < 0.9:
                tables["annual_sales"].append(
                    {"uscc": client, "year": at, "online_retail_fen": sales, "platform_turnover_fen": None}
                )
