"""Tasks: what waits for whom, until when, in words; and what the caller proposed is no task of the caller."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.eligibility.app import task_reader
from services.eligibility.settings import Settings
from services.eligibility.tasks.domain import KINDS
from services.eligibility.tasks.repository import MANY_ROWS, TaskReader, add_up
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.gauges.overdue_tasks import overdue_tasks
from tests.integration.eligibility.api_driver import MONDAY, Office
from tests.integration.eligibility.procedure import (
    PROCEDURE,
    TODAY,
    WHOLE,
    A,
    B,
    C,
    adopted,
    confirmed,
    enterprise,
    opened_round,
    path,
    proposed,
    ready,
    reviewed,
)
from tests.integration.eligibility.support import evaluate, rent

COUNTED = """
    SELECT evaluation_id, round_id, jurisdiction, state, open_steps, noticed_on IS NOT NULL, cardinality(flags) > 0, fact_authors,
           (changed_at AT TIME ZONE 'Asia/Shanghai')::date, count(*)
    FROM decisions WHERE state IN ('proposed', 'suspended') GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
ADDED_UP = """
    SELECT evaluation_id, round_id, jurisdiction, state, open_steps, noticed, flagged, fact_authors, changed_on, sum(proposals)
    FROM open_proposals GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(proposals) <> 0
"""


def tasks(office: Office, client: str, query: str = "", language: str = "zh-CN") -> dict[str, Any]:
    answered = office.ask(client, "GET", f"/v1/tasks{query}", **{"Accept-Language": language})
    assert answered.is_success, answered.text
    shown: dict[str, Any] = answered.json()
    return shown


def counts(office: Office, client: str) -> dict[str, int]:
    return dict(tasks(office, client)["counts"])


def assert_counted(database: Database) -> None:
    """What triggers have counted is what the decisions say."""
    with database.reading() as connection:
        stated, counted = (sorted(map(str, connection.execute(text(query)).all())) for query in (COUNTED, ADDED_UP))
    assert counted == stated


def test_each_step_waits_for_those_who_may_take_it(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500), rent(B, 700, jurisdiction="city"))
    assert counts(office, "commerce-maker") == {"confirmation": 2}
    assert counts(office, "statistics-officer") == {"review": 2}
    assert counts(office, "liandu-officer") == {"review": 1}, "its own district alone"
    assert counts(office, "zone-officer") == {}
    assert counts(office, "postal-officer") == {}
    assert counts(office, "commerce-checker") == {}
    assert counts(office, "auditor") == {}
    ready(office, A)
    assert counts(office, "commerce-maker") == {"confirmation": 1, "notice": 1}
    notice = office.did("commerce-maker", "/v1/notices", {"decision_ids": [office.id_of(A)]})
    assert counts(office, "commerce-maker") == {"confirmation": 1}
    office.clock.instant = MONDAY + timedelta(days=8)
    assert counts(office, "commerce-maker") == {"confirmation": 1, "notice_end": 1}
    office.closed(notice)
    assert counts(office, "commerce-checker") == {"approval": 1}
    office.approved_in_bulk({"notice_id": notice["id"]})
    assert counts(office, "commerce-checker") == {}
    assert_counted(office.database)


def test_an_enterprise_sees_its_own_confirmation_and_nothing_else(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500), rent(B, 700))
    headers = enterprise(office, A) | {"Accept-Language": "zh-CN"}
    shown = office.ask_as(headers, "GET", "/v1/tasks").json()
    [task] = shown["items"]
    assert (task["kind"], task["subject"], task["link"], task["count"]) == (
        "confirmation",
        office.id_of(A),
        f"/v1/decisions/{office.id_of(A)}",
        1,
    )
    assert task["title"] == "请确认是否申领2023年度“快递企业租房补贴”。"
    assert shown["counts"] == {"confirmation": 1}
    confirmed(office, A)
    assert office.ask_as(enterprise(office, A), "GET", "/v1/tasks").json()["items"] == []
    assert len(office.ask_as(enterprise(office, B), "GET", "/v1/tasks").json()["items"]) == 1


def test_a_round_is_one_task_in_words(office: Office) -> None:
    adopted(office)
    round_id = opened_round(office)
    proposed(office, rent(A, 500), round_id=UUID(round_id))
    proposed(office, rent(A, 500), rent(B, 700), round_id=UUID(round_id))
    proposed(office, rent(A, 500), rent(B, 700), rent(C, 900))
    found = {task["subject"]: task for task in tasks(office, "statistics-officer")["items"]}
    assert len(found) == 2
    task = found[round_id]
    assert (task["title"], task["count"]) == ("统计部门联审。2023年度第一批的拟定：2项", 2)
    [other] = (task for subject, task in found.items() if subject != round_id)
    assert other["title"].endswith("认定的拟定：1项")
    listed = office.ask("statistics-officer", "GET", task["link"]).json()["items"]
    assert {each["subject"] for each in listed} == {A, B}
    english = tasks(office, "statistics-officer", language="en")["items"]
    assert "Review for statistics bureau. Proposals of 2023年度第一批: 2" in {task["title"] for task in english}


