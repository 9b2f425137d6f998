"""Enterprises with places and accounts; what is monitored of retailers and platforms (Art. 1 and 10)."""

from __future__ import annotations

from datetime import date

from deploy.local.sample.domain import ENTERPRISES, SALES_YEARS, Sample, code_of, codes_of

RETAILERS = codes_of(73, 1_428)
PLATFORMS = codes_of(1_501, 8)
SALES_COMPANIES = codes_of(1_509, 4)

_SYLLABLES = "丽云山水松遂青缙龙泉莲瓯括苍碧秀清源和景宁庆元畲乡绿谷"
_TRADES = ("电子商务", "网络科技", "农产品", "供应链", "快递", "贸易", "数字商贸", "物流")
_COUNTIES_TOO = ("city", "liandu", "development_zone", "qingtian", "jinyun")


def add_enterprises(sample: Sample) -> None:
    """Add all enterprises; one in 40 has moved to another place, some are in counties outside the policy's area."""
    for number in range(1, ENTERPRISES + 1):
        _enterprise(sample, number)


def _enterprise(sample: Sample, number: int) -> None:
    dice, code = sample.dice, code_of(number)
    form = "individual" if number % 25 == 8 else "enterprise"
    suffix = "经营部" if form == "individual" else "有限公司"
    name = f"丽水{''.join(dice.sample(_SYLLABLES, 3))}{dice.choice(_TRADES)}{suffix}"
    registered = sample.day(2008, 2019)
    sample.add("enterprises", uscc=code, name=f"{name}（样例{number}）", legal_form=form, registered_on=registered)
    place = dice.choices(_COUNTIES_TOO, weights=(25, 45, 20, 6, 4))[0]
    if number % 40 == 12:
        moved = date(dice.randint(2021, 2023), 7, 1)
        other = "liandu" if place != "liandu" else "development_zone"
        sample.add("locations", uscc=code, since=registered, jurisdiction=place, until=moved)
        sample.add("locations", uscc=code, since=moved, jurisdiction=other, until=None)
    else:
        sample.add("locations", uscc=code, since=registered, jurisdiction=place, until=None)
    sample.add("payee_accounts", uscc=code, since=registered, account_holder=f"{name}（样例{number}）",
               bank_code="102343000018", account_number=f"6222{number:015d}", until=None)  # fmt: skip


def add_monitored(sample: Sample) -> None:
    """Add what the province's monitoring and the statistics system know, year by year."""
    for code in RETAILERS:
        _monitored(sample, code, "retail", int(10 ** sample.dice.uniform(5.3, 7.6)))
    for number, code in enumerate(PLATFORMS):
        _monitored(sample, code, "platform", 2_000_000_000 if number < 2 else int(10 ** sample.dice.uniform(7.3, 8.5)))
    for code in SALES_COMPANIES:
        _inclusion(sample, code, "retail")
    for code in RETAILERS[::40]:
        sales = sample.dice.randint(2_000_000, 30_000_000)
        for year in SALES_YEARS:
            sales = int(sales * sample.dice.uniform(0.97, 1.25))
            sample.add("statistics_sales", uscc=code, year=year, online_retail_fen=sales * 100)
    sample.add("prior_awards", uscc=RETAILERS[0], award="retail-scale", subject=RETAILERS[0], award_year=2019,
               tier=500_000_000, amount_fen=5_000_000, paid_on=date(2020, 6, 30))  # fmt: skip
    for code, kind in zip(RETAILERS[5:8], ("safety", "tax", "serious_dishonesty"), strict=True):
        sample.add("sanctions", uscc=code, kind=kind, since=sample.day(2022, 2023), until=None)


def _inclusion(sample: Sample, code: str, track: str) -> None:
    included = sample.day(2017, 2020).replace(day=1)
    sample.add("monitoring_inclusions", uscc=code, track=track, included_on=included, removed_on=None)


def _monitored(sample: Sample, code: str, track: str, yuan: int) -> None:
    """Add an enterprise with `yuan` in the year before the first; one figure in a hundred is not known."""
    _inclusion(sample, code, track)
    dice = sample.dice
    retailer = track == "retail"
    for year in SALES_YEARS:
        yuan = int(yuan * dice.uniform(0.8 if retailer else 1.2, 1.6))
        figure = None if dice.random() < 0.01 else yuan * 100 + dice.randint(0, 99)
        sample.add("annual_sales", uscc=code, year=year, online_retail_fen=figure if retailer else None,
                   platform_turnover_fen=None if retailer else figure)  # fmt: skip
