"""What offices report beside the monitoring: services, parks, logistics, loans, trade abroad, farm produce (Art. 2 to 9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from deploy.local.sample.domain import AWARD_YEARS, PLACES, Sample, codes_of
from deploy.local.sample.enterprises import RETAILERS, SALES_COMPANIES

COURIERS = codes_of(1, 60)
_HUB_OPERATORS = codes_of(61, 12)
_CENTRES = codes_of(1_520, 6)
_PROVIDERS = codes_of(1_530, 8)
_PARKS = codes_of(1_540, 6)
_TERMINALS = codes_of(1_550, 10)
_PRODUCERS = codes_of(1_560, 4)
_ZONES = codes_of(1_570, 5)
_EXPORTERS = codes_of(1_580, 15)
_WAREHOUSES = codes_of(1_600, 5)
_COLD_STORES = codes_of(1_610, 10)
_PLATFORM_CODES = ("alibaba", "jd", "suning", "pinduoduo")


def add_projects(sample: Sample) -> None:
    """Add the rows of all datasets that are reported project by project."""
    for code in COURIERS:
        _courier(sample, code)
    for of, codes in ((_hub, _HUB_OPERATORS), (_centre, _CENTRES), (_park, _PARKS), (_zone, _ZONES),
                      (_warehouse, _WAREHOUSES), (_cold_store, _COLD_STORES), (_loan, RETAILERS[20:60])):  # fmt: skip
        for number, code in enumerate(codes, start=1):
            of(sample, number, code)
    _providers(sample)
    _terminals(sample)
    for producer, company in zip(_PRODUCERS, SALES_COMPANIES, strict=True):
        sample.add("sales_spin_offs", sales_company_uscc=company, producer_uscc=producer,
                   established_on=sample.day(2020, 2023))  # fmt: skip
    _exhibitions(sample)
    for code in _EXPORTERS:
        _exporter(sample, code)
    for code, level in zip(RETAILERS[100:112], ("national", "provincial", "municipal") * 4, strict=True):
        sample.add("demonstration_titles", uscc=code, title="电子商务示范企业", level=level,
                   awarded_on=sample.day(2020, 2024))  # fmt: skip


def _courier(sample: Sample, code: str) -> None:
    for year in AWARD_YEARS:
        sample.add("courier_years", uscc=code, year=year, parcels=sample.dice.randint(2_400_000, 6_000_000),
                   operating_days=sample.dice.randint(330, 365),
                   rent_fen=None if sample.dice.random() < 0.03 else sample.yuan(60_000, 900_000))  # fmt: skip


def _hub(sample: Sample, number: int, code: str) -> None:
    dice, hub, opened = sample.dice, f"HUB-{number:02d}", sample.day(2020, 2023)
    land = dice.choice(("unsupplied_approved", "old_factory", "old_warehouse", "stock_land", "other"))
    sample.add("logistics_hubs", hub_id=hub, uscc=code, jurisdiction=dice.choice(PLACES),
               kind=dice.choice(("public_warehouse", "sorting_centre")), opened_on=opened, land_source=land,
               construction_cost_fen=sample.yuan(800_000, 6_000_000) + 1)  # fmt: skip
    for year in range(opened.year, AWARD_YEARS.stop):
        sample.add("hub_years", hub_id=hub, year=year, client_enterprises=dice.randint(12, 60),
                   parcels=dice.randint(2_800_000, 9_000_000), operating_days=dice.randint(150, 360))  # fmt: skip


def _centre(sample: Sample, number: int, code: str) -> None:
    for year in AWARD_YEARS:
        sample.add("service_centre_grades", centre_id=f"GF-{number:02d}", year=year, uscc=code,
                   jurisdiction=PLACES[number % 3], grade=sample.dice.choice(("excellent", "good", "pass")),
                   tender_reference=f"LSZB-{year}-{number:03d}")  # fmt: skip


def _providers(sample: Sample) -> None:
    for code in _PROVIDERS:
        day = sample.day(2020, 2023)
        sample.add("platform_authorisations", uscc=code, platform=sample.dice.choice(_PLATFORM_CODES),
                   authorised_on=day, settled_on=day.replace(year=day.year + 1))  # fmt: skip
    for number, code in enumerate(_PROVIDERS[:3]):
        for client in sample.dice.sample(RETAILERS, 60 + 20 * number):
            sample.add("service_contracts", provider_uscc=code, client_uscc=client,
                       since=sample.day(2021 + number, 2021 + number), until=None)  # fmt: skip


def _park(sample: Sample, number: int, code: str) -> None:
    dice, park, opened, area = (
        sample.dice,
        f"YQ-{number:02d}",
        sample.day(2020, 2022),
        sample.dice.randint(9_000, 40_000),
    )
    sample.add("parks", park_id=park, uscc=code, name=f"丽水电商产业园（样例{number}）", jurisdiction=PLACES[number % 3],
               opened_on=opened, built_by_enterprise=True, usable_area_m2=f"{area}.50", physical_market=number % 3 == 0,
               infrastructure_accepted_on=opened)  # fmt: skip
    for year in range(opened.year, AWARD_YEARS.stop):
        let = dice.randint(60, 97)
        sample.add("park_years", park_id=park, year=year, operating_area_m2=f"{area}.50",
                   ecommerce_area_m2=f"{area * let // 100}.25", merchants=200, ecommerce_merchants=2 * let,
                   online_retail_fen=sample.yuan(200_000_000, 600_000_000),
                   agricultural_retail_fen=sample.yuan(20_000_000, 150_000_000))  # fmt: skip


def _terminals(sample: Sample) -> None:
    for number in range(1, 121):
        sample.add("delivery_terminals", serial=f"ZT{number:06d}", uscc=sample.dice.choice(_TERMINALS),
                   jurisdiction=sample.dice.choice(PLACES), accepted_on=sample.day(2019, 2024))  # fmt: skip


def _loan(sample: Sample, number: int, code: str) -> None:
    dice, loan, drawn = sample.dice, f"DK-{number:03d}", sample.day(2020, 2023)
    sample.add("loans", loan_id=loan, uscc=code, lender="丽水样例农村商业银行", licensed_lender=True,
               business_purpose=number % 8 != 0, drawn_on=drawn, tenor_months=24)  # fmt: skip
    principal = sample.yuan(200_000, 5_000_000)
    halved, repaid = date(drawn.year + 1, drawn.month, drawn.day), date(drawn.year + 2, drawn.month, drawn.day)
    sample.add("loan_balances", loan_id=loan, since=drawn, until=halved, principal_fen=principal)
    sample.add("loan_balances", loan_id=loan, since=halved, until=repaid, principal_fen=principal // 2)
    for year in range(drawn.year, repaid.year + 1):
        sample.add("loan_years", loan_id=loan, year=year, interest_paid_fen=principal * dice.randint(200, 600) // 10_000,
                   other_subsidy_fen=0)  # fmt: skip


def _zone(sample: Sample, number: int, code: str) -> None:
    zone = f"ZQ-{number:02d}"
    sample.add("platform_zones", zone_id=zone, uscc=code, platform=sample.dice.choice(_PLATFORM_CODES),
               name=f"丽水山耕专区（样例{number}）")  # fmt: skip
    for year in AWARD_YEARS:
        sample.add("zone_years", zone_id=zone, year=year, lishui_product_sales_fen=sample.yuan(8_000_000, 260_000_000))


def _exhibitions(sample: Sample) -> None:
    fairs: Sequence[tuple[str, str, date, str]] = (
        ("ZH-2022-01", "浙江电子商务博览会（样例）", date(2022, 4, 20), "commerce_department"),
        ("ZH-2023-01", "农产品网络博览会（样例）", date(2023, 9, 12), "other"),
    )
    for fair, name, held, organiser in fairs:
        for code in sample.dice.sample(RETAILERS, 12):
            booth = sample.yuan(5_000, 60_000)
            sample.add("exhibition_attendances", exhibition_id=fair, uscc=code, name=name, held_on=held,
                       organiser=organiser, recognised=True, booth_fee_fen=booth, display_fee_fen=booth // 4,
                       other_support_fen=0)  # fmt: skip


def _exporter(sample: Sample, code: str) -> None:
    for year in AWARD_YEARS[-3:]:
        sample.add("cross_border_years", uscc=code, year=year, sales_usd_cents=sample.yuan(80_000, 900_000),
                   sales_cny_fen=0, postage_fen=sample.yuan(100_000, 1_500_000))  # fmt: skip


def _warehouse(sample: Sample, number: int, code: str) -> None:
    sample.add("overseas_warehouses", warehouse_id=f"HW-{number:02d}", uscc=code,
               country=sample.dice.choice(("德国", "波兰", "美国", "日本")), opened_on=sample.day(2020, 2024),
               construction_cost_fen=sample.yuan(600_000, 4_000_000), provincial_support_fen=sample.yuan(0, 300_000))  # fmt: skip


def _cold_store(sample: Sample, number: int, code: str) -> None:
    sample.add("cold_stores", store_id=f"LK-{number:02d}", uscc=code, jurisdiction=PLACES[number % 3],
               in_use_on=sample.day(2020, 2024), construction_cost_fen=sample.yuan(600_000, 3_000_000),
               agricultural_upstream=number % 5 != 0)  # fmt: skip
