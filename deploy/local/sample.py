"""Synthetic sample data in the format of a monitoring export: CSV, Chinese headings, yuan, and some wrong rows.

Nothing in it is real: names are made of random syllables, codes have valid check digits but belong to nobody, the seed is fixed.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from stdnum.cn import uscc as uscc_standard

from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Kind
from shared.money import yuan

SEED = 20200102
YEARS = range(2018, 2025)
ENTERPRISES = 2_000

_SYLLABLES = "丽云山水松遂青缙龙泉莲瓯括苍碧秀清源和景宁庆元畲乡绿谷"
_TRADES = ("电子商务", "网络科技", "农产品", "供应链", "快递", "贸易", "数字商贸", "物流")

Row = dict[str, object]


@dataclass
class Sample:
    """Rows by dataset, fields by name; money in fen, as the registry keeps it."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    wrong: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def add(self, dataset: str, **row: object) -> None:
        """Add a row."""
        self.rows.setdefault(dataset, []).append(row)


def make() -> Sample:
    """Return the sample, the same every time."""
    dice = random.Random(SEED)  # noqa: S311 - nothing secret is drawn
    sample = Sample()
    codes = [_uscc(number) for number in range(1, ENTERPRISES + 1)]
    for number, code in enumerate(codes):
        _enterprise(sample, dice, number, code)
    for code in codes[:60]:
        _courier(sample, dice, code)
    for number, code in enumerate(codes[60:72]):
        _hub(sample, dice, number, code)
    for code in codes[72:1500]:
        _seller(sample, dice, code)
    sample.add("prior_awards", uscc=codes[72], award="retail-scale", subject=codes[72], award_year=2019,
               tier=500_000_000, amount_fen=5_000_000, paid_on=date(2020, 6, 30))  # fmt: skip
    _mistakes(sample, codes)
    return sample


def _uscc(number: int) -> str:
    stem = f"91331100MA2{number:06d}"
    return stem + str(uscc_standard.calc_check_digit(stem))


def _enterprise(sample: Sample, dice: random.Random, number: int, code: str) -> None:
    name = "".join(dice.sample(_SYLLABLES, 3)) + dice.choice(_TRADES)
    form = "individual" if number % 25 == 7 else "enterprise"
    suffix = "经营部" if form == "individual" else "有限公司"
    registered = date(dice.randint(2008, 2019), dice.randint(1, 12), dice.randint(1, 28))
    sample.add(
        "enterprises",
        uscc=code,
        name=f"丽水{name}{suffix}（样例{number + 1}）",
        legal_form=form,
        registered_on=registered,
    )
    places = ("city", "liandu", "development_zone", "qingtian", "jinyun")
    place = dice.choices(places, weights=(25, 45, 20, 6, 4))[0]
    if number % 40 == 11:  # has moved from one district to another
        moved = date(dice.randint(2021, 2023), 7, 1)
        other = "liandu" if place != "liandu" else "development_zone"
        sample.add("locations", uscc=code, since=registered, jurisdiction=place, until=moved)
        sample.add("locations", uscc=code, since=moved, jurisdiction=other, until=None)
    else:
        sample.add("locations", uscc=code, since=registered, jurisdiction=place, until=None)
    sample.add("payee_accounts", uscc=code, since=registered, account_holder=f"丽水{name}{suffix}",
               bank_code="102343000018", account_number=f"6222{number:015d}", until=None)  # fmt: skip


def _seller(sample: Sample, dice: random.Random, code: str) -> None:
    included = date(dice.randint(2017, 2022), dice.randint(1, 12), 1)
    sample.add("monitoring_inclusions", uscc=code, track="retail", included_on=included, removed_on=None)
    sales = int(10 ** dice.uniform(5.3, 7.6))
    for year in YEARS:
        sales = int(sales * dice.uniform(0.8, 1.6))
        known = None if dice.random() < 0.01 else sales * 100 + dice.randint(0, 99)
        sample.add("annual_sales", uscc=code, year=year, online_retail_fen=known, platform_turnover_fen=None)


def _courier(sample: Sample, dice: random.Random, code: str) -> None:
    for year in range(2020, 2025):
        parcels = dice.randint(2_400_000, 6_000_000)
        rent = None if dice.random() < 0.03 else dice.randint(60_000, 900_000) * 100
        sample.add(
            "courier_years", uscc=code, year=year, parcels=parcels, operating_days=dice.randint(330, 365), rent_fen=rent
        )


def _hub(sample: Sample, dice: random.Random, number: int, code: str) -> None:
    hub = f"HUB-{number + 1:02d}"
    opened = date(dice.randint(2020, 2023), dice.randint(1, 12), 15)
    land = dice.choice(("unsupplied_approved", "old_factory", "old_warehouse", "stock_land", "other"))
    sample.add("logistics_hubs", hub_id=hub, uscc=code, jurisdiction=dice.choice(("city", "liandu", "development_zone")),
               kind=dice.choice(("public_warehouse", "sorting_centre")), opened_on=opened, land_source=land,
               construction_cost_fen=dice.randint(800_000, 6_000_000) * 100 + 1)  # fmt: skip
    for year in range(opened.year, 2025):
        sample.add("hub_years", hub_id=hub, year=year, client_enterprises=dice.randint(12, 60),
                   parcels=dice.randint(2_800_000, 9_000_000), operating_days=dice.randint(150, 360))  # fmt: skip


def _mistakes(sample: Sample, codes: Sequence[str]) -> None:
    """Add rows with typical mistakes: each is refused with its line, field and reason."""
    sample.wrong = {
        "enterprises": [
            {"uscc": codes[0][:-1] + ("1" if codes[0][-1] != "1" else "2"), "name": "校验位错误公司",
             "legal_form": "enterprise", "registered_on": "2015-03-01"},
        ],
        "annual_sales": [
            {"uscc": codes[80], "year": "2025", "online_retail_fen": "-500.00", "platform_turnover_fen": ""},
            {"uscc": codes[81], "year": "2025", "online_retail_fen": "12,345.678", "platform_turnover_fen": ""},
            {"uscc": _uscc(ENTERPRISES + 500), "year": "2024", "online_retail_fen": "8800000.00", "platform_turnover_fen": ""},
        ],
        "monitoring_inclusions": [
            {"uscc": codes[90], "track": "零售商", "included_on": "2021-02-29", "removed_on": ""},
        ],
    }  # fmt: skip


def write(sample: Sample, folder: Path) -> dict[str, Path]:
    """Write one CSV per dataset into `folder`: UTF-8 with BOM, Chinese headings, yuan; returns the files by dataset."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, rows in sample.rows.items():
        dataset = CATALOGUE[name]
        files[name] = folder / f"{dataset.zh}.csv"
        money = {item.name for item in dataset.fields if item.kind is Kind.MONEY}
        lines = [*(_written(row, money) for row in rows), *sample.wrong.get(name, [])]
        _write_csv(files[name], {item.name: item.zh for item in dataset.fields}, lines)
    return files


def _written(row: Row, money: set[str]) -> dict[str, str]:
    written = {}
    for name, value in row.items():
        if value is None:
            written[name] = ""
        elif name in money and isinstance(value, int):
            written[name] = yuan(value).replace(",", "")
        else:
            written[name] = str(value)
    return written


def _write_csv(file: Path, headings: Mapping[str, str], lines: Iterable[Mapping[str, str]]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(headings.values())
        writer.writerows([line.get(name, "") for name in headings] for line in lines)
