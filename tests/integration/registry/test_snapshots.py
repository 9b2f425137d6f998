"""Snapshots: whole or by the values of fields, the same bytes for ever."""

from __future__ import annotations

from typing import Any

import orjson
import polars as pl
import pyarrow as pa

from shared.media_types import NDJSON
from tests.integration.registry.conftest import Registry, sale, uscc

A, B = uscc(1), uscc(2)
SALES = "/v1/datasets/annual_sales"


def test_rows_are_chosen_by_the_values_of_a_field(registry: Registry) -> None:
    registry.enterprises(A, B)
    registry.recorded(
        "prior_awards",
        *(
            {"uscc": A, "award": "demonstration", "subject": subject, "award_year": 2021, "tier": 0, "amount_fen": 1,
             "paid_on": "2022-01-01"}
            for subject in ("O'Hub", "O'Hub:national", "X", "$1")
        ),
    )  # fmt: skip
    revision = registry.recorded("prior_awards", {"uscc": B, "award": "demonstration", "subject": "X", "award_year": 2022,
                                                  "tier": 0, "amount_fen": 1, "paid_on": "2022-01-01"})  # fmt: skip

    def chosen(dataset: str = "prior_awards", **query: Any) -> Any:
        path = f"/v1/snapshots/{revision}/{dataset}/queries"
        return registry.request("POST", path, json=query, headers={"Accept": NDJSON})

    def subjects(**query: Any) -> list[str]:
        return [orjson.loads(line)["subject"] for line in chosen(**query).content.splitlines()]

    assert subjects(field="subject", values=["O'Hub", "$1"]) == ["$1", "O'Hub"]
    assert subjects(field="subject", values=["O'Hub"], before_colon=True) == ["O'Hub", "O'Hub:national"]
    assert subjects(field="uscc", values=[B]) == ["X"]
    assert subjects(field="subject", values=["nothing"]) == []
    account = {
        "uscc": A,
        "since": "2020-01-01",
        "account_holder": "甲",
        "bank_code": "102345678901",
        "account_number": "62220000",
    }
    registry.recorded("payee_accounts", account)
    for dataset, query in (
        ("prior_awards", {}),
        ("prior_awards", {"uscc": [A], "field": "subject", "values": ["X"]}),
        ("prior_awards", {"field": "subject"}),
        ("prior_awards", {"field": "amount_fen", "values": ["1"]}),
        ("prior_awards", {"field": "subject; DROP TABLE x", "values": ["1"]}),
        ("prior_awards", {"field": "subject", "values": ["a\0b"]}),
        ("payee_accounts", {"field": "account_number", "values": ["6222"]}),
    ):
        refused = chosen(dataset, **query)
        assert refused.status_code == 422, query
        assert "6222" not in refused.text


def test_rows_of_several_datasets_are_chosen_at_once(registry: Registry) -> None:
    registry.enterprises(A, B)
    registry.recorded("annual_sales", sale(A, 2020, 1), sale(B, 2020, 2))
    revision = registry.recorded("annual_sales", sale(B, 2021, 3))
    path = f"/v1/snapshots/{revision}/queries"
    wanted = [
        {"fields": ["annual_sales.uscc", "enterprises.uscc", "loans.uscc"], "values": [B]},
        {"fields": ["annual_sales.uscc"], "values": [A, B], "before_colon": True},
        {"fields": ["annual_sales"]},
    ]
    answer = registry.request("POST", path, json={"queries": wanted})
    assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
    source, found = pa.BufferReader(answer.content), []
    while source.tell() < source.size():
        found.append(pa.ipc.open_stream(source).read_all().to_pylist())
    told = [[(row["uscc"], row.get("year")) for row in rows] for rows in found]
    of_all = sorted([(A, 2020), (B, 2020), (B, 2021)])
    assert told == [[(B, 2020), (B, 2021)], [(B, None)], [], of_all, of_all]
    alone = registry.request(
        "POST", f"/v1/snapshots/{revision}/annual_sales/queries", json={"field": "uscc", "values": [B]}
    )
    assert answer.content.startswith(alone.content), "the same bytes as when asked for alone"

    for query, pointer, code in (
        ({"fields": ["annual_sales.uscc", "nothing.uscc"], "values": [B]}, "/queries/0/fields/1", "dataset_unknown"),
        ({"fields": ["annual_sales.online_retail_fen"], "values": ["1"]}, "/queries/0/fields/0", "field_unknown"),
        ({"fields": ["payee_accounts.account_number"], "values": ["1"]}, "/queries/0/fields/0", "field_unknown"),
        ({"fields": ["annual_sales"], "values": ["1"]}, "/queries/0/fields/0", "field_unknown"),
        ({"fields": ["annual_sales.uscc"]}, "/queries/0", "value_error"),
    ):
        refused = registry.request("POST", path, json={"queries": [query]})
        assert refused.status_code == 422
        assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [(pointer, code)]
    many = {"queries": [{"fields": ["annual_sales.uscc"] * 67, "values": [B]}] * 3}
    refused = registry.request("POST", path, json=many)
    assert (refused.status_code, "at most 200 fields" in refused.text) == (422, True)
    assert (
        registry.request("POST", f"/v1/snapshots/{revision + 1}/queries", json={"queries": wanted}).status_code == 404
    )


