"""The store: nothing forgotten, nothing half visible, every revision as it was."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from shared.catalogue.datasets import CATALOGUE
from shared.media_types import ARROW, NDJSON
from tests.integration.registry.conftest import Registry, enterprise, sale, uscc

A, B, C = uscc(1), uscc(2), uscc(3)
SALES = "/v1/datasets/annual_sales"


def location(code: str, since: str, jurisdiction: str, until: str | None = None) -> dict[str, Any]:
    return {"uscc": code, "since": since, "jurisdiction": jurisdiction, "until": until}


def test_a_record_is_replaced_and_the_past_stays(registry: Registry) -> None:
    registry.enterprises(A)
    first = registry.recorded("annual_sales", sale(A, 2020, 1), sale(A, 2021, 2))
    second = registry.recorded("annual_sales", sale(A, 2020, 1), sale(A, 2021, 3))
    assert second == first + 1
    now = {item["year"]: (item["online_retail_fen"], item["revision"]) for item in registry.items(f"{SALES}/records")}
    then = {item["year"]: item["online_retail_fen"] for item in registry.items(f"{SALES}/records", as_of=first)}
    assert now == {2020: (1, first), 2021: (3, second)}
    assert then == {2020: 1, 2021: 2}
    assert registry.items(f"{SALES}/records", as_of=0) == []
    assert registry.get(f"{SALES}/records", as_of=second + 1).status_code == 422

    answer = registry.request(
        "POST", f"{SALES}/withdrawals", json={"keys": [{"uscc": A.lower(), "year": 2021}], "reason": "wrong company"}
    )
    assert answer.json() == {"revision": second + 1, "draft": None, "withdrawn": 1}
    assert [item["year"] for item in registry.items(f"{SALES}/records")] == [2020]
    versions = registry.items(f"{SALES}/history", uscc=A, year=2021)
    assert [(v["revision"], v["replaced_in"], v["withdrawn"]) for v in versions] == [
        (first, second, False),
        (second, second + 1, True),
    ]
    assert versions[1]["ended_reason"] == "wrong company"
    assert versions[0]["actor"] == "data-platform"


def test_a_character_that_no_database_holds_is_refused_wherever_it_stands(registry: Registry) -> None:
    title = {"uscc": A, "title": "a\0b"}
    refused = [
        registry.request(
            "POST", "/v1/datasets/demonstration_titles/withdrawals", json={"keys": [title], "reason": "x"}
        ),
        registry.get("/v1/datasets/demonstration_titles/history", **title),
        registry.request("POST", "/v1/datasets/demonstration_titles/records", json={"records": [title]}),
    ]
    assert [answer.status_code for answer in refused] == [422, 422, 422]


def test_nothing_changed_is_no_revision(registry: Registry) -> None:
    registry.enterprises(A)
    assert registry.recorded("annual_sales", sale(A, 2020, 1)) == 2
    answer = registry.record("annual_sales", sale(A, 2020, 1)).json()
    assert answer == {
        "revision": 2,
        "draft": None,
        "changed": False,
        "rows": {"read": 1, "accepted": 0, "unchanged": 1, "rejected": 0},
    }


def support(award: str, subject: str) -> dict[str, Any]:
    row = {"uscc": A, "award": award, "subject": subject, "award_year": 2021, "programme": "省级专项"}
    return row | {"level": "provincial", "amount_fen": 1, "granted_on": "2021-06-30"}


REFUSED: list[tuple[str, Any, str, str]] = [
    ("annual_sales", {"uscc": B, "year": 2020}, "/uscc", "unknown_enterprise"),
    ("annual_sales", {"uscc": A, "year": 2020, "online_retail_fen": 1.0}, "/online_retail_fen", "not_an_integer"),
    ("annual_sales", {"uscc": A, "year": 2020, "profit": 1}, "/profit", "unknown_field"),
    ("annual_sales", [{"uscc": A, "year": 2020}, {"uscc": A}], "/1/year", "missing"),
    ("annual_sales", {"records": [sale(A, 2020, 1), sale(A, 2020, 2)]}, "/records/0/year", "key_conflict"),
    ("annual_sales", {"records": []}, "/records", "count"),
    ("annual_sales", {"records": [], "who": 1}, "/who", "unknown_field"),
    ("enterprises", enterprise(B, registered_on="2021-02-29"), "/registered_on", "no_such_day"),
    ("enterprises", enterprise(B, legal_form="企业"), "/legal_form", "not_allowed"),
    ("enterprises", enterprise(B[:-1] + ("A" if B[-1] != "A" else "B")), "/uscc", "invalid_uscc"),
    ("enterprises", enterprise(B, name="a\0b"), "/name", "nul_character"),
    ("hub_years", {"hub_id": "H", "year": 2020, "operating_days": 367}, "/operating_days", "above_maximum"),
    ("hub_years", {"hub_id": "H", "year": 2020, "operating_days": 0}, "/operating_days", "below_minimum"),
    ("locations", location(A, "2020-01-01", "liandu", "2019-01-01"), "/until", "period_reversed"),
    (
        "locations",
        [location(A, "2020-01-01", "liandu"), location(A, "2021-01-01", "city")],
        "/0/since",
        "overlapping_period",
    ),
    (
        "prior_awards",
        {
            "uscc": A,
            "award": "retail-scale",
            "subject": A,
            "award_year": 2020,
            "tier": 0,
            "amount_fen": 1,
            "paid_on": "2021-01-01",
        },
        "/tier",
        "tier_missing",
    ),
    (
        "park_years",
        {"park_id": "K", "year": 2020, "operating_area_m2": 1.005},
        "/operating_area_m2",
        "too_many_decimals",
    ),
    ("park_years", {"park_id": "K", "year": 2020, "operating_area_m2": "1.5"}, "/operating_area_m2", "not_a_number"),
    ("park_years", {"park_id": "K", "year": 2020, "operating_area_m2": True}, "/operating_area_m2", "not_a_number"),
    ("park_years", {"park_id": "K", "year": 2020, "operating_area_m2": -0.01}, "/operating_area_m2", "below_minimum"),
    ("other_support", support("parks", "K"), "/award", "unknown_award"),
    ("other_support", support("courier-rent", "K"), "/subject", "subject_not_enterprise"),
    ("other_support", support("exhibition-organised", A), "/subject", "subject_not_attendance"),
    ("other_support", support("demonstration", f"{A}:county"), "/subject", "subject_not_unit_and_level"),
    ("other_support", support("courier-rent", B), "/subject", "unknown_subject"),
    ("other_support", support("demonstration", f"{B}:national"), "/subject", "unknown_subject"),
    ("other_support", support("exhibition-organised", f"X:{A}"), "/subject", "unknown_subject"),
    ("other_support", support("park", "K"), "/subject", "unknown_subject"),
    ("other_support", support("service-centre-grade", "K"), "/subject", "unknown_subject"),
]


def test_an_award_that_does_not_exist_is_refused_with_those_that_do(registry: Registry) -> None:
    registry.enterprises(A)
    (error,) = registry.record("other_support", support("parks", "K")).json()["errors"]
    assert "courier-rent" in error["message"]
    assert "park" in error["message"]


def test_support_is_recorded_for_what_is_on_record(registry: Registry) -> None:
    registry.enterprises(A)
    (error,) = registry.record("other_support", support("platform-zone", "Z1")).json()["errors"]
    assert error["message"] == "“subject” is not on record for this award; record it in “platform_zones” first"
    zone = {item.name: example(item) for item in CATALOGUE["platform_zones"].fields} | {"zone_id": "Z1", "uscc": A}
    registry.recorded("platform_zones", zone)
    registry.recorded("other_support", support("platform-zone", "z1"))
    assert [row["subject"] for row in registry.items("/v1/datasets/other_support/records")] == ["Z1"]


@pytest.mark.parametrize("area", ["10000.25", "10000", "9007199254740991", "90071992547409.91", "0.1"])
def test_an_area_comes_back_digit_by_digit(registry: Registry, area: str) -> None:
    body = f'{{"park_id": "K", "year": 2020, "operating_area_m2": {area}}}'
    answer = registry.request(
        "POST", "/v1/datasets/park_years/records", content=body.encode(), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 201, answer.text
    revision = answer.json()["revision"]
    for path in ("/v1/datasets/park_years/records", f"/v1/snapshots/{revision}/park_years", "/v1/changes?after=0"):
        written = registry.get(path, accept=None if "records" in path else NDJSON).text
        assert f'"operating_area_m2":{area},' in written.replace(" ", "")


def test_what_breaks_a_law_is_refused_and_changes_nothing(registry: Registry) -> None:
    revision = registry.enterprises(A)
    for dataset, body, pointer, code in REFUSED:
        answer = registry.record(dataset, body)
        assert answer.status_code == 422, answer.text
        errors = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
        assert (pointer, code) in errors, (dataset, code, errors)
        assert A not in answer.text
        assert B not in answer.text
    assert registry.get("/v1/revisions/latest").json() == {"revision": revision}


def test_periods_may_be_cut_and_continued_in_one_change_set(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded("locations", location(A, "2020-01-01", "liandu"))
    assert registry.record("locations", location(A, "2021-01-01", "city")).status_code == 422
    registry.recorded("locations", location(A, "2020-01-01", "liandu", "2021-01-01"), location(A, "2021-01-01", "city"))
    assert len(registry.items("/v1/datasets/locations/records")) == 2


def test_a_row_on_record_is_named_beside_the_new_one_that_overlaps_it(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded("locations", location(A, "2020-01-01", "liandu"))
    rows = [location(A, "2020-01-01", "liandu"), location(A, "2021-01-01", "city")]
    errors = registry.record("locations", rows).json()["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == [
        ("/0/since", "overlapping_period"),
        ("/1/since", "overlapping_period"),
    ]


def test_support_on_record_is_refused_once_its_subject_is_not(registry: Registry) -> None:
    registry.enterprises(A)
    zone = {item.name: example(item) for item in CATALOGUE["platform_zones"].fields} | {"zone_id": "Z1", "uscc": A}
    registry.recorded("platform_zones", zone)
    registry.recorded("other_support", support("platform-zone", "Z1"))
    gone = {"keys": [{"zone_id": "Z1"}], "reason": "never was one"}
    assert registry.request("POST", "/v1/datasets/platform_zones/withdrawals", json=gone).status_code == 201
    (error,) = registry.record("other_support", support("platform-zone", "Z1")).json()["errors"]
    assert (error["pointer"], error["code"]) == ("/subject", "unknown_subject")


def test_figures_of_a_hub_may_come_before_the_hub(registry: Registry) -> None:
    registry.enterprises(A, B)
    hub = {
        "hub_id": "H1",
        "uscc": A,
        "kind": "sorting_centre",
        "opened_on": "2020-05-01",
        "land_source": "old_factory",
        "construction_cost_fen": 1,
    }
    registry.recorded("hub_years", {"hub_id": "H1", "year": 2021, "parcels": 3})
    registry.recorded("logistics_hubs", hub)
    registry.recorded("logistics_hubs", hub | {"uscc": B})
    told = [(dataset, code) for dataset, code, _ in events(registry)]
    assert told[-3:] == [("logistics_hubs", A), *(("logistics_hubs", code) for code in sorted((A, B)))]
    registry.recorded("hub_years", {"hub_id": "H1", "year": 2021, "parcels": 4})
    assert events(registry)[-1] == ("hub_years", B, [["H1", 2021]])
    revision = registry.get("/v1/revisions/latest").json()["revision"]
    for code, found in ((A, 0), (B, 1)):
        answer = registry.request(
            "POST", f"/v1/snapshots/{revision}/hub_years/queries", json={"uscc": [code]}, headers={"Accept": NDJSON}
        )
        assert len(answer.content.splitlines()) == found


def events(registry: Registry) -> list[tuple[str, str, list[Any]]]:
    with registry.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT key, data FROM outbox_events ORDER BY batch, place").all()
    told = [orjson.loads(row.data) for row in rows]
    assert all(row.key == data["uscc"] for row, data in zip(rows, told, strict=True))
    return [
        (data["dataset"], data["uscc"], data["keys"])
        for data in sorted(told, key=lambda item: (item["revision"], item["dataset"], item["uscc"]))
    ]


def test_events_hold_at_most_a_thousand_keys(registry: Registry) -> None:
    registry.enterprises(A)
    terminals = [{"serial": f"S{number:05}", "uscc": A} for number in range(2_500)]
    content = b"\n".join(orjson.dumps(item) for item in terminals)
    job = registry.imported(content, NDJSON, dataset="delivery_terminals")
    assert job["rows"]["accepted"] == 2_500
    told = [keys for dataset, _, keys in events(registry) if dataset == "delivery_terminals"]
    assert [len(keys) for keys in told] == [1_000, 1_000, 500]
    assert sorted(key for keys in told for key in keys) == [[item["serial"]] for item in terminals]


def test_account_numbers_are_sealed_and_masked(registry: Registry) -> None:
    registry.enterprises(A)
    account = {
        "uscc": A,
        "since": "2020-01-01",
        "account_holder": "甲",
        "bank_code": "102100099996",
        "account_number": "6222000011112222",
    }
    revision = registry.recorded("payee_accounts", account)
    assert registry.record("payee_accounts", account).json()["changed"] is False
    registry.recorded("payee_accounts", account | {"account_number": "6222000011113333"})
    for path in (
        "/v1/datasets/payee_accounts/records",
        f"/v1/datasets/payee_accounts/history?uscc={A}&since=2020-01-01",
        f"/v1/snapshots/{revision}/payee_accounts",
        "/v1/changes?after=0",
    ):
        masked = registry.request("GET", path, headers={"Accept": "application/json, application/x-ndjson"})
        assert "62220000" not in masked.text, path
        assert "****" in masked.text, path
        whole = registry.request("GET", path, by="payout", headers={"Accept": "application/json, application/x-ndjson"})
        assert "622200001111" in whole.text, path
    with registry.database.reading() as connection:
        for table in (
            "payee_accounts",
            "payee_accounts_history",
            "payee_accounts_drafted",
            "event_batches",
            "idempotency_keys",
        ):
            assert "62220000" not in str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())


OF_A = {"fields": ["payee_accounts.uscc"], "values": [A]}


@pytest.mark.parametrize(
    ("act", "method", "path", "body"),
    [
        ("list_payee_accounts", "GET", "/v1/datasets/payee_accounts/records", None),
        ("list_payee_accounts_history", "GET", f"/v1/datasets/payee_accounts/history?uscc={A}&since=2020-01-01", None),
        ("get_snapshot", "GET", "/v1/snapshots/{revision}/payee_accounts", None),
        ("query_snapshot", "POST", "/v1/snapshots/{revision}/payee_accounts/queries", {"uscc": [A]}),
        ("query_snapshots", "POST", "/v1/snapshots/{revision}/queries", {"queries": [OF_A]}),
        ("list_changes", "GET", "/v1/changes?after=0", None),
        ("get_enterprise", "GET", f"/v1/enterprises/{A}", None),
    ],
)
def test_whoever_reads_whole_account_numbers_is_in_the_audit_log(
    registry: Registry, act: str, method: str, path: str, body: object
) -> None:
    registry.enterprises(A)
    account = {"uscc": A, "since": "2020-01-01", "account_holder": "甲", "bank_code": "102100099996"}
    revision = registry.recorded("payee_accounts", account | {"account_number": "6222000011112222"})

    def audited(by: str) -> list[tuple[str, str, list[str]]]:
        with registry.database.reading() as connection:
            before = connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM audit_log").scalar_one()
        headers = {"Accept": f"application/json, application/x-ndjson, {ARROW};q=0.5"}
        answer = registry.request(method, path.format(revision=revision), by=by, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert ("6222000011112222" in answer.text) == (by == "payout")
        with registry.database.reading() as connection:
            query = f"SELECT actor, act, subjects FROM audit_log WHERE id > {before}"
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    assert audited("auditor") == []
    assert audited("payout") == [("payout", act, ["payee_accounts"])]


def test_a_jurisdiction_sees_its_own_rows(registry: Registry) -> None:
    registry.enterprises(A, B, C)
    registry.recorded("locations", location(A, "2020-01-01", "liandu"), location(B, "2020-01-01", "city"))
    revision = registry.recorded("annual_sales", sale(A, 2020, 1), sale(B, 2020, 2), sale(C, 2020, 3))
    for dataset in ("annual_sales", "enterprises", "locations"):
        found = registry.items(f"/v1/datasets/{dataset}/records", by="liandu-officer")
        assert {item["uscc"] for item in found} == {A}
        lines = registry.lines(f"/v1/snapshots/{revision}/{dataset}", by="liandu-officer")
        assert {item["uscc"] for item in lines} == {A}
    changed = registry.lines("/v1/changes", after=0, by="liandu-officer")
    assert {item["uscc_after"] for item in changed} == {A}


def test_readers_and_writers_need_their_scopes(registry: Registry) -> None:
    refused = registry.request("POST", "/v1/datasets/enterprises/records", by="auditor", json=enterprise(A))
    assert refused.status_code == 403
    refused = registry.request("POST", "/v1/imports", by="auditor", content=b"x", headers={"Content-Type": "text/csv"})
    assert refused.status_code == 403
    assert registry.get("/v1/revisions/latest", by="commerce-maker").status_code in (200, 403)


def test_history_cannot_be_rewritten(registry: Registry) -> None:
    registry.enterprises(A)
    for table in ("revisions", "annual_sales_history"):
        with pytest.raises(DBAPIError, match="permission denied"), registry.database.transaction() as connection:
            connection.exec_driver_sql(f"UPDATE {table} SET revision = revision")


def test_fifty_identical_requests_at_once_are_one(registry: Registry) -> None:
    registry.enterprises(A)
    headers = registry.tokens.headers(registry.client) | {"Idempotency-Key": "once"}

    async def answers_at_once() -> set[int]:
        """Send all in one event loop, as a process has one: quotas of a client belong to it."""
        transport = httpx.ASGITransport(app=registry.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://registry") as client:
            body = {"records": [sale(A, 2020, 1)]}
            posts = [client.post(f"{SALES}/records", json=body, headers=headers) for _ in range(20)]
            return {answer.status_code for answer in await asyncio.gather(*posts)}

    answers = asyncio.run(answers_at_once())
    assert answers <= {201, 409}
    assert 201 in answers
    assert registry.get("/v1/revisions/latest").json() == {"revision": 2}


fresh = itertools.count(1_000)
operations = st.lists(
    st.one_of(
        st.tuples(
            st.just("record"),
            st.lists(st.tuples(st.integers(0, 3), st.one_of(st.none(), st.integers(0, 2))), min_size=1, max_size=4),
        ),
        st.tuples(st.just("withdraw"), st.integers(0, 3)),
    ),
    min_size=1,
    max_size=7,
)


@given(operations)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_revision_is_the_sum_of_the_changes_up_to_it(registry: Registry, steps: list[Any]) -> None:
    code = uscc(next(fresh))
    registry.enterprises(code)
    states: dict[int, dict[int, int | None]] = {}
    state: dict[int, int | None] = {}
    base = int(registry.get("/v1/revisions/latest").json()["revision"])
    states[base] = {}
    for kind, what in steps:
        if kind == "record":
            rows = {2020 + place: fen for place, fen in what}
            sales = (sale(code, year, fen) for year, fen in rows.items())
            revision = registry.recorded("annual_sales", *sales, clearing="allow")
            state = state | rows
        elif 2020 + what in state:
            body = {"keys": [{"uscc": code, "year": 2020 + what}], "reason": "never"}
            revision = registry.request("POST", f"{SALES}/withdrawals", json=body).json()["revision"]
            state = {year: fen for year, fen in state.items() if year != 2020 + what}
        else:
            continue
        states[revision] = state
    for revision, expected in states.items():
        assert at(registry, code, revision) == expected
    for after, before_state in states.items():
        for until, expected in states.items():
            if until >= after:
                replayed = dict(before_state)
                for change in registry.lines(
                    "/v1/changes", after=after, until=until, dataset="annual_sales", uscc=code
                ):
                    year = change["key"][1]
                    assert (change["before"] or {}).get("online_retail_fen") == before_state.get(year)
                    assert (change["before"] is None) == (year not in before_state)
                    assert change["revision"] <= until
                    if change["after"] is None:
                        del replayed[year]
                    else:
                        replayed[year] = change["after"]["online_retail_fen"]
                assert replayed == expected


def at(registry: Registry, code: str, revision: int) -> dict[int, int | None]:
    found = registry.items(f"{SALES}/records", uscc=code, as_of=revision)
    return {item["year"]: item["online_retail_fen"] for item in found}


def test_every_dataset_takes_a_row_and_gives_it_back(registry: Registry) -> None:
    registry.enterprises(A, B)
    for dataset in CATALOGUE.values():
        if dataset.name == "enterprises":
            continue
        row = {item.name: example(item) for item in dataset.fields}
        row |= {"award": "courier-rent", "subject": A} if dataset.subjects else {}
        registry.recorded(dataset.name, row)
        (stored,) = registry.items(f"/v1/datasets/{dataset.name}/records")
        if dataset.sensitive:
            stored["account_number"] = row["account_number"]
        assert {name: stored[name] for name in row} == row
        revision = registry.get("/v1/revisions/latest").json()["revision"]
        assert len(registry.lines(f"/v1/snapshots/{revision}/{dataset.name}")) == 1
        again = registry.record(dataset.name, row).json()
        assert again["rows"] == {"read": 1, "accepted": 0, "unchanged": 1, "rejected": 0}, dataset.name
        key = {name: row[name] for name in dataset.key}
        (version,) = registry.items(f"/v1/datasets/{dataset.name}/history", **key)
        assert {name: version["record"][name] for name in row if name != "account_number"} == {
            name: value for name, value in row.items() if name != "account_number"
        }
        gone = registry.request(
            "POST", f"/v1/datasets/{dataset.name}/withdrawals", json={"keys": [key], "reason": "test"}
        )
        assert gone.status_code == 201, gone.text


def example(item: Any) -> Any:
    if item.choices:
        return next(iter(item.choices))
    if item.name == "bank_code":
        return "102100099996"
    return {
        "uscc": B if item.name in ("client_uscc", "producer_uscc") else A,
        "code": next(reversed(item.known)) if item.known else "alpha",
        "account": "6222000011112222",
        "text": "文本",
        "day": {"until": "2021-01-01", "removed_on": "2021-01-01"}.get(item.name, "2020-06-30"),
        "year": 2020,
        "count": 12,
        "money": 0 if item.name == "tier" else 1_234,
        "number": 435,
        "flag": True,
        "decimal": 9_999.25,
    }[item.kind]
