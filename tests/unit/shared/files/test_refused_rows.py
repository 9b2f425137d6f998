"""Refused rows come back in a form that can be mended and sent again, whatever the file was."""

from __future__ import annotations

import io
import zipfile

import pytest

from shared.files.refused_rows import RefusedTable, to_csv, to_xlsx
from tests.support.sheets import HEADINGS, A, read

NAMES = [
    "销售",
    "二〇二〇年度各县（市、区）电子商务网络零售额及平台营业额统计情况汇总表",
    "甲/乙:丙",
    "'引'",
    "History",
    "销售",
]


def table(name: str | None = None) -> RefusedTable:
    return RefusedTable(
        {"headings": [*HEADINGS, "备注"], "above": [["某县", "单位：元"]], "sheet_name": name},
        [(7, [A, "2020", "=1+1", "", "＝注"]), (9, [A, "2021"])],
        {7: "“网络零售额”须为数字金额", 9: "=2"},
    )


@pytest.mark.parametrize("content", [b"".join(to_csv(table(), "zh-CN")), to_xlsx([table("销售")], "zh-CN")])
def test_refused_rows_are_read_as_they_were(content: bytes) -> None:
    found = read(content)
    assert found.rows == [(3, A, "2020", "=1+1", ""), (4, A, "2021", "", "")]
    assert found.warnings["columns_passed_over"] == ["E2 备注", "F2 问题"]


def test_sheets_have_names_that_a_workbook_may_have() -> None:
    content = to_xlsx([table(name) for name in NAMES], "zh-CN")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sum(name.startswith("xl/worksheets/sheet") for name in archive.namelist()) == len(NAMES)
    assert read(content, sheet="甲 乙 丙").rows[0][1] == A
