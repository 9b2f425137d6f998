"""The awards of Art. 1 to Art. 4 and Art. 7 to Art. 10 in plain Python."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from tests.policy.reference.base import (
    YEARS,
    Case,
    Cases,
    World,
    best,
    either,
    first_year_only,
    kleene,
    known,
    year_end,
)

WAN = 10_000 * 100  # fen in ten thousand yuan


def tiers(w: World, code: str, track: str, figure: str, steps: list[tuple[int, int]]) -> Cases:
    cases: Cases = {}
    owners = {row["uscc"] for row in w.rows("annual_sales")}
    for uscc in owners:
        given = sum(row["amount_fen"] for row in w.rows("prior_awards", award=code, subject=uscc))
        used = max((row["tier"] for row in w.rows("prior_awards", award=code, subject=uscc)), default=0)
        figures = {row["year"]: row[figure] for row in w.rows("annual_sales", uscc=uscc)}
        for year in YEARS:
            if year not in figures:
                continue
            own = figures[year]
            earlier = [v for y, v in figures.items() if y < year and _counts(w, uscc, y, track)]
            before = [v for v in earlier if v is not None]
            in_doubt = None in earlier and w.interpretations["earlier_figure_missing"] == "undetermined"
            reached = [
                award
                for tier, award in steps
                if own is not None and own >= tier and not any(v >= tier for v in before) and used < tier
            ]
            met = kleene(
                w.yearly(uscc, year, enterprises=True),
                w.monitored_for(uscc, year, track),
                None if own is None or (reached and in_doubt) else bool(reached),
            )
            amount = 0
            if met:
                amount = sum(reached) if w.interpretations["tier_jump"] == "every_tier" else max(reached)
                if w.interpretations["later_tier"] == "difference" and given:
                    amount = max(0, max(reached) - given)
                amount = w.remaining(amount, code, uscc, year)
                given += amount
            cases[uscc, year] = Case(met, amount, w.place(uscc, year_end(year)))
    return cases


def _counts(w: World, uscc: str, year: int, track: str) -> bool:
    interpretation = w.interpretations["earlier_attainment"]
    if interpretation == "ignored":
        return year >= 2020
    if interpretation == "while_eligible":
        end = year_end(year)
        return w.monitored_for(uscc, year, track) and w.urban(w.place(uscc, end)) is True
    return True


def retail_scale(w: World) -> Cases:
    steps = [(500 * WAN, 5 * WAN), (2000 * WAN, 10 * WAN), (10000 * WAN, 20 * WAN)]
    return tiers(w, "retail-scale", "retail", "online_retail_fen", steps)


def platform_scale(w: World) -> Cases:
    steps = [(5000 * WAN, 10 * WAN), (20000 * WAN, 20 * WAN), (100000 * WAN, 50 * WAN)]
    return tiers(w, "platform-scale", "platform", "platform_turnover_fen", steps)


def headquarters_land(w: World) -> Cases:
    cases: Cases = {}
    for row in w.rows("annual_sales"):
        uscc, year = row["uscc"], row["year"]
        if year not in YEARS:
            continue
        end = year_end(year)
        retail = kleene(
            w.monitored_for(uscc, year, "retail"), known(lambda v: v >= 200000 * WAN, row["online_retail_fen"])
        )
        turnover = known(lambda v: v >= 500000 * WAN, row["platform_turnover_fen"])
        platform = kleene(w.monitored_for(uscc, year, "platform"), turnover)
        open_ = not w.paid(["headquarters-land"], uscc)
        met = kleene(w.yearly(uscc, year, enterprises=True), either(retail, platform), open_)
        cases[uscc, year] = Case(met, 0, w.place(uscc, end))
    return first_year_only(cases)


def service_centre_grade(w: World) -> Cases:
    cases: Cases = {}
    for row in w.rows("service_centre_grades"):
        year = row["year"]
        if year not in YEARS:
            continue
        amount = {"excellent": 10 * WAN, "good": 5 * WAN}.get(row["grade"])
        tender = True if (row["tender_reference"] or "").strip() else None
        open_ = not w.paid(["service-centre-grade"], row["centre_id"], year)
        operator, centre = w.place(row["uscc"], year_end(year)), row["jurisdiction"]
        here = {
            "centre": w.urban(centre),
            "operator": w.urban(operator),
            "both": kleene(w.urban(centre), w.urban(operator)),
        }[w.interpretations["centre_place"]]
        yearly = w.yearly(row["uscc"], year, enterprises=False, at_payee=False)
        met = kleene(yearly, here, tender, amount is not None, open_)
        by_operator = w.interpretations["centre_place"] == "operator"
        cases[row["centre_id"], year] = Case(met, amount, operator if by_operator else centre)
    return cases


def provider_setup(w: World) -> Cases:
    found: dict[tuple[str, int | None], list[tuple[tuple[Any, ...], Case]]] = defaultdict(list)
    for row in w.rows("platform_authorisations"):
        uscc, settled = row["uscc"], row["settled_on"]
        event = None if settled is None else max(settled, row["authorised_on"])
        met = kleene(
            w.dated(uscc, event, enterprises=True),
            w.recognised(row["platform"], event),
            w.valid(settled),
            not w.paid(["provider-setup"], uscc),
        )
        case = Case(met, 10 * WAN, w.place(uscc, event))
        order = (event or date.max, row["platform"])
        found[uscc, None if event is None else event.year].append((order, case))
    return first_year_only({key: best(candidates) for key, candidates in found.items()})


def park(w: World) -> Cases:
    cases: Cases = {}
    for row in w.rows("parks"):
        for year in YEARS:
            figures = w.row("park_years", park_id=row["park_id"], year=year)
            area, let = figures["operating_area_m2"], figures["ecommerce_area_m2"]
            stalls, online = figures["merchants"], figures["ecommerce_merchants"]
            by_area = kleene(known(lambda a: a > 0, area), known(lambda p, a: 10 * p >= 8 * a, let, area))
            by_stalls = kleene(
                row["physical_market"],
                known(lambda a: a > 0, stalls),
                known(lambda p, a: 10 * p >= 7 * a, online, stalls),
            )
            sales = either(
                known(lambda v: v >= 30000 * WAN, figures["online_retail_fen"]),
                known(lambda v: v >= 10000 * WAN, figures["agricultural_retail_fen"]),
            )
            here, place = w.project(row["jurisdiction"], w.place(row["uscc"], year_end(year)))
            met = kleene(
                w.yearly(row["uscc"], year, enterprises=False, at_payee=False),
                here,
                w.valid(row["opened_on"]) and row["opened_on"] <= year_end(year),
                row["built_by_enterprise"],
                row["usable_area_m2"] >= 10000,
                either(by_area, by_stalls),
                sales,
                known(lambda d, end: d <= end, row["infrastructure_accepted_on"], year_end(year)),
                not w.paid(["park"], row["park_id"]),
            )
            cases[row["park_id"], year] = Case(met, 50 * WAN, place)
    return first_year_only(cases)


def logistics_hub(w: World) -> Cases:
    cases: Cases = {}
    for row in w.rows("logistics_hubs"):
        for year in YEARS:
            figures = w.row("hub_years", hub_id=row["hub_id"], year=year)
            days = figures["operating_days"]
            if w.interpretations["daily_average"] == "calendar_days":
                days = max(0, (year_end(year) - max(date(year, 1, 1), row["opened_on"])).days + 1)
            here, place = w.project(row["jurisdiction"], w.place(row["uscc"], year_end(year)))
            met = kleene(
                w.yearly(row["uscc"], year, enterprises=False, at_payee=False),
                here,
                row["kind"] in ("public_warehouse", "sorting_centre"),
                w.valid(row["opened_on"]) and row["opened_on"] <= year_end(year),
                row["land_source"] in ("unsupplied_approved", "old_factory", "old_warehouse", "stock_land"),
                known(lambda n: n >= 20, figures["client_enterprises"]),
                known(lambda p, d: p >= 10000 * d, figures["parcels"], days),
                not w.paid(["logistics-hub"], row["hub_id"]),
            )
            cases[row["hub_id"], year] = Case(met, min(row["construction_cost_fen"] // 2, 100 * WAN), place)
    return first_year_only(cases)


def courier_rent(w: World) -> Cases:
    cases: Cases = {}
    for row in w.rows("courier_years"):
        uscc, year = row["uscc"], row["year"]
        if year not in YEARS:
            continue
        calendar = (year_end(year) - date(year - 1, 12, 31)).days
        days = calendar if w.interpretations["daily_average"] == "calendar_days" else row["operating_days"]
        met = kleene(
            w.yearly(uscc, year, enterprises=True),
            known(lambda p, d: p >= 10000 * d, row["parcels"], days),
            not w.paid(["courier-rent"], uscc, year),
        )
        rent = row["rent_fen"]
        cases[uscc, year] = Case(
            met, None if rent is None else min(rent * 3 // 10, 10 * WAN), w.place(uscc, year_end(year))
        )
    return cases


def cold_chain(w: World) -> Cases:
    cases: Cases = {}
    for row in w.rows("cold_stores"):
        day = row["in_use_on"]
        here, place = w.project(row["jurisdiction"], w.place(row["uscc"], day))
        met = kleene(
            w.dated(row["uscc"], day, enterprises=False, at_payee=False),
            here,
            row["agricultural_upstream"],
            known(lambda v: v >= 100 * WAN, row["construction_cost_fen"]),
            not w.paid(["cold-chain"], row["store_id"]),
        )
        cases[row["store_id"], None if day is None else day.year] = Case(met, 30 * WAN, place)
    return cases


def demonstration(w: World) -> Cases:
    amounts = {"national": 50 * WAN, "provincial": 20 * WAN, "municipal": 5 * WAN}
    found: dict[tuple[str, int | None], list[tuple[tuple[Any, ...], Case]]] = defaultdict(list)
    for row in w.rows("demonstration_titles"):
        subject, day = f"{row['uscc']}:{row['level']}", row["awarded_on"]
        met = kleene(w.dated(row["uscc"], day, enterprises=None), not w.paid(["demonstration"], subject))
        case = Case(met, amounts[row["level"]], w.place(row["uscc"], day))
        found[subject, day.year].append(((day, row["title"]), case))
    cases = first_year_only({key: best(candidates) for key, candidates in found.items()})
    given: dict[str, int] = defaultdict(int)
    for row in w.rows("prior_awards", award="demonstration"):
        given[row["subject"].split(":")[0]] += row["amount_fen"]
    for unit, year in sorted({(key[0].split(":")[0], key[1] or 0) for key in cases}, key=lambda each: each[1]):
        levels = [level for level in amounts if (f"{unit}:{level}", year) in cases]  # the highest first
        paying = [level for level in levels if cases[f"{unit}:{level}", year].met]
        if w.interpretations["demonstration_same_year"] == "highest":
            paying = paying[:1]
            used = levels[levels.index(paying[0]) + 1 :] if paying else []
            for level in used:
                cases[f"{unit}:{level}", year] = Case(False, 0, None)
        before = given[unit]
        for level in paying:
            subject = f"{unit}:{level}"
            amount = amounts[level]
            if w.interpretations["demonstration_promotion"] == "difference":
                amount = max(0, amount - before)
            amount = w.remaining(amount, "demonstration", subject, None)
            given[unit] += amount
            cases[subject, year] = Case(True, amount, cases[subject, year].place)
    return cases


def sustained_growth(w: World) -> Cases:
    cases: Cases = {}
    for uscc in {row["uscc"] for row in w.rows("statistics_sales")}:
        figures = {row["year"]: row["online_retail_fen"] for row in w.rows("statistics_sales", uscc=uscc)}
        rates = 3 if w.interpretations["growth_years"] == "three_rates" else 2
        for year in YEARS:
            rises = [known(lambda a, b: a < b, figures.get(year - k - 1), figures.get(year - k)) for k in range(rates)]
            met = kleene(w.yearly(uscc, year, enterprises=True), *rises, not w.paid(["sustained-growth"], uscc))
            cases[uscc, year] = Case(met, 5 * WAN, w.place(uscc, year_end(year)))
    return first_year_only(cases)
