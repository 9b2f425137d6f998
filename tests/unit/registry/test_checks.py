"""One row per mistake: what was written, which code it gets; and what must not be refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from services.registry.datasets.checks import Checked, check_cells, check_records
from services.registry.datasets.schemas import record_model
from services.registry.datasets.validation_errors import MESSAGES, no_errors, parameters_of
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset
from shared.catalogue.layouts import layout_of
from shared.files.domain import Warnings
from shared.files.headings import Vocabulary, read_headings
from shared.i18n import translate

CODE = "91110000600037341L"
SALES, LOCATIONS, HUB_YEARS = CATALOGUE["annual_sales"], CATALOGUE["locations"], CATALOGUE["hub_years"]
HUBS, ACCOUNTS = CATALOGUE["logistics_hubs"], CATALOGUE["payee_accounts"]


def cells(dataset: Dataset, hundredths: tuple[str, ...] = (), **values: str) -> Checked:
    row = {name: [values.get(name)] for name in dataset.names}
    frame = pl.DataFrame({"line": [2], **row}, schema={"line": pl.Int64, **dict.fromkeys(row, pl.String)})
    return check_cells(dataset, frame, hundredths=hundredths, errors=no_errors())


def codes(checked: Checked) -> list[tuple[str, str]]:
    return [(row["field"], row["code"]) for row in checked.errors.to_dicts()]


AMOUNTS: list[tuple[str, int | str | None]] = [
    ("1", 100),
    ("0", 0),
    ("-0", 0),
    ("+1.5", 150),
    (" 12.34 ", 1_234),
    ("\u3000007\u00a0", 700),
    ("", None),
    ("   ", None),
    ("0.05", 5),
    ("90071992547409.91", 2**53 - 1),
    ("90071992547409.92", "above_maximum"),
    ("92233720368547758.07", "above_maximum"),
    ("99999999999999999999", "above_maximum"),
    ("-1", "below_minimum"),
    ("-99999999999999999999", "below_minimum"),
    ("1.234", "too_many_decimals"),
    ("1,234", "not_an_amount"),
    ("1.", "not_an_amount"),
    (".5", "not_an_amount"),
    ("1.2.3", "not_an_amount"),
    ("12元", "not_an_amount"),
    ("1e5", "scientific_notation"),
    ("1.2E+10", "scientific_notation"),
    ("１２", "fullwidth_digits"),
    ("1２.5", "fullwidth_digits"),
    ("NaN", "not_an_amount"),
    ("inf", "not_an_amount"),
    ("0x10", "not_an_amount"),
    ("1_000", "not_an_amount"),
    ("--1", "not_an_amount"),
]


@pytest.mark.parametrize(("text", "expected"), AMOUNTS)
def test_amounts_in_yuan(text: str, expected: int | str | None) -> None:
    checked = cells(SALES, ("online_retail_fen",), uscc=CODE, year="2020", online_retail_fen=text)
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
    ("2020.1.2", date(2020, 1, 2)),
    ("2020年1月2日", date(2020, 1, 2)),
    ("20200102", date(2020, 1, 2)),
    ("2020-01-02 00:00:00", date(2020, 1, 2)),
    ("2020-02-29", date(2020, 2, 29)),
    ("2021-02-29", "no_such_day"),
    ("2021-13-01", "no_such_day"),
    ("20210229", "no_such_day"),
    ("2020-01-02 08:30:00", "not_a_date"),
    ("1/2/2020", "not_a_date"),
    ("43832", "not_a_date"),
    ("2020", "not_a_date"),
    ("二〇二〇年", "not_a_date"),
    ("２０２０-01-02", "fullwidth_digits"),
    ("", "missing"),
]


@pytest.mark.parametrize(("text", "expected"), DAYS)
def test_dates(text: str, expected: date | str) -> None:
    checked = cells(LOCATIONS, uscc=CODE, since=text, jurisdiction="莲都区")
    if isinstance(expected, str):
        assert codes(checked) == [("since", expected)]
    else:
        assert checked.rows["since"].to_list() == [expected]


REFUSED: list[tuple[Dataset, dict[str, str], str, str]] = [
    (SALES, {"uscc": CODE[:-1] + "M", "year": "2020"}, "uscc", "invalid_uscc"),
    (SALES, {"uscc": CODE[:-1], "year": "2020"}, "uscc", "invalid_uscc"),
    (SALES, {"uscc": "９1110000600037341L", "year": "2020"}, "uscc", "invalid_uscc"),
    (SALES, {"uscc": CODE, "year": "2020.0"}, "year", "not_an_integer"),
    (SALES, {"uscc": CODE, "year": "0"}, "year", "below_minimum"),
    (SALES, {"uscc": CODE, "year": "10000"}, "year", "above_maximum"),
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
    (HUB_YEARS, {"hub_id": "H" * 101, "year": "2020"}, "hub_id", "too_long"),
    (HUB_YEARS, {"hub_id": "H\0", "year": "2020"}, "hub_id", "nul_character"),
    (
        ACCOUNTS,
        {"uscc": CODE, "since": "2020-01-01", "account_holder": "x", "bank_code": "1234", "account_number": "1"},
        "bank_code",
        "bad_format",
    ),
]


@pytest.mark.parametrize(("dataset", "row", "field", "code"), REFUSED)
def test_refused_cells(dataset: Dataset, row: dict[str, str], field: str, code: str) -> None:
    assert codes(cells(dataset, (), **row)) == [(field, code)]


ACCEPTED: list[tuple[Dataset, dict[str, str]]] = [
    (HUB_YEARS, {"hub_id": "007", "year": "2021", "operating_days": "366"}),  # odd in an ordinary year, not refused
    (HUB_YEARS, {"hub_id": "1.2E+10", "year": "2021"}),  # a code is text, whatever it looks like
    (LOCATIONS, {"uscc": CODE.lower(), "since": "1949-10-01", "jurisdiction": "Liandu", "until": "1949-10-01"}),
    (SALES, {"uscc": f" {CODE} ", "year": "2020"}),
]


@pytest.mark.parametrize(("dataset", "row"), ACCEPTED)
def test_accepted_cells(dataset: Dataset, row: dict[str, str]) -> None:
    checked = cells(dataset, (), **row)
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
    checked = check_cells(SALES, frame, hundredths=(), errors=no_errors())
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
