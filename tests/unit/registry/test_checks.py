"""One row per mistake: what was written, which code it gets; and what must not be refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from services.registry.datasets.schemas import record_model
from shared.catalogue.checks import Checked, check_cells, check_part, check_records
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset, Kind
from shared.catalogue.layouts import layout_of
from shared.catalogue.validation_errors import (
    IN_TEN_THOUSANDS,
    IN_YUAN,
    MESSAGES,
    OF_AMOUNTS,
    no_errors,
    parameters_of,
)
from shared.files.domain import Warnings
from shared.files.headings import read_headings
from shared.files.reader import opened
from shared.files.vocabulary import Vocabulary
from shared.i18n import translate
from tests.support.sheets import csv_of

CODE = "91110000600037341L"
TODAY = date(2026, 11, 30)
SALES, LOCATIONS, HUB_YEARS = CATALOGUE["annual_sales"], CATALOGUE["locations"], CATALOGUE["hub_years"]
HUBS, ACCOUNTS = CATALOGUE["logistics_hubs"], CATALOGUE["payee_accounts"]


def cells(dataset: Dataset, **values: Any) -> Checked:
    hundredths = values.pop("hundredths", ())
    row = {name: [values.get(name)] for name in dataset.names}
    frame = pl.DataFrame({"line": [2], **row}, schema={"line": pl.Int64, **dict.fromkeys(row, pl.String)})
    return check_cells(dataset, frame, hundredths=hundredths, errors=no_errors(), today=TODAY)


def codes(checked: Checked) -> list[tuple[str, str]]:
    return [(row["field"], row["code"]) for row in checked.errors.to_dicts()]


AMOUNTS: list[tuple[str, int | str | None]] = [
    ("1", 100),
    ("0", 0),
    ("0.00", 0),
    ("-0", 0),
    ("+1.5", 150),
    (" 12.34 ", 1_234),
    ("\u3000007\u00a0", 700),
    ("", None),
    ("   ", None),
    ("0.05", 5),
    ("1,234.50", 123_450),
    ("1,234,567", 123_456_700),
    ("¥1234.50", 123_450),
    ("￥1234", 123_400),
    ("１，２３４", 123_400),
    ("1234．50", 123_450),
    ("1234元", 123_400),
    ("'1234", 123_400),
    ("12\u200b", 1_200),
    ("90071992547409.91", 2**53 - 1),
    ("90071992547409.92", "above_maximum"),
    ("92233720368547758.07", "above_maximum"),
    ("99999999999999999999", "above_maximum"),
    ("-1", "below_minimum"),
    ("－1", "below_minimum"),
    ("-99999999999999999999", "below_minimum"),
    ("1.234", "too_many_decimals"),
    ("1234.500", "too_many_decimals"),
    ("12,34", "not_an_amount"),
    ("1.", "not_an_amount"),
    (".5", "not_an_amount"),
    ("1.2.3", "not_an_amount"),
    ("(1234.50)", "parentheses"),
    ("（1234.50）", "parentheses"),
    ("12.5万", "unit_in_cell"),
    ("12.5 万元", "unit_in_cell"),
    ("50%", "percent"),
    ("1 234", "inner_space"),
    ("1234。5", "wrong_point"),
    ("-", "placeholder"),
    ("—", "placeholder"),
    ("无", "placeholder"),
    ("/", "placeholder"),
    ("N/A", "placeholder"),
    ("#N/A", "cell_error"),
    ("1e5", "scientific_notation"),
    ("1.2E+10", "scientific_notation"),
    ("NaN", "not_an_amount"),
    ("inf", "not_an_amount"),
    ("0x10", "not_an_amount"),
    ("1_000", "not_an_amount"),
    ("--1", "not_an_amount"),
]


@pytest.mark.parametrize(("text", "expected"), AMOUNTS)
def test_amounts_in_yuan(text: str, expected: int | str | None) -> None:
    checked = cells(SALES, hundredths=("online_retail_fen",), uscc=CODE, year="2020", online_retail_fen=text)
    if isinstance(expected, str):
        assert codes(checked) == [("online_retail_fen", expected)]
        assert checked.rows.is_empty()
    else:
        assert codes(checked) == []
        assert checked.rows["online_retail_fen"].to_list() == [expected]


DAYS: list[tuple[str, date | str]] = [
    ("2020-01-02", date(2020, 1, 2)),
    ("2020-1-2", date(2020, 1, 2)),
    ("2020/01/02", date(2020, 1, 2)),
    ("2020/1/2", date(2020, 1, 2)),
    ("2020.1.2", date(2020, 1, 2)),
    ("2020年1月2日", date(2020, 1, 2)),
    ("2020 年 1 月 2 日", date(2020, 1, 2)),
    ("20200102", date(2020, 1, 2)),
    ("2020-01-02 00:00:00", date(2020, 1, 2)),
    ("2020-1-2 0:00", date(2020, 1, 2)),
    ("2020/1/2 0:00", date(2020, 1, 2)),
    ("2020.1.2 00:00:00", date(2020, 1, 2)),
    ("20200102 0:00", date(2020, 1, 2)),
    ("2020年1月2日 0:00", date(2020, 1, 2)),
    ("２０２０－０１－０２", date(2020, 1, 2)),
    ("1900-01-01", date(1900, 1, 1)),  # odd, which the quality report says
    ("2020-02-29", date(2020, 2, 29)),
    ("2021-02-29", "no_such_day"),
    ("2020-02-30", "no_such_day"),
    ("2021-13-01", "no_such_day"),
    ("20210229", "no_such_day"),
    ("2020-01-02 08:30:00", "time_of_day"),
    ("20200102083000", "not_a_date"),
    ("2020-01-02T00:00:00Z", "time_of_day"),
    ("1/2/2020", "year_last"),
    ("02-Jan-20", "two_digit_year"),
    ("20/1/2", "two_digit_year"),
    ("20年1月2日", "two_digit_year"),
    ("0020-01-02", "two_digit_year"),
    ("2020年1月", "no_day"),
    ("2020-01", "no_day"),
    ("43832", "serial_day"),
    ("43832.0", "serial_day"),
    ("2020", "not_a_date"),
    ("二〇二〇年一月二日", "not_a_date"),
    ("无", "not_given"),
    ("#REF!", "cell_error"),
    ("", "missing"),
]


@pytest.mark.parametrize(("text", "expected"), DAYS)
def test_dates(text: str, expected: date | str) -> None:
    checked = cells(LOCATIONS, uscc=CODE, since=text, jurisdiction="莲都区")
    if isinstance(expected, str):
        assert codes(checked) == [("since", expected)]
    else:
        assert checked.rows["since"].to_list() == [expected]


def test_the_last_day_that_counts_is_kept_as_the_day_after_it() -> None:
    for text, expected in (("2023-12-31", date(2024, 1, 1)), ("2023年12月31日", date(2024, 1, 1)), ("", None)):
        row = {"uscc": [CODE], "since": ["2020-01-01"], "jurisdiction": ["city"], "until": [text]}
        frame = pl.DataFrame({"line": [2], **row})
        checked = check_cells(LOCATIONS, frame, hundredths=(), errors=no_errors(), today=TODAY, last_days={"until"})
        assert checked.rows["until"].to_list() == [expected]


YEARS: list[tuple[str, int | str]] = [
    ("2023", 2023),
    ("2023年", 2023),
    ("2023年度", 2023),
    ("2023.0", 2023),
    ("２０２３", 2023),
    ("'2023", 2023),
    ("1990", 1990),
    ("2027", 2027),
    ("1989", "implausible_year"),
    ("2028", "implausible_year"),
    ("2220", "implausible_year"),
    ("23", "not_a_year"),
    ("202", "not_a_year"),
    ("20230", "not_a_year"),
    ("2023-01-01", "not_a_year"),
    ("二〇二三", "not_a_year"),
    ("-", "not_given"),
    ("", "missing"),
]


@pytest.mark.parametrize(("text", "expected"), YEARS)
def test_years(text: str, expected: int | str) -> None:
    checked = cells(SALES, uscc=CODE, year=text)
    if isinstance(expected, str):
        assert codes(checked) == [("year", expected)]
    else:
        assert checked.rows["year"].to_list() == [expected]


FLAGS: list[tuple[str, bool | str]] = [
    *((text, True) for text in ("是", "有", "√", "true", "TRUE", "1", "'是", "是\u200b", "Ｙ")),
    *((text, False) for text in ("否", "无", "×", "false", "0")),
    ("也许", "not_a_flag"),
    ("-", "not_a_flag"),
]


@pytest.mark.parametrize(("text", "expected"), FLAGS)
def test_flags(text: str, expected: bool | str) -> None:  # noqa: FBT001
    row = {"store_id": "1", "uscc": CODE, "agricultural_upstream": text}
    checked = cells(CATALOGUE["cold_stores"], **row)
    if isinstance(expected, str):
        assert codes(checked) == [("agricultural_upstream", expected)]
    else:
        assert checked.rows["agricultural_upstream"].to_list() == [expected]


MEANT = "91331100MA20000018"
USCCS: list[tuple[str, str | tuple[str, str | None]]] = [
    (f"'{MEANT}", MEANT),
    (f'="{MEANT}"', MEANT),
    (f"{MEANT}\u200b", MEANT),
    (f"\u00a0{MEANT}\u3000", MEANT),
    (MEANT.lower(), MEANT),
    ("９１３３１１００ＭＡ２０００００１８", MEANT),
    (f"{MEANT}\u202c", MEANT),
    (f"\ufeff{MEANT}", MEANT),
    (f"\t{MEANT}", MEANT),
    (MEANT.replace("0", "O"), ("uscc_look_alike", MEANT)),
    (MEANT.replace("1", "I"), ("uscc_look_alike", MEANT)),
    ("91331100 MA20000018", ("uscc_look_alike", MEANT)),
    ("91331100-MA20000018", ("uscc_look_alike", MEANT)),
    ("9.13311E+17", ("digits_lost", None)),
    (MEANT[:-1], ("invalid_uscc", None)),
]


@pytest.mark.parametrize(("text", "expected"), USCCS)
def test_unified_social_credit_codes(text: str, expected: str | tuple[str, str | None]) -> None:
    checked = cells(SALES, uscc=text, year="2023")
    if isinstance(expected, str):
        assert checked.rows["uscc"].to_list() == [expected]
    else:
        assert checked.errors.select("field", "code", "detail").rows() == [("uscc", *expected)]


ACCOUNT = "6228480402564890018"
ACCOUNT_NUMBERS: list[tuple[str, str]] = [
    (f"'{ACCOUNT}", ACCOUNT),
    (f'="{ACCOUNT}"', ACCOUNT),
    ("6228 4804 0256 4890 018", ACCOUNT),
    ("6228-4804-0256-4890-018", ACCOUNT),
    ("６２２８４８０４０２５６４８９００１８", ACCOUNT),
    (f"{ACCOUNT}\u200b", ACCOUNT),
    ("6.22848E+18", "digits_lost"),
    ("无", "not_an_account_number"),
    ("-", "not_an_account_number"),
    ("1234567", "not_an_account_number"),
    ("1" * 33, "not_an_account_number"),
    ("6228480402564890O18", "not_an_account_number"),
    ("", "missing"),
]


@pytest.mark.parametrize(("text", "expected"), ACCOUNT_NUMBERS)
def test_account_numbers(text: str, expected: str) -> None:
    row = {"uscc": CODE, "since": "2020-01-01", "account_holder": "x", "bank_code": "102343000018"}
    checked = cells(ACCOUNTS, **row, account_number=text)
    if expected.isdigit():
        assert checked.rows["account_number"].to_list() == [expected]
    else:
        assert codes(checked) == [("account_number", expected)]


CODES: list[tuple[str, str]] = [
    *((text, "LK-01") for text in ("LK-01", "LK-01\u200b", "ＬＫ-01", "LK－01", "LK‑01", "LK-0１", "LK- 01", "'LK-01")),
    ('="LK-01"', "LK-01"),
    ("lk-01", "lk-01"),
    ("冷库一号", "冷库一号"),
    ("007", "007"),
    ("3E2", "3E2"),
    ("1.2E+10", "digits_lost"),
    ("无", "not_given"),
    ("—", "not_given"),
    ("H" * 101, "too_long"),
    ("H\0", "nul_character"),
    ("\u200b", "missing"),
]


@pytest.mark.parametrize(("text", "expected"), CODES)
def test_codes(text: str, expected: str) -> None:
    checked = cells(HUB_YEARS, hub_id=text, year="2021")
    if expected in MESSAGES:
        assert codes(checked) == [("hub_id", expected)]
    else:
        assert checked.rows["hub_id"].to_list() == [expected]
        assert check_records(HUB_YEARS, [{"hub_id": text, "year": 2021}], [1]).rows["hub_id"].to_list() == [expected]


PRIOR = {"uscc": CODE, "subject": "CS-B", "award_year": "2022", "tier": "0", "amount_fen": "1", "paid_on": "2023-05-01"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cold-chain", "cold-chain"),
        ("Cold-Chain", "cold-chain"),
        ("cold-chain\u200b", "cold-chain"),
        ("cold‑chain", "cold-chain"),
        ("农产品冷链仓储补助（cold-chain）", "cold-chain"),  # as messages say it
        ("冷链仓储", "unknown_award"),
        ("cold-chains", "unknown_award"),
        ("", "missing"),
    ],
)
def test_awards_are_those_of_a_policy(text: str, expected: str) -> None:
    checked = cells(CATALOGUE["prior_awards"], **PRIOR, award=text)
    if expected in MESSAGES:
        assert codes(checked) == [("award", expected)]
        message = translate(MESSAGES[expected], "zh-CN", parameters_of(CATALOGUE["prior_awards"], "award"))
        assert expected == "missing" or "农产品冷链仓储补助（cold-chain）" in message
    else:
        assert checked.rows["award"].to_list() == [expected]


NAMES: list[tuple[str, str]] = [
    ("丽水\u202e样例\u200b公司", "丽水样例公司"),
    ("\x07\x1b[31m公司", "[31m公司"),
    ("e\u0301公司", "é公司"),
    ("（丽水）公司", "（丽水）公司"),  # names keep their width
    (" 丽水\t公司 ", "丽水 公司"),
    ("=HYPERLINK(1)", "=HYPERLINK(1)"),
]


@pytest.mark.parametrize(("text", "expected"), NAMES)
def test_names(text: str, expected: str) -> None:
    row = {"uscc": CODE, "name": text, "legal_form": "enterprise", "registered_on": "2015-01-01"}
    assert cells(CATALOGUE["enterprises"], **row).rows["name"].to_list() == [expected]
    assert check_records(CATALOGUE["enterprises"], [row], [1]).rows["name"].to_list() == [expected]


REFUSED: list[tuple[Dataset, dict[str, str], str, str]] = [
    (SALES, {"uscc": CODE[:-1] + "M", "year": "2020"}, "uscc", "invalid_uscc"),
    (SALES, {"uscc": CODE[:-1], "year": "2020"}, "uscc", "invalid_uscc"),
    (SALES, {"uscc": CODE}, "year", "missing"),
    (LOCATIONS, {"uscc": CODE, "since": "2020-01-01", "jurisdiction": "杭州"}, "jurisdiction", "not_allowed"),
    (
        LOCATIONS,
        {"uscc": CODE, "since": "2020-01-01", "jurisdiction": "city", "until": "2019-12-31"},
        "until",
        "period_reversed",
    ),
    (HUB_YEARS, {"hub_id": "H", "year": "2020", "operating_days": "367"}, "operating_days", "above_maximum"),
    (HUB_YEARS, {"hub_id": "H", "year": "2020", "operating_days": "0"}, "operating_days", "below_minimum"),
    (
        ACCOUNTS,
        {"uscc": CODE, "since": "2020-01-01", "account_holder": "x", "bank_code": "1234", "account_number": "12345678"},
        "bank_code",
        "bad_format",
    ),
]


@pytest.mark.parametrize(("dataset", "row", "field", "code"), REFUSED)
def test_refused_cells(dataset: Dataset, row: dict[str, str], field: str, code: str) -> None:
    assert codes(cells(dataset, **row)) == [(field, code)]


ACCEPTED: list[tuple[Dataset, dict[str, str]]] = [
    (HUB_YEARS, {"hub_id": "007", "year": "2021", "operating_days": "366"}),  # odd in an ordinary year, not refused
    (HUB_YEARS, {"hub_id": "H", "year": "2021", "parcels": "1,200,000", "operating_days": "10.0"}),
    (LOCATIONS, {"uscc": CODE.lower(), "since": "1949-10-01", "jurisdiction": "Liandu", "until": "1949-10-01"}),
    (SALES, {"uscc": f" {CODE} ", "year": "2020"}),
]


@pytest.mark.parametrize(("dataset", "row"), ACCEPTED)
def test_accepted_cells(dataset: Dataset, row: dict[str, str]) -> None:
    checked = cells(dataset, **row)
    assert codes(checked) == []
    assert checked.rows.height == 1


JSON: list[tuple[Any, str | None, str]] = [
    ({"uscc": CODE, "year": 2020, "online_retail_fen": 1.0}, "online_retail_fen", "not_an_integer"),
    ({"uscc": CODE, "year": 2020, "online_retail_fen": "1"}, "online_retail_fen", "not_an_integer"),
    ({"uscc": CODE, "year": 2020, "online_retail_fen": True}, "online_retail_fen", "not_an_integer"),
    ({"uscc": CODE, "year": 2020, "online_retail_fen": 2**53}, "online_retail_fen", "above_maximum"),
    ({"uscc": CODE, "year": 2020, "online_retail_fen": 2**64}, "online_retail_fen", "above_maximum"),
    ({"uscc": CODE, "year": 2020, "online_retail_fen": -(2**64)}, "online_retail_fen", "below_minimum"),
    ({"uscc": CODE, "year": 2020, "online_retail_fen": [1]}, "online_retail_fen", "not_an_integer"),
    ({"uscc": 91, "year": 2020}, "uscc", "not_text"),
    ({"uscc": CODE, "year": 2020, "turnover": 1}, "turnover", "unknown_field"),
    ([1], None, "not_an_object"),
    (None, None, "not_an_object"),
]


@pytest.mark.parametrize(("record", "field", "code"), JSON)
def test_json_is_strict(record: Any, field: str | None, code: str) -> None:
    checked = check_records(SALES, [record], [1])
    assert [(row["field"], row["code"]) for row in checked.errors.to_dicts()] == [(field, code)]


def test_rows_keep_their_order_and_lines() -> None:
    years = ["2018", "x", "2020", " 2021 ", "2022"]
    frame = pl.DataFrame({"line": range(2, 7), "uscc": CODE, "year": years, "online_retail_fen": "1"})
    frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias("platform_turnover_fen"))
    checked = check_cells(SALES, frame, hundredths=(), errors=no_errors(), today=TODAY)
    assert checked.rows.select("line", "year").rows() == [(2, 2018), (4, 2020), (5, 2021), (6, 2022)]
    assert checked.errors["line"].to_list() == [3]
    assert checked.read == 5


def test_every_code_is_told_in_both_languages() -> None:
    for code in MESSAGES:
        for language in ("zh-CN", "en"):
            for field in ("uscc", "year", "online_retail_fen"):
                told = translate(MESSAGES[code], language, parameters_of(SALES, field, "3"))
                assert told
                assert "{" not in told


UNITS = [
    ("网络零售额（元）", "-1", "“网络零售额”不能小于0元"),
    ("网络零售额（元）", "1.005", "“网络零售额”至多两位小数"),
    ("网络零售额（元）", "99999999999999", "“网络零售额”不能大于90071992547409.91元"),
    ("网络零售额（元）", "许多", "“网络零售额”须为数字金额，至多两位小数，如1234.50"),
    ("网络零售额（万元）", "-1", "“网络零售额”不能小于0万元"),
    ("网络零售额（万元）", "1.2345678", "“网络零售额”至多六位小数"),
    ("网络零售额（万元）", "99999999999", "“网络零售额”不能大于9007199254.740991万元"),
    ("网络零售额（万元）", "许多", "“网络零售额”须为数字金额，至多六位小数，如1234.50"),
    ("online_retail_fen", "-1", "“网络零售额”不能小于0分"),
    ("online_retail_fen", "99999999999999999", "“网络零售额”不能大于9007199254740991分"),
]


@pytest.mark.parametrize(("heading", "amount", "told"), UNITS)
def test_a_mistake_in_an_amount_is_told_in_the_unit_in_which_it_was_written(
    heading: str, amount: str, told: str
) -> None:
    with opened(csv_of(["统一社会信用代码", "年度", heading], [CODE, "2020", amount]), layout_of(SALES)) as file:
        (part,) = file.parts(file.tables[0])
    ((_, field, code, detail),) = check_part(SALES, file.tables[0], part, TODAY).errors.rows()
    assert translate(MESSAGES[code], "zh-CN", parameters_of(SALES, field, detail)) == told


def test_no_message_about_any_amount_names_another_unit_than_the_column() -> None:
    for dataset in CATALOGUE.values():
        for item in dataset.fields:
            for code in OF_AMOUNTS if item.kind is Kind.MONEY else ():
                for detail, unit in ((IN_YUAN, "元"), (IN_TEN_THOUSANDS, "万")):
                    message = translate(MESSAGES[code], "zh-CN", parameters_of(dataset, item.name, detail))
                    assert "分" not in message.removeprefix(f"“{item.zh}”")
                    assert unit in message or code not in ("below_minimum", "above_maximum")


def test_the_json_schema_says_what_the_checks_do() -> None:
    for dataset in CATALOGUE.values():
        schema = record_model(dataset).model_json_schema()
        assert schema["additionalProperties"] is False
        assert set(schema["properties"]) == set(dataset.names)
        assert set(schema["required"]) == {item.name for item in dataset.fields if not item.optional}


def test_files_with_the_old_heading_of_the_bank_code_are_still_read() -> None:
    assert ACCOUNTS.field("bank_code").headings == ("bank_code", "开户行行号", "联行号")
    headings = ["联行号" if item.name == "bank_code" else item.zh for item in ACCOUNTS.fields]
    found = read_headings(Vocabulary(layout_of(ACCOUNTS)), [(1, headings)], 0, Warnings())
    assert list(found.places.values()) == list(ACCOUNTS.names)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("批而未供土地", "unsupplied_approved"),
        ("已批未供地", "unsupplied_approved"),
        ("存量土地", "stock_land"),
        ("存量用地", "stock_land"),
        (" 存量用地 ", "stock_land"),
    ],
)
def test_files_with_old_names_of_land_sources_are_still_read(written: str, code: str) -> None:
    checked = cells(
        HUBS,
        hub_id="HUB-01",
        uscc=CODE,
        kind="其他",
        opened_on="2021-03-01",
        land_source=written,
        construction_cost_fen="100",
    )
    assert checked.errors.is_empty()
    assert checked.rows.get_column("land_source").to_list() == [code]


def test_headings_are_never_ambiguous() -> None:
    for dataset in CATALOGUE.values():
        headings = [heading.lower() for item in dataset.fields for heading in item.headings]
        assert len(headings) == len(set(headings)), dataset.name
