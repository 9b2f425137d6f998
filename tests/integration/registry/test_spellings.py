"""Two spellings of one code are one code: in a file, on record, as a reference, and for the database itself."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.spelling import spell_codes
from tests.integration.registry.conftest import Registry, uscc

A, B = uscc(1), uscc(2)
SPELLINGS = ("LK-01", "LK-01\u200b", "lk-01", "ＬＫ-01", "LK－01", "LK‑01", "LK-0１", "LK- 01")
"""One cold store as eight officers typed it; the report behind it was of eight awards."""


def store(spelling: str, fen: int | None = 300_000_000) -> dict[str, Any]:
    return {"store_id": spelling, "uscc": A, "construction_cost_fen": fen, "agricultural_upstream": True}


def prior(subject: str, award: str = "cold-chain", fen: int = 30_000_000) -> dict[str, Any]:
    award_row = {"award": award, "subject": subject, "award_year": 2022, "tier": 0}
    return {"uscc": A, **award_row, "amount_fen": fen, "paid_on": "2023-05-01"}


def codes_of(registry: Registry, dataset: str, field: str) -> list[str]:
    return [item[field] for item in registry.items(f"/v1/datasets/{dataset}/records")]


def refusals(registry: Registry, dataset: str, record: dict[str, Any]) -> list[tuple[str, str]]:
    answer = registry.record(dataset, record)
    assert answer.status_code == 422, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def test_eight_spellings_in_one_file_are_one_store(registry: Registry) -> None:
    registry.enterprises(A)
    rows = "".join(f"{spelling},{A},莲都区,2022-06-01,3000000,是\n" for spelling in SPELLINGS)
    file = "store_id,uscc,jurisdiction,in_use_on,construction_cost_yuan,agricultural_upstream\n" + rows
    job = registry.imported(file.encode(), dataset="cold_stores")
    assert job["state"] == "succeeded"
    assert job["rows"] == {"read": 8, "accepted": 1, "unchanged": 7, "rejected": 0}
    assert codes_of(registry, "cold_stores", "store_id") == ["LK-01"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_second_spelling_is_the_row_on_record(registry: Registry, spelling: str) -> None:
    registry.enterprises(A)
    registry.recorded("cold_stores", store("LK-01"))
    assert registry.record("cold_stores", store(spelling)).json()["rows"]["unchanged"] == 1
    found = registry.items("/v1/datasets/cold_stores/records", store_id=spelling)
    assert [item["store_id"] for item in found] == ["LK-01"]
    assert len(registry.items("/v1/datasets/cold_stores/history", store_id=spelling)) == 1
    body = {"keys": [{"store_id": spelling}], "reason": "never built"}
    withdrawn = registry.request("POST", "/v1/datasets/cold_stores/withdrawals", json=body)
    assert withdrawn.json()["withdrawn"] == 1


def test_another_case_with_other_content_is_refused_with_the_spelling_on_record(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded("cold_stores", store("LK-01"))
    answer = registry.record("cold_stores", store("lk-01", 1))
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [("/store_id", "other_spelling")]
    assert "LK-01" in answer.json()["errors"][0]["message"]
    registry.recorded("cold_stores", store("LK－01", 1))  # differs in its form alone, so it is the same spelling
    assert [item["construction_cost_fen"] for item in registry.items("/v1/datasets/cold_stores/records")] == [1]


def test_two_spellings_with_other_content_in_one_file_are_both_refused(registry: Registry) -> None:
    registry.enterprises(A)
    records = [store("LK-01", 1), store("lk-01", 2), store("LK-02", 3), store("lk-02", 3)]
    answer = registry.record("cold_stores", {"records": records})
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("/records/0/store_id", "key_conflict"),
        ("/records/1/store_id", "key_conflict"),
    ]
    registry.recorded("cold_stores", *records[2:])
    assert codes_of(registry, "cold_stores", "store_id") == ["LK-02"]


def test_references_take_the_spelling_on_record_whichever_comes_first(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded("hub_years", {"hub_id": "Hub-1", "year": 2021, "parcels": 3})
    hub = {"uscc": A, "kind": "other", "opened_on": "2020-05-01", "land_source": "other", "construction_cost_fen": 1}
    registry.recorded("logistics_hubs", {"hub_id": "HUB-1", **hub})
    registry.recorded("hub_years", {"hub_id": "hub-1", "year": 2022, "parcels": 4})
    assert codes_of(registry, "logistics_hubs", "hub_id") == ["Hub-1"]
    assert codes_of(registry, "hub_years", "hub_id") == ["Hub-1", "Hub-1"]


def test_subjects_and_rows_have_one_spelling(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded("cold_stores", store("CS-B"))
    assert refusals(registry, "prior_awards", prior("cs-b", "冷链仓储")) == [("/award", "unknown_award")]
    registry.recorded("prior_awards", prior("cs-b"))
    assert registry.record("prior_awards", prior("CS-B\u200b", "Cold‑Chain\u200b")).json()["rows"]["unchanged"] == 1
    assert codes_of(registry, "prior_awards", "subject") == ["CS-B"]
    registry.recorded("prior_awards", prior("lk-7"))
    registry.recorded("cold_stores", store("LK-7"))
    assert sorted(codes_of(registry, "cold_stores", "store_id")) == ["CS-B", "lk-7"]


def test_parts_of_a_subject_have_one_spelling(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded(
        "exhibition_attendances",
        {
            "exhibition_id": "EXPO-1",
            "uscc": A,
            "name": "博览会",
            "held_on": "2022-05-01",
            "organiser": "other",
            "recognised": True,
            "other_support_fen": 0,
        },
    )
    registry.recorded("prior_awards", prior(f"expo-1：{A.lower()}", "exhibition-independent"), prior(A.lower(), "park"))
    assert sorted(codes_of(registry, "prior_awards", "subject")) == sorted([f"EXPO-1:{A}", A])


def test_titles_are_compared_like_codes_and_keep_their_width(registry: Registry) -> None:
    registry.enterprises(A)
    title = {"uscc": A, "level": "provincial", "awarded_on": "2021-01-01"}
    registry.recorded("demonstration_titles", title | {"title": "电商示范企业（Ａ级）"})
    again = registry.record("demonstration_titles", title | {"title": "电商示范企业(a级)"})
    assert again.json()["rows"]["unchanged"] == 1
    assert codes_of(registry, "demonstration_titles", "title") == ["电商示范企业（Ａ级）"]


def test_the_database_refuses_a_second_spelling(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded("cold_stores", store("LK-01"))
    insert = text(
        "INSERT INTO cold_stores (store_id, uscc, agricultural_upstream, revision) VALUES (:code, :uscc, true, 9)"
    )
    for spelling in SPELLINGS[1:]:
        with (
            pytest.raises(IntegrityError, match="uq_cold_stores_spelling"),
            registry.database.transaction() as connection,
        ):
            connection.execute(insert, {"code": spelling, "uscc": A})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12), max_size=50))
def test_the_database_and_the_reader_have_one_law(registry: Registry, codes: list[str]) -> None:
    query = text(
        "SELECT code_spelling(code), code_key(code), code_key(code_spelling(code)) FROM unnest(CAST(:codes AS text[])) AS code"
    )
    with registry.database.reading() as connection:
        rows = connection.execute(query, {"codes": codes}).all()
    assert [row[0] for row in rows] == spell_codes(pl.Series(codes, dtype=pl.String)).to_list()
    assert all(row[1] == row[2] for row in rows)
