"""A file of facts gives the rows that a scenario takes, and says what is wrong with the others."""

from __future__ import annotations

from datetime import date

import pytest

from services.eligibility.scenarios.facts_file import read_facts
from services.eligibility.scenarios.inline_facts import frames_of
from shared.errors import Invalid
from shared.files.domain import FileRefused
from tests.support.sheets import A, B, csv_of, workbook

TODAY = date(2026, 3, 5)
SALES = ["序号", "统一社会信用代码", "年度", "网络零售额"]


def test_rows_are_those_that_a_scenario_takes() -> None:
    content = workbook(
        [
            ["某县销售情况", "", "", "单位：万元"],
            SALES,
            [1, A, "2020年", 1.5],
            [2, A.lower(), 2020, 1.5],
            [3, B, 2020, "无"],
            [4, B, 2021, 7],
            [5, B, 2021, 8],
            ["合计", "", "", 10],
        ]
    )
    found = read_facts(content, "annual_sales", None, TODAY)
    assert found.rows == [{"uscc": A, "year": 2020, "online_retail_fen": 1_500_000}]
    assert (found.read, found.unchanged, found.skipped) == (5, 1, 1)
    assert [(each.pointer, each.code) for each in found.mistakes] == [
        ("D5", "placeholder"),
        ("C6", "key_conflict"),
        ("C7", "key_conflict"),
    ]
    assert {each.code for each in found.warnings} >= {"units_converted", "totals_and_notes", "rows_above"}
    assert frames_of({"annual_sales": found.rows})["annual_sales"].height == 1


@pytest.mark.parametrize(
    ("content", "dataset", "refusal"),
    [
        (csv_of(SALES), "no_such", Invalid),
        (csv_of(SALES), "payee_accounts", Invalid),
        (csv_of([*SALES, "利润"]), "annual_sales", FileRefused),
    ],
)
def test_what_is_no_file_of_facts(content: bytes, dataset: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read_facts(content, dataset, None, TODAY)


def test_a_file_without_rows_gives_none() -> None:
    assert read_facts(csv_of(SALES), "annual_sales", None, TODAY).rows == []