def test_what_the_caller_proposed_waits_for_others(office: Office) -> None:
    office.did("commerce-maker", PROCEDURE, WHOLE | {"reason": "丽商务〔2026〕1号"})
    both = office.tokens.bearer(sub="commerce-maker", scope="readings:confirm decisions:approve objections:decide")
    assert office.ask_as(both, "GET", "/v1/tasks").json()["items"] == []
    [task] = tasks(office, "commerce-checker")["items"]
    assert (task["kind"], task["title"]) == ("procedure", "确认拟定的办理程序：丽商务〔2026〕1号")
    notice = office.noticed(rent(A, 500), rent(B, 700, flags="{integrity}"), rent(C, 900, payee_name="丽水丙合作社"))
    office.objected(notice, C)
    assert counts(office, "commerce-checker") == {"objection": 1, "procedure": 1}
    office.closed(notice)
    assert counts(office, "commerce-checker") == {"approval": 1, "flagged_approval": 1, "objection": 1, "procedure": 1}
    assert office.ask_as(both, "GET", "/v1/tasks").json()["counts"] == {}
    titles = [task["title"] for task in tasks(office, "commerce-checker", "?kind=objection")["items"]]
    assert titles == ["处理对丽水丙合作社的异议：2023年度“快递企业租房补贴”。"]


def test_a_suspended_decision_waits_for_whoever_may_resume_it(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500), rent(B, 700))
    office.did("commerce-maker", path(office, A, "suspend"), {"reason": "asked for papers"})
    reviewed(office, B, "statistics-officer", "statistics", outcome="objected", reason="not in the report")
    shown = tasks(office, "commerce-checker", "?kind=suspended")["items"]
    assert [task["subject"] for task in shown] == [office.id_of(A)], "the other waits for its reviewer"
    assert_counted(office.database)


def test_due_days_follow_the_terms_of_the_procedure_and_working_days(office: Office) -> None:
    adopted(office, terms={"review": 2, "approval": 1}, notice_working_days=0)
    evaluate(office.database, rent(A, 500), on=TODAY)
    reader, clock = TaskReader(office.clock, 5, 5), SystemClock()
    steps = office.ask("auditor", "GET", f"/v1/decisions/{office.id_of(A)}").json()["steps"]
    assert [step["due_on"] for step in steps] == ["2026-03-09", "2026-03-04", "2026-03-04"]
    [review] = tasks(office, "statistics-officer")["items"]
    [confirmation] = tasks(office, "commerce-maker")["items"]
    assert review["due_on"] < confirmation["due_on"]
    assert not review["overdue"]
    office.clock.instant = clock.now() + timedelta(days=40)
    assert tasks(office, "statistics-officer")["items"][0]["overdue"]
    assert tasks(office, "statistics-officer", "?overdue=false")["items"] == []
    with office.database.reading() as connection:
        samples = overdue_tasks(KINDS, reader, office.clock).compute(connection)
    assert {sample.labels[0]: sample.value for sample in samples if sample.value} == {"confirmation": 1, "review": 2}


def test_pages_walk_through_all_tasks_once(office: Office) -> None:
    adopted(office)
    for subject in (A, B, C):
        proposed(office, rent(subject, 500), subjects={("courier-rent", subject)})
    seen, query = [], "?limit=1"
    while query:
        shown = tasks(office, "statistics-officer", query)
        seen += [task["subject"] for task in shown["items"]]
        assert shown["counts"] == {"review": 3}
        query = shown["next_cursor"] and f"?limit=1&cursor={shown['next_cursor']}"
    assert len(seen) == len(set(seen)) == 3
    for query in ("?kind=sleep", "?cursor=x", "?overdue=perhaps"):
        assert office.ask("statistics-officer", "GET", f"/v1/tasks{query}").status_code == 422


def test_differences_are_added_up_without_a_change(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    adopted(office)
    proposed(office, rent(A, 500), rent(B, 700))
    ready(office, A)
    assert MANY_ROWS > 2
    monkeypatch.setattr("services.eligibility.tasks.repository.MANY_ROWS", 2)
    before = counts(office, "commerce-maker")
    add_up(office.database)
    assert counts(office, "commerce-maker") == before
    assert_counted(office.database)
    with office.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM open_proposals")).scalar_one() == 2


def test_the_setting_says_how_long_without_a_procedure() -> None:
    settings = Settings.model_construct(task_working_days=7, notice_working_days=3)
    reader = task_reader(settings, SystemClock())
    assert (reader.working_days, reader.notice_days) == (7, 3)
