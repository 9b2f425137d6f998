"""Change sets of accounts and reference data wait as drafts until another person confirms them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.registry.revisions.domain import Author, Clearing, Kind
from services.registry.revisions.handlers import Submitted, record_rows, withdraw_keys
from shared.catalogue.datasets import CATALOGUE
from shared.media_types import XLSX
from tests.integration.registry.conftest import NOW, Registry, registry_on, uscc
from tests.integration.registry.test_workbooks import workbook
from tests.support.databases import ServiceDatabase
from tests.support.tokens import Tokens

A, B = uscc(1), uscc(2)
ACCOUNTS, RATES, PLATFORMS = "payee_accounts", "reference_rates", "recognised_platforms"
OLD, NEW = "6222000011112222", "6222000011113333"


def account(code: str = A, number: str = OLD, since: str = "2020-01-01", **more: Any) -> dict[str, Any]:
    row = {"uscc": code, "since": since, "account_holder": f"丽水样例{code[-4:]}有限公司", "bank_code": "102343000018"}
    return row | {"account_number": number} | more


ROWS: dict[str, dict[str, Any]] = {
    ACCOUNTS: account(),
    RATES: {"series": "lpr_1y", "effective_on": "2024-01-22", "value": 345, "status": "verified", "source": "公告"},
    PLATFORMS: {"platform": "douyin", "since": "2021-01-01", "name": "抖音", "source": "公告"},
}
CONFIRMERS = {ACCOUNTS: "commerce-maker", RATES: "commerce-checker", PLATFORMS: "commerce-checker"}
KEYS = {name: {field: row[field] for field in CATALOGUE[name].key} for name, row in ROWS.items()}


def drafted(registry: Registry, dataset: str, *rows: Mapping[str, Any]) -> str:
    """Send rows; returns the id of their draft."""
    answer = registry.record(dataset, {"records": list(rows), "reason": "附件3"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["revision"], made["changed"]) == (None, False)
    return str(made["draft"])


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2].rpartition(":")[2]


def latest(registry: Registry) -> int:
    return int(registry.get("/v1/revisions/latest").json()["revision"])


def events(registry: Registry) -> list[str]:
    with registry.database.reading() as connection:
        return list(connection.execute(text("SELECT data FROM outbox_events ORDER BY batch, place")).scalars())


def state(registry: Registry, draft: str) -> str:
    return str(registry.get(f"/v1/drafts/{draft}").json()["state"])


def number_on_record(registry: Registry) -> list[str]:
    return [
        row["account_number"] for row in registry.get(f"/v1/datasets/{ACCOUNTS}/records", by="payout").json()["items"]
    ]


@pytest.mark.parametrize("dataset", ROWS)
def test_one_person_alone_records_nothing(registry: Registry, dataset: str) -> None:
    before = registry.enterprises(A)
    told = events(registry)
    draft = drafted(registry, dataset, ROWS[dataset])
    assert (latest(registry), events(registry)) == (before, told)
    assert registry.items(f"/v1/datasets/{dataset}/records") == []
    assert registry.lines(f"/v1/snapshots/{before}/{dataset}") == []
    assert registry.get(f"/v1/datasets/{dataset}/history", **KEYS[dataset]).json()["items"] == []
    assert registry.lines("/v1/changes", after=before) == []
    assert registry.confirm(draft, by="data-platform").status_code == 403, "its client lacks the scope"
    others = {"commerce-maker", "commerce-checker", "finance-checker"} - {CONFIRMERS[dataset]}
    assert {registry.confirm(draft, by=each).status_code for each in others} == {403}
    answer = registry.confirm(draft, by=CONFIRMERS[dataset])
    assert answer.json()["revision"] == before + 1
    assert len(registry.items(f"/v1/datasets/{dataset}/records")) == 1
    (version,) = registry.get(f"/v1/datasets/{dataset}/history", **KEYS[dataset]).json()["items"]
    assert (version["actor"], version["confirmed_by"]) == ("data-platform", CONFIRMERS[dataset])


def test_who_sent_a_draft_cannot_confirm_it_whatever_its_scopes(registry: Registry) -> None:
    registry.enterprises(A)
    both = registry.tokens.bearer(sub="alone", scope="facts:read facts:write accounts:confirm")
    path = f"/v1/datasets/{ACCOUNTS}/records"
    draft = registry.request("POST", path, json=account(), headers=both).json()["draft"]
    answer = registry.confirm(draft, by="commerce-maker", **both)
    assert refusal(answer) == (409, "same-person"), answer.text
    assert number_on_record(registry) == []
    with pytest.raises(DBAPIError, match="two_persons"), registry.database.transaction() as connection:
        connection.execute(text("UPDATE drafts SET confirmed_by = proposed_by, confirmed_at = now()"))


def test_the_database_refuses_a_revision_that_one_person_made(registry: Registry) -> None:
    statement = text(
        "INSERT INTO revisions (revision, kind, actor, recorded_at, datasets, rows, confirmed_by)"
        " VALUES (99, 'records', 'alone', now(), ARRAY['payee_accounts'], '{}', :confirmed_by)"
    )
    for confirmed_by, constraint in ((None, "ck_revisions_confirmed"), ("alone", "ck_revisions_two_persons")):
        with pytest.raises(DBAPIError, match=constraint), registry.database.transaction() as connection:
            connection.execute(statement, {"confirmed_by": confirmed_by})


@pytest.mark.parametrize(
    "change",
    ["reason = 'another'", "proposed_by = 'another'", "rows = '{}'", "base_revision = 0", "confirmed_by = 'x'"],
)
def test_a_confirmed_draft_is_never_edited(registry: Registry, change: str) -> None:
    registry.enterprises(A)
    registry.recorded(ACCOUNTS, account())
    with pytest.raises(DBAPIError, match="may only be confirmed"), registry.database.transaction() as connection:
        connection.execute(text(f"UPDATE drafts SET {change}"))
    with pytest.raises(DBAPIError), registry.database.transaction() as connection:
        connection.execute(text("UPDATE payee_accounts_drafted SET account_holder = 'another'"))


def test_a_draft_takes_effect_once(registry: Registry) -> None:
    registry.enterprises(A)
    draft = drafted(registry, ACCOUNTS, account())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: registry.confirm(draft, by="commerce-maker").status_code, range(4)))
    assert sorted(answers) == [200, 409, 409, 409]
    made = latest(registry)
    assert registry.confirm(draft, by="commerce-maker").status_code == 409
    reason = {"reason": "too late"}
    assert registry.request("POST", f"/v1/drafts/{draft}/discard", by="commerce-maker", json=reason).status_code == 409
    assert (latest(registry), state(registry, draft)) == (made, "confirmed")


def test_a_confirmation_is_answered_again_under_its_key(registry: Registry) -> None:
    registry.enterprises(A)
    draft = drafted(registry, ACCOUNTS, account())
    answers = [registry.confirm(draft, by="commerce-maker", **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()


def test_a_draft_that_another_revision_overtook_stays_one(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded(ACCOUNTS, account(account_holder="甲"))
    first = drafted(registry, ACCOUNTS, account(number=NEW))
    second = drafted(registry, ACCOUNTS, account(account_holder="乙"))
    assert registry.confirm(second, by="commerce-maker").status_code == 200
    made = latest(registry)
    answer = registry.confirm(first, by="commerce-maker")
    assert refusal(answer) == (409, "conflict"), answer.text
    assert "1 of the records" in answer.json()["detail"]
    assert (latest(registry), state(registry, first), number_on_record(registry)) == (made, "proposed", [OLD])


def test_rows_of_other_keys_do_not_overtake_a_draft(registry: Registry) -> None:
    registry.enterprises(A, B)
    draft = drafted(registry, ACCOUNTS, account(A))
    registry.recorded(ACCOUNTS, account(B))
    assert registry.confirm(draft, by="commerce-maker").status_code == 200


def test_what_the_registry_no_longer_accepts_is_refused_and_stays_a_draft(registry: Registry) -> None:
    registry.enterprises(A, B)
    draft = drafted(registry, ACCOUNTS, account(A), account(B))
    withdrawal = {"keys": [{"uscc": B}], "reason": "never existed"}
    assert registry.request("POST", "/v1/datasets/enterprises/withdrawals", json=withdrawal).status_code == 201
    answer = registry.confirm(draft, by="commerce-maker")
    assert refusal(answer) == (422, "rows-refused")
    [error] = answer.json()["errors"]
    place = sorted((A, B)).index(B)
    assert (error["pointer"], error["code"]) == (f"/items/{place}/uscc", "unknown_enterprise")
    assert (state(registry, draft), number_on_record(registry)) == ("proposed", [])


def test_accounts_of_one_payee_do_not_overlap(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded(ACCOUNTS, account(since="2020-01-01"))
    overlapping = account(since="2022-01-01", number=NEW)
    answer = registry.record(ACCOUNTS, overlapping)
    assert [error["code"] for error in answer.json()["errors"]] == ["overlapping_period"]
    registry.recorded(ACCOUNTS, account(until="2022-01-01"), overlapping)
    assert number_on_record(registry) == [OLD, NEW]


def test_two_drafts_that_overlap_are_not_both_recorded(registry: Registry) -> None:
    registry.enterprises(A)
    one, other = (drafted(registry, ACCOUNTS, account(since=since)) for since in ("2020-01-01", "2021-01-01"))
    assert registry.confirm(one, by="commerce-maker").status_code == 200
    answer = registry.confirm(other, by="commerce-maker")
    assert [error["code"] for error in answer.json()["errors"]] == ["overlapping_period"]


def test_the_database_keeps_periods_of_accounts_apart(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded(ACCOUNTS, account())
    with pytest.raises(DBAPIError, match="ex_payee_accounts_period"), registry.database.transaction() as connection:
        connection.execute(
            text("INSERT INTO payee_accounts SELECT uscc, DATE '2021-01-01', account_holder, bank_code, account_number,"
                 " until, revision FROM payee_accounts")
        )  # fmt: skip


def test_a_draft_shows_what_would_change(registry: Registry) -> None:
    registry.enterprises(A, B)
    registry.recorded(ACCOUNTS, account(A), account(B))
    base = latest(registry)
    draft = drafted(
        registry,
        ACCOUNTS,
        account(A, NEW, account_holder="别人"),
        account(B),
        account(B, NEW, until="2019-12-31", since="2019-01-01"),
    )
    shown = registry.get(f"/v1/drafts/{draft}").json()
    assert {name: shown[name] for name in ("state", "dataset", "kind", "reason", "base_revision", "proposed_by")} == {
        "state": "proposed", "dataset": ACCOUNTS, "kind": "records", "reason": "附件3", "base_revision": base,
        "proposed_by": "data-platform",
    }  # fmt: skip
    assert shown["rows"] == {"inserted": 1, "replaced": 1, "withdrawn": 0}, "an equal row is left out"
    by_key = {tuple(item["key"]): item for item in shown["items"]}
    replaced, new = by_key[A, "2020-01-01"], by_key[B, "2019-01-01"]
    assert (replaced["before"]["account_number"], replaced["after"]["account_number"]) == ("****2222", "****3333")
    assert (replaced["holder_differs"], new["holder_differs"], new["before"]) == (True, False, None)
    pages = [registry.get(f"/v1/drafts/{draft}", limit=1).json()]
    pages.append(registry.get(f"/v1/drafts/{draft}", limit=1, cursor=pages[0]["next_cursor"]).json())
    assert [item for page in pages for item in page["items"]] == shown["items"]
    assert pages[1]["next_cursor"] is None
    whole = registry.request("GET", f"/v1/drafts/{draft}", by="payout").json()["items"]
    assert {item["after"]["account_number"] for item in whole} == {NEW}
    assert "get_draft" in {act["act"] for act in registry.items("/v1/audit", by="auditor", actor="payout")}
    registry.confirm(draft, by="commerce-maker")
    after = registry.get(f"/v1/drafts/{draft}").json()
    assert (after["items"], after["revision"]) == (shown["items"], base + 1), "what was shown stays to be seen"


def test_drafts_are_listed(registry: Registry) -> None:
    registry.enterprises(A)
    drafts = {dataset: drafted(registry, dataset, row) for dataset, row in ROWS.items()}
    assert [item["dataset"] for item in registry.items("/v1/drafts", limit=1)] == [PLATFORMS, RATES, ACCOUNTS]
    assert [item["id"] for item in registry.items("/v1/drafts", dataset=RATES)] == [drafts[RATES]]
    registry.confirm(drafts[ACCOUNTS], by="commerce-maker")
    discard = f"/v1/drafts/{drafts[RATES]}/discard"
    assert registry.request("POST", discard, by="commerce-maker", json={"reason": "x"}).status_code == 403
    assert registry.request("POST", discard, json={"reason": "typed wrongly"}).status_code == 200, "by who sent it"
    states = {item["dataset"]: item["state"] for item in registry.items("/v1/drafts")}
    assert states == {ACCOUNTS: "confirmed", RATES: "discarded", PLATFORMS: "proposed"}
    assert [item["dataset"] for item in registry.items("/v1/drafts", state="proposed")] == [PLATFORMS]
    assert registry.confirm(drafts[RATES], by="commerce-checker").status_code == 409
    assert registry.items(f"/v1/datasets/{RATES}/records") == []
    assert registry.get("/v1/drafts", by="liandu-officer").status_code == 403


def test_a_withdrawal_waits_too(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded(ACCOUNTS, account())
    body = {"keys": [KEYS[ACCOUNTS]], "reason": "never true"}
    made = registry.request("POST", f"/v1/datasets/{ACCOUNTS}/withdrawals", json=body).json()
    assert (made["revision"], made["withdrawn"]) == (None, 1)
    assert number_on_record(registry) == [OLD]
    (item,) = registry.get(f"/v1/drafts/{made['draft']}").json()["items"]
    assert (item["before"]["account_number"], item["after"]) == ("****2222", None)
    assert registry.confirm(made["draft"], by="commerce-maker").status_code == 200
    assert number_on_record(registry) == []


def test_an_enterprise_sees_what_is_drafted_for_its_own_account_and_no_more(registry: Registry) -> None:
    registry.enterprises(A, B)
    of_both = drafted(registry, ACCOUNTS, account(A), account(B))
    of_another = drafted(registry, ACCOUNTS, account(B, NEW, "2021-01-01"))
    drafted(registry, RATES, ROWS[RATES])
    own = registry.tokens.enterprise(A)
    listed = registry.request("GET", "/v1/drafts", headers=own).json()["items"]
    assert [each["id"] for each in listed] == [of_both]
    [row] = registry.request("GET", f"/v1/drafts/{of_both}", headers=own).json()["items"]
    assert (row["key"][0], row["after"]["account_number"]) == (A, "****2222")
    assert registry.request("GET", f"/v1/drafts/{of_another}", headers=own).status_code == 404


def test_rows_on_record_make_no_draft(registry: Registry) -> None:
    registry.enterprises(A)
    revision = registry.recorded(ACCOUNTS, account())
    made = registry.record(ACCOUNTS, account()).json()
    assert (made["draft"], made["revision"], made["rows"]["unchanged"]) == (None, revision, 1)
    assert len(registry.items("/v1/drafts")) == 1


def test_a_file_waits_too(registry: Registry) -> None:
    before = registry.enterprises(A)
    heading = "uscc,since,account_holder,bank_code,account_number"
    file = f"{heading}\n{A},2020-01-01,甲,102343000018,{OLD}\n{B},2020-01-01,乙,102343000018,{OLD}\n".encode()
    checked = registry.imported(file, dataset=ACCOUNTS, mode="accept_valid", dry_run=True)
    assert (checked["draft"], checked["rows"]["accepted"], registry.items("/v1/drafts")) == (None, 1, [])
    refused = registry.imported(file, dataset=ACCOUNTS)
    assert (refused["state"], refused["draft"], registry.items("/v1/drafts")) == ("failed", None, [])
    job = registry.imported(file, dataset=ACCOUNTS, mode="accept_valid")
    assert (job["state"], job["revision"], job["changed"], job["rows"]["accepted"]) == ("succeeded", None, False, 1)
    assert registry.errors(job) == [(3, "uscc", "unknown_enterprise")]
    assert (latest(registry), registry.get(f"/v1/drafts/{job['draft']}").json()["import_id"]) == (before, job["id"])
    assert registry.confirm(job["draft"], by="commerce-maker").json()["revision"] == before + 1
    (revision, *_) = registry.items("/v1/revisions")
    assert (revision["kind"], revision["import_id"], revision["actor"], revision["confirmed_by"]) == (
        "import", job["id"], "data-platform", "commerce-maker",
    )  # fmt: skip


def test_of_a_workbook_only_what_needs_a_second_person_waits(registry: Registry) -> None:
    content = workbook(
        {
            "enterprises": [["uscc", "name", "legal_form", "registered_on"], [A, "甲", "enterprise", "2015-01-01"]],
            ACCOUNTS: [list(account()), list(account().values())],
            RATES: [list(ROWS[RATES]), list(ROWS[RATES].values())],
        }
    )
    job = registry.imported(content, XLSX)
    assert (job["state"], job["revision"], job["rows"]["accepted"]) == ("succeeded", 1, 3), job
    kept = {name: counts["draft"] for name, counts in job["datasets"].items()}
    assert (kept["enterprises"], job["draft"]) == (None, kept[ACCOUNTS])
    assert [item["uscc"] for item in registry.items("/v1/datasets/enterprises/records")] == [A]
    for dataset in (ACCOUNTS, RATES):
        assert registry.items(f"/v1/datasets/{dataset}/records") == []
        assert registry.confirm(kept[dataset], by=CONFIRMERS[dataset]).status_code == 200
        assert len(registry.items(f"/v1/datasets/{dataset}/records")) == 1


def test_no_number_is_stored_or_shown_in_plain(registry: Registry) -> None:
    registry.enterprises(A)
    draft = drafted(registry, ACCOUNTS, account())
    assert OLD not in registry.get(f"/v1/drafts/{draft}").text + registry.get("/v1/drafts").text
    with registry.database.reading() as connection:
        for table in ("drafts", "payee_accounts_drafted", "idempotency_keys", "audit_log"):
            assert OLD not in str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())


ROW = st.fixed_dictionaries(
    {
        "of": st.integers(0, 1),
        "year": st.integers(2018, 2023),
        "ends": st.booleans(),
        "number": st.sampled_from((OLD, NEW)),
    }
)
CHANGE_SETS = st.lists(st.tuples(st.booleans(), st.lists(ROW, min_size=1, max_size=3)), min_size=1, max_size=4)


@pytest.fixture
def pair(
    fresh_database: Callable[[str], ServiceDatabase], tokens: Tokens
) -> Iterator[tuple[Registry, Registry, Iterator[str]]]:
    """Two registries, and codes that neither has."""
    with (
        registry_on(fresh_database("registry"), tokens) as one,
        registry_on(fresh_database("registry"), tokens) as other,
    ):
        yield one, other, map(uscc, count(100))


def stored(registry: Registry) -> list[Any]:
    """Everything that a registry holds of accounts: rows, what they were, revisions, events."""
    statements = (
        "SELECT * FROM payee_accounts ORDER BY uscc, since",
        "SELECT * FROM payee_accounts_history ORDER BY uscc, since, revision",
        "SELECT revision, kind, actor, source, reason, datasets, rows FROM revisions ORDER BY revision",
        "SELECT topic, key, type, data FROM outbox_events ORDER BY batch, place",
    )
    with registry.database.reading() as connection:
        return [connection.execute(text(statement)).all() for statement in statements]


@given(CHANGE_SETS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_confirmed_draft_is_what_one_change_set_was(
    pair: tuple[Registry, Registry, Iterator[str]], change_sets: list[tuple[bool, list[dict[str, Any]]]]
) -> None:
    """The same change sets, once by two persons and once recorded at once, leave the same rows, revisions and events."""
    one, other, codes = pair
    own = sorted((next(codes), next(codes)))
    for each in (one, other):
        each.enterprises(*own)
    for withdraws, drawn in change_sets:
        rows = [
            account(own[row["of"]], row["number"], f"{row['year']}-01-01")
            | ({"until": f"{row['year'] + 1}-01-01"} if row["ends"] else {"until": None})
            for row in drawn
        ]
        kind, body = (
            (Kind.WITHDRAWAL, {"keys": [keyed(row) for row in rows]})
            if withdraws
            else (Kind.RECORDS, {"records": rows})
        )
        path = f"/v1/datasets/{ACCOUNTS}/" + ("withdrawals" if withdraws else "records?clearing=allow")
        answer = one.request("POST", path, json={**body, "reason": "r"})
        if answer.status_code == 201:
            one.revision_of(ACCOUNTS, answer.json())
            _record_at_once(other, rows, Author(kind, "data-platform", NOW, reason="r", confirmed_by="commerce-maker"))
    assert stored(one) == stored(other)


def keyed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in CATALOGUE[ACCOUNTS].key}


def _record_at_once(registry: Registry, rows: list[dict[str, Any]], author: Author) -> None:
    dataset = CATALOGUE[ACCOUNTS]
    with registry.database.transaction() as connection:
        if author.kind is Kind.WITHDRAWAL:
            keys = [keyed(row) | {"since": date.fromisoformat(row["since"])} for row in rows]
            withdraw_keys(connection, dataset, keys, author)
        else:
            submitted = Submitted(rows, [""] * len(rows), reason="r", clearing=Clearing.ALLOW)
            record_rows(connection, dataset, submitted, author, registry.app.state.cipher)
