"""Refused rows are shown as they were sent, with what is wrong beside each cell, and imported again once corrected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.registry.conftest import Registry, uscc
from tests.integration.registry.test_drafts import OLD
from tests.integration.registry.test_workbooks import workbook

A, B = uscc(1), uscc(2)
FILE = f"序号,统一社会信用代码,年度,年发件量,全年租金（元）\n1,{A},2020,300,\n2,{A},2021,约300万,无\n3,{A[:-1]},2022,400,\n"


def rejected(registry: Registry, job: Any, **query: Any) -> list[dict[str, Any]]:
    return registry.items(f"/v1/imports/{job['id']}/rejected-rows", **query)


def correct(registry: Registry, job: Any, rows: Any, **headers: str) -> Any:
    return registry.request("POST", f"/v1/imports/{job['id']}/corrections", json={"rows": rows}, headers=headers)


@pytest.fixture
def job(registry: Registry) -> Any:
    """An import with two refused rows."""
    registry.enterprises(A, B)
    return registry.imported(FILE.encode(), dataset="courier_years", mode="accept_valid")


def test_a_mistake_stands_beside_its_cell(registry: Registry, job: Any) -> None:
    second, third = rejected(registry, job)
    assert (second["line"], third["line"]) == (3, 4)
    wrong = {cell["heading"]: cell["value"] for cell in second["cells"] if cell["mistakes"]}
    assert wrong == {"年发件量": "约300万", "全年租金（元）": "无"}
    assert [cell["heading"] for cell in third["cells"] if cell["mistakes"]] == ["统一社会信用代码"]
    assert [each["line"] for each in rejected(registry, job, limit=1)] == [3, 4], "page by page"


def test_a_corrected_row_is_imported_and_the_rest_stays_refused(registry: Registry, job: Any) -> None:
    second, third = rejected(registry, job)
    parcels, rent = (cell["column"] for cell in second["cells"] if cell["mistakes"])
    rows = [
        {"line": second["line"], "cells": [{"column": parcels, "value": "3000000"}, {"column": rent, "value": ""}]},
        {"line": third["line"], "cells": []},
    ]
    answer = correct(registry, job, rows, **{"Idempotency-Key": "once"})
    assert answer.status_code == 202
    assert correct(registry, job, rows, **{"Idempotency-Key": "once"}).json()["id"] == answer.json()["id"]
    while registry.runner.step():
        pass
    again = registry.get(f"/v1/imports/{answer.json()['id']}").json()
    assert (again["rows"]["accepted"], again["rows"]["rejected"]) == (1, 1)
    assert again["corrections"] == []
    first = registry.get(f"/v1/imports/{job['id']}").json()
    assert first["corrections"] == [{name: again[name] for name in ("id", "created_at", "state", "rows")}]
    [row] = registry.items("/v1/datasets/courier_years/records", uscc=A, year=2021)
    assert (row["parcels"], row["rent_fen"]) == (3_000_000, None)
    assert [each["heading"] for each in rejected(registry, again)[0]["cells"] if each["mistakes"]] == [
        "统一社会信用代码"
    ]


@pytest.mark.parametrize(
    ("rows", "pointer"),
    [
        ([{"line": 2, "cells": []}], "/rows/0/line"),
        ([{"line": 3, "cells": [{"column": 99, "value": "1"}]}], "/rows/0/cells/0/column"),
        ([], "/rows"),
    ],
)
def test_what_was_not_refused_is_not_corrected(registry: Registry, job: Any, rows: Any, pointer: str) -> None:
    answer = correct(registry, job, rows)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize("query", [{"mode": "all_or_nothing"}, {"mode": "accept_valid", "dry_run": "true"}])
def test_a_file_of_which_nothing_was_stored_is_sent_again_as_a_whole(registry: Registry, query: dict[str, str]) -> None:
    registry.enterprises(A)
    made = registry.imported(FILE.encode(), dataset="courier_years", **query)
    answer = correct(registry, made, [{"line": 3, "cells": []}])
    assert (answer.status_code, answer.json()["possible"]) == (409, [])


def accounts_csv() -> tuple[bytes, str]:
    return f"统一社会信用代码,起始日期,户名,开户行行号,账号\n{A},2020-01-01,样例,10234,{OLD}\n".encode(), "text/csv"


def accounts_workbook() -> tuple[bytes, str]:
    cells = [["统一社会信用代码", "起始日期", "户名", "开户行行号", "账号"], [A, "2020-01-01", "样例", "10234", OLD]]
    return workbook({"收款账户": cells}), "application/octet-stream"


@pytest.mark.parametrize("file", [accounts_csv, accounts_workbook])
def test_an_account_number_is_kept_without_being_shown(
    registry: Registry, file: Callable[[], tuple[bytes, str]]
) -> None:
    registry.enterprises(A)
    content, media_type = file()
    made = registry.imported(content, media_type, dataset="payee_accounts", mode="accept_valid")
    [row] = rejected(registry, made)
    assert OLD not in str(row)
    [bank] = [cell["column"] for cell in row["cells"] if cell["mistakes"]]
    cells = [{"column": bank, "value": "102343000018"}]
    again = correct(registry, made, [{"line": row["line"], "cells": cells}]).json()
    while registry.runner.step():
        pass
    draft = registry.get(f"/v1/imports/{again['id']}").json()["draft"]
    assert registry.confirm(draft, by="commerce-maker").status_code == 200
    [stored] = registry.get("/v1/datasets/payee_accounts/records", by="payout").json()["items"]
    assert stored["account_number"] == OLD
