"""What is absent keeps what is on record, and nothing is emptied unless that is allowed: records, NDJSON and files alike."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from shared.media_types import CSV, NDJSON
from tests.integration.registry.conftest import Registry, sale, uscc

A, B = uscc(1), uscc(2)
INCLUSION = {"uscc": A, "track": "retail", "included_on": "2020-03-01"}
REMOVED = INCLUSION | {"removed_on": "2021-01-01"}
REFUSED = [(2, "removed_on", "would_clear")]


def removed_on(registry: Registry) -> Any:
    (found,) = registry.items("/v1/datasets/monitoring_inclusions/records")
    return found["removed_on"]


@pytest.fixture
def removed(registry: Registry) -> Registry:
    """A registry with an inclusion that ended."""
    registry.enterprises(A, B)
    registry.recorded("monitoring_inclusions", REMOVED)
    return registry


FILES: list[tuple[str, bytes, bytes]] = [
    (
        CSV,
        f"统一社会信用代码,监测类别,纳入日期\n{A},retail,2020-03-01\n".encode(),
        f"统一社会信用代码,监测类别,纳入日期,移出日期\n{A},retail,2020-03-01,\n".encode(),
    ),
    (NDJSON, b"\n" + orjson.dumps(INCLUSION), b"\n" + orjson.dumps(INCLUSION | {"removed_on": None})),
]


@pytest.mark.parametrize(("media_type", "absent", "empty"), FILES)
def test_a_file_empties_nothing_unless_it_is_allowed(
    removed: Registry, media_type: str, absent: bytes, empty: bytes
) -> None:
    job = removed.imported(absent, media_type, dataset="monitoring_inclusions")
    assert job["rows"] == {"read": 1, "accepted": 0, "unchanged": 1, "rejected": 0}
    assert removed_on(removed) == "2021-01-01"
    refused = removed.imported(empty, media_type, dataset="monitoring_inclusions", mode="accept_valid")
    assert (refused["rows"]["rejected"], refused["clearing"]) == (1, {"monitoring_inclusions.removed_on": 1})
    assert removed.errors(refused) == REFUSED
    assert removed_on(removed) == "2021-01-01"
    emptied = removed.imported(empty, media_type, dataset="monitoring_inclusions", clearing="allow")
    assert (emptied["rows"]["accepted"], emptied["clearing"]) == (1, {"monitoring_inclusions.removed_on": 1})
    assert removed_on(removed) is None


def test_records_empty_nothing_unless_it_is_allowed(removed: Registry) -> None:
    assert removed.record("monitoring_inclusions", INCLUSION).json()["rows"]["unchanged"] == 1
    empty = INCLUSION | {"removed_on": None}
    refused = removed.record("monitoring_inclusions", empty)
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [("/removed_on", "would_clear")]
    assert "1 records" in refused.json()["detail"]
    assert "removed_on (1)" in refused.json()["detail"]
    assert removed_on(removed) == "2021-01-01"
    assert removed.record("monitoring_inclusions", empty, clearing="allow").status_code == 201
    assert removed_on(removed) is None


def test_records_of_one_change_set_may_leave_out_different_members(registry: Registry) -> None:
    registry.enterprises(A, B)
    registry.recorded("annual_sales", *(sale(code, 2020, 5) | {"platform_turnover_fen": 7} for code in (A, B)))
    changes = [{"uscc": A, "year": 2020, "online_retail_fen": 6}, {"uscc": B, "year": 2020, "platform_turnover_fen": 8}]
    registry.recorded("annual_sales", *changes, {"uscc": A, "year": 2021})
    found = registry.items("/v1/datasets/annual_sales/records")
    assert {(row["uscc"], row["year"]): (row["online_retail_fen"], row["platform_turnover_fen"]) for row in found} == {
        (A, 2020): (6, 7),
        (B, 2020): (5, 8),
        (A, 2021): (None, None),
    }
    twice = [{"uscc": A, "year": 2020}, {"uscc": A, "year": 2020, "online_retail_fen": None}]
    answer = registry.record("annual_sales", {"records": twice})
    assert {error["code"] for error in answer.json()["errors"]} == {"key_conflict"}


NDJSON_LINES: list[tuple[str, str]] = [
    (f'"online_retail_fen":{"[" * 1_000}{"]" * 1_000}', "not_json"),
    (f'"online_retail_fen":[{"[]," * 2_000}[]]', "not_a_record"),
    ('"online_retail_fen":100.0', "not_an_integer"),
    ('"online_retail_fen":1e4', "not_an_integer"),
    ('"online_retail_fen":"100"', "not_an_integer"),
    ('"online_retail_fen":NaN', "not_json"),
    ('"online_retail_fen":true', "not_an_integer"),
    ('"online_retail_fen":9007199254740993', "above_maximum"),
    ('"online_retail_fen":12345678901234567890', "above_maximum"),
    ('"online_retail_fen":1,"online_retail_fen":2', "repeated_member"),
    ('"online_retail_fen" : 1, "online_retail_fen"\t: 1', "repeated_member"),
]


def test_json_that_is_not_exact_is_refused_line_by_line(registry: Registry) -> None:
    registry.enterprises(A)
    lines = [f'{{"uscc":"{A}","year":{2000 + number},{member}}}' for number, (member, _) in enumerate(NDJSON_LINES)]
    lines.append(f'{{"uscc":"{A}","year":2020,"online_retail_fen":-0}}')
    job = registry.imported("\n".join(lines).encode(), NDJSON, dataset="annual_sales", mode="accept_valid")
    assert [code for _, _, code in registry.errors(job)] == [code for _, code in NDJSON_LINES]
    assert job["rows"] == {"read": len(lines), "accepted": 1, "unchanged": 0, "rejected": len(NDJSON_LINES)}
    for line in lines[-3:-1]:
        headers = {"Content-Type": "application/json"}
        answer = registry.request("POST", "/v1/datasets/annual_sales/records", content=line.encode(), headers=headers)
        assert answer.status_code == 422
        assert "online_retail_fen" in answer.json()["detail"]