def test_rows_are_chosen_by_ranges_of_codes(registry: Registry) -> None:
    """Every row is in one of the ranges, as known at the revision, and ranges have as many enterprises as asked for."""
    codes = sorted(uscc(number) for number in range(7))
    registry.enterprises(*codes)
    revision = registry.recorded("annual_sales", *(sale(code, 2020, 1) for code in codes[:5]))
    registry.recorded("annual_sales", sale(codes[6], 2020, 1))
    path = f"/v1/snapshots/{revision}/code-ranges?enterprises="
    assert registry.get(f"{path}7").json()["items"] == [{"first": None, "until": None}]
    ranges = registry.get(f"{path}3").json()["items"]
    bounds = [(None, codes[3]), (codes[3], codes[6]), (codes[6], None)]
    assert [(each["first"], each["until"]) for each in ranges] == bounds
    found = []
    for each in ranges:
        wanted = {"queries": [{"fields": ["annual_sales.uscc", "loans.uscc"], "codes": each}]}
        answer = registry.request("POST", f"/v1/snapshots/{revision}/queries", json=wanted)
        found.append(pa.ipc.open_stream(pa.BufferReader(answer.content)).read_all()["uscc"].to_pylist())
    assert found == [codes[:3], codes[3:5], []]
    for codes_asked in ({"first": "x"}, {"until": "9133'; DROP TABLE"}, {"from": codes[0]}):
        wanted = {"queries": [{"fields": ["annual_sales.uscc"], "codes": codes_asked}]}
        assert registry.request("POST", f"/v1/snapshots/{revision}/queries", json=wanted).status_code == 422
    both = {"queries": [{"fields": ["annual_sales.uscc"], "codes": {"first": codes[0]}, "values": [codes[0]]}]}
    refused = registry.request("POST", f"/v1/snapshots/{revision}/queries", json=both)
    assert "give either values or codes" in refused.text
    for wrong, status in ((f"{path}0", 422), (f"/v1/snapshots/{revision + 9}/code-ranges?enterprises=3", 404)):
        assert registry.get(wrong).status_code == status


def test_a_snapshot_is_the_same_bytes_in_every_format(registry: Registry) -> None:
    registry.enterprises(A, B)
    revision = registry.recorded("annual_sales", sale(B, 2020, 1), sale(A, 2020, None), sale(A, 2019, 7))
    formats = ("application/vnd.apache.arrow.stream", "application/vnd.apache.parquet", NDJSON)
    first = [registry.get(f"/v1/snapshots/{revision}/annual_sales", accept=name).content for name in formats]
    registry.recorded("annual_sales", sale(A, 2020, 5))
    registry.request("POST", f"{SALES}/withdrawals", json={"keys": [{"uscc": A, "year": 2019}], "reason": "x"})
    again = [registry.get(f"/v1/snapshots/{revision}/annual_sales", accept=name).content for name in formats]
    assert first == again
    table = pa.ipc.open_stream(first[0]).read_all()
    expected = sorted([(A, 2019, 7), (A, 2020, None), (B, 2020, 1)])
    assert [(r["uscc"], r["year"], r["online_retail_fen"]) for r in table.to_pylist()] == expected
    assert pl.read_parquet(first[1]).to_dicts() == table.to_pylist()
    assert registry.get(f"/v1/snapshots/{revision + 9}/annual_sales").status_code == 404
    assert registry.get(f"/v1/snapshots/{revision}/nothing").status_code == 404
    assert registry.get(f"/v1/snapshots/{revision}/annual_sales", accept="text/html").status_code == 406
