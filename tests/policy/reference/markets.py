"""The awards of Art. 2 (providers), Art. 4 (terminals), Art. 5 and Art. 6 in plain Python."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from tests.policy.reference.awards import WAN
from tests.policy.reference.base import (
    URBAN,
    YEARS,
    Case,
    Cases,
    Row,
    World,
    best,
    first_year_only,
    kleene,
    known,
    payable,
    year_end,
)


def provider_growth(w: World) -> Cases:
    cases: Cases = {}
    area = URBAN if w.interpretations["client_area"] == "urban" else None
    for uscc in {row["provider_uscc"] for row in w.rows("service_contracts")}:
        by_client: dict[str, list[Row]] = defaultdict(list)
        for row in w.rows("service_contracts", provider_uscc=uscc):
            if row["until"] is None or row["until"] > row["since"]:
                by_client[row["client_uscc"]].append(row)
        for year in YEARS:
            end = year_end(year)
            counted = doubtful = 0
            pairs = []
            incomplete = False
            for client, contracts in by_client.items():
                new = min(row["since"] for row in contracts).year == year
                place = w.place(client, end)
                if new and w.monitored_for(client, year):
                    doubtful += place is None
                    counted += place is not None and (place in area if area else place != "elsewhere")
                served = any(
                    r["since"] <= end and (r["until"] is None or r["until"] > date(year, 1, 1)) for r in contracts
                )
                if served and (new or w.interpretations["growth_clients"] == "all_served"):
                    now = w.row("annual_sales", uscc=client, year=year)["online_retail_fen"]
                    then = w.row("annual_sales", uscc=client, year=year - 1)["online_retail_fen"]
                    if then == 0:
                        continue
                    if now is not None and then is not None:
                        pairs.append((then, now))
                    elif w.interpretations["growth_figures"] == "complete":
                        incomplete = True
            floor = 51 if w.interpretations["provider_client_floor"] == "more_than_50" else 50
            enough = True if counted >= floor else None if counted + doubtful >= floor else False
            grown: bool | None = None
            if incomplete:
                pairs = []
            if pairs and w.interpretations["client_growth"] == "aggregate":
                grown = 100 * sum(b for _, b in pairs) > 110 * sum(a for a, _ in pairs)
            elif pairs:
                grown = 10 * sum(b * 10**6 // a for a, b in pairs) > 11 * 10**6 * len(pairs)
            authorised = w.interpretations["provider_authorised"] == "not_required" or any(
                row["authorised_on"] <= end and w.recognised(row["platform"], end)
                for row in w.rows("platform_authorisations", uscc=uscc)
            )
            open_ = not w.paid(["provider-growth"], uscc, year)
            met = kleene(w.yearly(uscc, year, enterprises=False), enough, grown, authorised, open_)
            cases[uscc, year] = Case(met, 10 * WAN, w.place(uscc, end))
    return cases


def smart_terminal(w: World) -> Cases:
    cases: Cases = {}
    for uscc in {row["uscc"] for row in w.rows("delivery_terminals")}:
        for year in range(2020, 2026):
            counted: list[tuple[date, str, str | None]] = []
            doubtful = 0
            for row in w.rows("delivery_terminals", uscc=uscc):
                day, operator = row["accepted_on"], w.place(uscc, row["accepted_on"])
                if (day is not None and day.year != year) or w.paid(["smart-terminal"], row["serial"]):
                    continue
                in_place, place = w.project(row["jurisdiction"], operator)
                here = kleene(w.happened(day), w.valid(day), in_place)
                doubtful += here is None
                if here:
                    counted.append((day, row["serial"], place))
            begun = date(year, 1, 1) <= min(w.decided_on, w.last_day())
            some = True if counted else None if doubtful else False
            open_ = not w.paid(["smart-terminal"], uscc, year)
            met = kleene(begun, w.form(uscc, enterprises=False), w.honest(uscc), some, open_)
            cases[uscc, year] = Case(met, len(counted) * WAN, max(counted)[2] if counted else None)
    return cases


def loan_interest(w: World) -> Cases:
    cases: Cases = {}
    for uscc in {row["uscc"] for row in w.rows("loans")}:
        for year in YEARS:
            amounts = [
                _interest(w, loan, year)
                for loan in w.rows("loans", uscc=uscc)
                if (loan["licensed_lender"] or w.interpretations["loan_lender"] == "any")
                and (loan["business_purpose"] or w.interpretations["loan_purpose"] == "any")
                and _daily(w, loan, year)
            ]
            total = None if None in amounts else min(sum(a for a in amounts if a is not None), 10 * WAN)
            met = kleene(
                w.yearly(uscc, year, enterprises=True),
                w.monitored_for(uscc, year, "retail", "platform"),
                bool(amounts),
                not w.paid(["loan-interest"], uscc, year),
            )
            cases[uscc, year] = Case(met, total, w.place(uscc, year_end(year)))
    return cases


def _daily(w: World, loan: Row, year: int) -> list[tuple[date, int]]:
    """Return every day of the year with a balance above zero."""
    found = []
    for row in w.rows("loan_balances", loan_id=loan["loan_id"]):
        day, last = max(row["since"], date(year, 1, 1)), min(row["until"], date(year + 1, 1, 1))
        while day < last and row["principal_fen"] > 0:
            found.append((day, row["principal_fen"]))
            day += timedelta(days=1)
    return found


def _interest(w: World, loan: Row, year: int) -> int | None:
    months, lpr = loan["tenor_months"], w.interpretations["loan_rate"] == "lpr"
    if lpr:
        series = "lpr_1y" if months <= 60 else "lpr_5y"
    else:
        series = "pboc_benchmark_" + ("1y" if months <= 12 else "5y" if months <= 60 else "over_5y")
    weighed = 0
    for day, principal in _daily(w, loan, year):
        on = loan["drawn_on"] if lpr else day
        rates = [row for row in w.rows("reference_rates", series=series) if row["effective_on"] <= on]
        if not rates:
            return None
        weighed += principal * max(rates, key=lambda row: row["effective_on"])["value"]
    amount = weighed * 5000 // (10000 * 10000 * int(w.interpretations["loan_day_count"]))
    if w.interpretations["loan_ceiling"] == "none":
        return amount
    figures = w.row("loan_years", loan_id=loan["loan_id"], year=year)
    paid = figures["interest_paid_fen"]
    return None if paid is None else min(amount, max(0, paid - figures["other_subsidy_fen"]))


def sales_spin_off(w: World) -> Cases:
    found: dict[tuple[str, int | None], list[tuple[tuple[Any, ...], Case]]] = defaultdict(list)
    for row in w.rows("sales_spin_offs"):
        company, producer, day = row["sales_company_uscc"], row["producer_uscc"], row["established_on"]
        to_producer = w.interpretations["spin_off_payee"] == "producer"
        payee, other = (producer, company) if to_producer else (company, producer)
        for year in YEARS:
            met = kleene(
                w.yearly(payee, year, enterprises=True),
                w.valid(day) and day <= year_end(year),
                w.monitored_for(company, year),
                w.interpretations["spin_off_place"] == "payee" or w.urban(w.place(other, year_end(year))),
                not w.paid(["sales-spin-off"], producer),
            )
            found[producer, year].append(((day, company), Case(met, 10 * WAN, w.place(payee, year_end(year)))))
    return first_year_only({key: best(candidates) for key, candidates in found.items()})


def platform_zone(w: World) -> Cases:
    cases: Cases = {}
    for row in w.rows("zone_years"):
        year, zone = row["year"], w.row("platform_zones", zone_id=row["zone_id"])
        if year not in YEARS:
            continue
        sales, amount = row["lishui_product_sales_fen"], None
        if sales is not None:
            whole = w.interpretations["zone_multiple"] == "whole"
            amount = sales // (2000 * WAN) * 5 * WAN if whole else sales * 5 // 2000
            amount = min(amount, 50 * WAN)
        met = kleene(
            w.yearly(zone["uscc"], year, enterprises=False),
            w.recognised(zone["platform"], year_end(year)),
            not w.paid(["platform-zone"], row["zone_id"], year),
        )
        cases[row["zone_id"], year] = Case(met, amount, w.place(zone["uscc"], year_end(year)))
    return cases


def _exhibition(w: World, organiser: str) -> Cases:
    cases: Cases = {}
    for row in w.rows("exhibition_attendances"):
        uscc, day, other = row["uscc"], row["held_on"], row["other_support_fen"]
        subject = f"{row['exhibition_id']}:{uscc}"
        cost = row["booth_fee_fen"]
        if organiser == "commerce_department":
            cost = known(lambda a, b: a + b, cost, row["display_fee_fen"])
        amount = None
        if cost is not None:
            amount = cost if organiser == "commerce_department" else cost // 2
            interpretation = w.interpretations["exhibition_support"]
            if interpretation == "within_cost":
                amount = min(amount, cost - other)
            elif interpretation == "deducted":
                amount -= other
            amount = payable(max(0, amount))
        met = kleene(
            w.dated(uscc, day, enterprises=True),
            row["recognised"],
            row["organiser"] == organiser,
            w.interpretations["exhibitor"] == "any_enterprise" or w.monitored(uscc, day),
            not w.paid(["exhibition-organised", "exhibition-independent"], subject),
        )
        cases[subject, day.year] = Case(met, amount, w.place(uscc, day))
    return cases


def exhibition_organised(w: World) -> Cases:
    return _exhibition(w, "commerce_department")


def exhibition_independent(w: World) -> Cases:
    return _exhibition(w, "other")


def crossborder_postage(w: World) -> Cases:
    cases: Cases = {}
    for row in w.rows("cross_border_years"):
        uscc, year = row["uscc"], row["year"]
        if year not in YEARS:
            continue
        dollars, yuan = row["sales_usd_cents"], row["sales_cny_fen"]
        rate = w.row("reference_rates", series="usd_cny_year", effective_on=date(year, 1, 1))["value"]
        enough: bool | None = dollars >= 20_000_000
        if yuan:
            enough = known(lambda r, d=dollars, y=yuan: d * r + y * 10_000 >= 20_000_000 * r, rate)
        met = kleene(w.yearly(uscc, year, enterprises=False), enough, not w.paid(["crossborder-postage"], uscc, year))
        postage = row["postage_fen"]
        amount = None if postage is None else min(postage // 10, 10 * WAN)
        cases[uscc, year] = Case(met, amount, w.place(uscc, year_end(year)))
    return cases


def overseas_warehouse(w: World) -> Cases:
    cases: Cases = {}
    for row in w.rows("overseas_warehouses"):
        day, half, province = row["opened_on"], row["construction_cost_fen"] // 2, row["provincial_support_fen"]
        within = w.interpretations["provincial_support"] == "within_cap"
        amount = min(half, 150 * WAN - province) if within else min(half, 150 * WAN) - province
        met = kleene(
            w.dated(row["uscc"], day, enterprises=False), not w.paid(["overseas-warehouse"], row["warehouse_id"])
        )
        cases[row["warehouse_id"], day.year] = Case(met, max(0, amount), w.place(row["uscc"], day))
    return cases
