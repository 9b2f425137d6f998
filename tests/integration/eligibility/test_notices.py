"""Public notices over HTTP: what is shown, what is refused, what becomes of the decisions."""

from __future__ import annotations

import asyncio
import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from services.eligibility import cli
from services.eligibility.approvals.handlers import APPROVAL, run_bulk_approval
from services.eligibility.rules.library import load_policy
from shared.clock import FixedClock
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from shared.media_types import CSV, XLSX
from shared.spreadsheets import BOM
from tests.integration.eligibility.api_driver import CLOSABLE_ON, LAST_DAY, MONDAY, Office
from tests.integration.eligibility.support import app_of, rent, run, the_decision
from tests.support.serving import credentials, served
from tests.support.tokens import Tokens

COUNTS_OF_NONE = {"open": 0, "rejected": 0, "upheld": 0}


def test_a_decision_is_noticed_then_approved(office: Office) -> None:
    made = office.proposed(rent("A", 500), rent("B", 700))
    needed = office.refused("commerce-checker", f"/v1/decisions/{office.id_of('A')}/approve", {}, "not-noticed")
    assert (needed["state"], needed["possible"]) == ("proposed", ["publish", "reject", "suspend"])
    notice = office.did("commerce-maker", "/v1/notices", {"evaluation_id": made})
    assert notice | {"id": 0} == {
        "id": 0,
        "policy": "lishui-2020-1",
        "document_number": None,
        "state": "open",
        "working_days": 5,
        "opened_on": "2026-03-02",
        "last_day": LAST_DAY,
        "closable_on": CLOSABLE_ON,
        "calendar_assumed_from": None,
        "closed_on": None,
        "total": 2,
        "objections": COUNTS_OF_NONE,
        "skipped": {"not_confirmed": 0, "not_reviewed": 0},
    }
    assert office.approved_in_bulk({"notice_id": notice["id"]})["skipped"]["not_noticed"] == 2
    early = office.refused("commerce-maker", f"/v1/notices/{notice['id']}/close", {}, "term-not-over")
    assert (early["state"], early["closable_on"]) == ("open", CLOSABLE_ON)
    assert office.closed(notice)["closed_on"] == CLOSABLE_ON
    again = office.refused("commerce-maker", f"/v1/notices/{notice['id']}/close", {}, "conflict")
    assert (again["state"], again["possible"]) == ("closed", [])
    assert the_decision(office.database, "A").noticed_on.isoformat() == CLOSABLE_ON
    done = office.approved_in_bulk({"notice_id": notice["id"], "except": [office.id_of("B")]})
    assert (done["approved"], done["notice_id"], done["evaluation_id"]) == (1, notice["id"], None)
    assert (office.state("A"), office.state("B")) == ("approved", "proposed")
    assert office.did("commerce-checker", f"/v1/decisions/{office.id_of('B')}/approve")["version"] == 1
    acts = office.ask("auditor", "GET", f"/v1/decisions/{office.id_of('A')}").json()["acts"]
    assert [each["act"] for each in acts] == ["propose", "publish", "conclude", "approve"]


def test_a_proposal_that_changes_in_notice_is_noticed_again(office: Office) -> None:
    notice = office.noticed(rent("A", 500), rent("B", 700))
    old = office.id_of("A")
    other = office.proposed(rent("A", 600), rent("B", 700))
    assert office.state("A") == "proposed"
    moved_on = {"decision_id": old, "reason": "r"}
    gone = office.refused("commerce-maker", f"/v1/notices/{notice['id']}/objections", moved_on, "conflict")
    assert (gone["state"], gone["possible"]) == ("superseded", [])
    assert office.did("commerce-maker", "/v1/notices", {"evaluation_id": other})["total"] == 1
    office.closed(notice)
    assert (office.state("A"), office.state("B")) == ("in_notice", "proposed")


def test_named_decisions_go_in_all_or_none(office: Office) -> None:
    office.proposed(rent("A", 500), rent("B", 700))
    a, b = office.id_of("A"), office.id_of("B")
    office.did("commerce-maker", "/v1/notices", {"decision_ids": [a, a]})
    refused = office.refused("commerce-maker", "/v1/notices", {"decision_ids": [b, a]}, "conflict")
    assert [(each["pointer"], each["code"]) for each in refused["errors"]] == [("/decision_ids/1", "in_notice")]
    refused = office.refused("commerce-maker", "/v1/notices", {"decision_ids": [b, str(uuid4())]}, "not-found")
    assert [each["pointer"] for each in refused["errors"]] == ["/decision_ids/1"]
    assert office.state("B") == "proposed"
    assert office.ask("auditor", "GET", "/v1/notices").json()["items"][0]["total"] == 1


@pytest.mark.parametrize(
    ("client", "path", "body", "status", "code"),
    [
        ("commerce-maker", "/v1/notices", {}, 422, "invalid-request"),
        ("commerce-maker", "/v1/notices", {"evaluation_id": "{e}", "decision_ids": ["{a}"]}, 422, "invalid-request"),
        ("commerce-maker", "/v1/notices", {"decision_ids": []}, 422, "invalid-request"),
        ("commerce-maker", "/v1/notices", {"evaluation_id": "{nobody}"}, 404, "not-found"),
        ("commerce-maker", "/v1/notices", {"evaluation_id": "{e}"}, 409, "nothing-to-notice"),
        ("commerce-checker", "/v1/notices", {"evaluation_id": "{e}"}, 403, "forbidden"),
        ("commerce-maker", "/v1/notices/{nobody}/close", {}, 404, "not-found"),
        ("commerce-maker", "/v1/notices/{n}/objections", {"decision_id": "{a}"}, 422, "invalid-request"),
        ("commerce-maker", "/v1/notices/{n}/objections", {"decision_id": "{a}", "reason": " "}, 422, "invalid-request"),
        (
            "commerce-maker",
            "/v1/notices/{n}/objections",
            {"decision_id": "{nobody}", "reason": "r"},
            422,
            "invalid-request",
        ),
        ("commerce-maker", "/v1/notices/{nobody}/objections", {"decision_id": "{a}", "reason": "r"}, 404, "not-found"),
        ("commerce-maker", "/v1/objections/{o}/decide", {"outcome": "upheld", "reason": "r"}, 403, "forbidden"),
        (
            "commerce-checker",
            "/v1/objections/{o}/decide",
            {"outcome": "granted", "reason": "r"},
            422,
            "invalid-request",
        ),
        ("commerce-checker", "/v1/objections/{o}/decide", {"outcome": "upheld"}, 422, "invalid-request"),
        ("commerce-checker", "/v1/objections/{nobody}/decide", {"outcome": "upheld", "reason": "r"}, 404, "not-found"),
        ("commerce-checker", "/v1/approvals", {"notice_id": "{nobody}"}, 404, "not-found"),
        ("commerce-checker", "/v1/approvals", {"notice_id": "{n}", "evaluation_id": "{e}"}, 422, "invalid-request"),
        ("commerce-checker", "/v1/approvals", {}, 422, "invalid-request"),
        ("commerce-checker", "/v1/decisions/{a}/approve", {}, 409, "conflict"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    office: Office, client: str, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    made = office.proposed(rent("A", 500))
    notice = office.did("commerce-maker", "/v1/notices", {"evaluation_id": made})
    objection = office.objected(notice, "A")
    names = {"e": made, "n": notice["id"], "o": objection["id"], "a": office.id_of("A"), "nobody": str(uuid4())}

    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return [filled(each) for each in value]
        return value.format(**names) if isinstance(value, str) else value

    before = the_decision(office.database, "A")
    refused = office.ask(client, "POST", filled(path), {name: filled(value) for name, value in body.items()})
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (status, code)
    assert the_decision(office.database, "A") == before


def test_an_officer_of_a_jurisdiction_sees_and_counts_its_own_alone(office: Office) -> None:
    notice = office.noticed(rent("A", 500), rent("B", 700, jurisdiction="city"))
    elsewhere = office.objected(notice, "B")
    shown = office.ask("liandu-officer", "GET", f"/v1/notices/{notice['id']}").json()
    assert (shown["total"], shown["objections"]) == (1, COUNTS_OF_NONE)
    assert [each["decision_id"] for each in shown["items"]] == [office.id_of("A")]
    assert office.ask("liandu-officer", "GET", f"/v1/notices/{notice['id']}/objections").json()["items"] == []
    assert office.ask("liandu-officer", "GET", f"/v1/objections/{elsewhere['id']}").status_code == 404
    office.proposed(rent("A", 500), rent("B", 700, jurisdiction="city"), rent("C", 900, jurisdiction="city"))
    foreign = office.did("commerce-maker", "/v1/notices", {"decision_ids": [office.id_of("C")]})
    assert office.ask("liandu-officer", "GET", f"/v1/notices/{foreign['id']}").status_code == 404
    assert len(office.ask("liandu-officer", "GET", "/v1/notices").json()["items"]) == 1
    job = office.approved_in_bulk({"notice_id": notice["id"]})
    assert office.ask("liandu-officer", "GET", f"/v1/approvals/{job['id']}").status_code == 404


ALLOWED = {
    "decision_id", "policy", "award", "title", "article", "award_year", "payee", "jurisdiction", "result", "kind",
    "entitlement_fen", "state",
}  # fmt: skip


@pytest.mark.parametrize(
    ("legal_form", "name", "uscc"),
    [
        ("enterprise", "丽水张三丰<b>有限公司", "92331100MA20000018"),
        ("individual", "丽＊＊＊＊＊＊＊＊＊＊司", "92************0018"),
    ],
)
def test_what_a_notice_shows_is_named_and_nothing_else(office: Office, legal_form: str, name: str, uscc: str) -> None:
    payee = "92331100MA20000018"
    whole = "丽水张三丰<b>有限公司"
    row = rent(payee, 12_345, payee_name=whole, flags='{"integrity:tax"}')
    notice = office.noticed(row, legal_form=legal_form)
    path = f"/v1/notices/{notice['id']}"
    [entry] = office.ask("auditor", "GET", path, Accept_Language="zh-CN").json()["items"]
    assert set(entry) == ALLOWED
    assert entry["payee"] == {"name": name, "uscc": uscc}
    assert "快递" in entry["title"]
    assert entry["article"] == "第（四）条第一款第三句"
    page = office.ask("auditor", "GET", path, Accept="text/html", Accept_Language="zh-CN")
    assert page.headers["content-type"].startswith("text/html")
    assert "123.45" in page.text
    for said in (
        "丽政办发〔2020〕1号",
        "第（四）条第一款第三句",
        "莲都区",
        "联系电话",
        "（未填写）",
        "以书面形式",
    ):
        assert said in page.text
    english = office.ask("auditor", "GET", path, Accept="text/html", Accept_Language="en").text
    assert "Art. 4 para. 1 sentence 3" in english and "(not filled in)" in english
    assert "<b>" not in page.text
    sheet = office.ask("auditor", "GET", path, Accept=CSV, Accept_Language="zh-CN")
    assert sheet.content.startswith(BOM)
    [line] = csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig")))
    assert (line["收款人"], line["统一社会信用代码"], line["金额（元）"]) == (name, uscc, "123.45")
    for shown in (page.text, sheet.text, str(entry)):
        assert (whole in shown) is (legal_form == "enterprise" and shown is not page.text)
        assert "integrity" not in shown and "commerce-maker" not in shown


def test_a_notice_shows_its_number_and_who_to_turn_to(office: Office) -> None:
    number = "丽商务公示〔2026〕3号"
    made = office.proposed(rent("A", 500))
    notice = office.did("commerce-maker", "/v1/notices", {"evaluation_id": made, "document_number": f" {number} "})
    assert notice["document_number"] == number
    path = f"/v1/notices/{notice['id']}"
    told = office.ask("auditor", "GET", path, Accept_Language="zh-CN").json()
    assert told["document_number"] == number
    assert told["contact"] == load_policy("lishui-2020-1").offices.contact("zh-CN")
    assert number in office.ask("auditor", "GET", path, Accept="text/html").text
    for sheet in (path, "/v1/notices"):
        shown = office.ask("auditor", "GET", sheet, Accept=CSV, Accept_Language="zh-CN")
        (line,) = csv.DictReader(io.StringIO(shown.content.decode("utf-8-sig")))
        assert line["文号"] == number
    empty = {"evaluation_id": made, "document_number": " "}
    assert office.refused("commerce-maker", "/v1/notices", empty, "invalid-request")["errors"]


def test_decisions_and_notices_come_as_sheets(office: Office) -> None:
    notice = office.noticed(rent("A", 500, payee_name="=1+1"), rent("B", 70_001))
    book = office.ask("auditor", "GET", "/v1/decisions?award=courier-rent", Accept=XLSX, Accept_Language="zh")
    assert 'filename="decisions.xlsx"' in book.headers["content-disposition"]
    head, first, second = CalamineWorkbook.from_object(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
    rows = [dict(zip(head, each, strict=True)) for each in (first, second)]
    assert [(row["对象"], row["奖补项目"], row["状态"], row["收款人"], row["金额（元）"]) for row in rows] == [
        ("A", "快递企业租房补贴", "公示中", "'=1+1", "5.00"),
        ("B", "快递企业租房补贴", "公示中", "丽水甲有限公司", "700.01"),
    ]
    assert {row["公示编号"] for row in rows} == {notice["id"]}
    english = office.ask("auditor", "GET", "/v1/decisions", Accept=CSV).content.decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(english)))
    assert (row["Award"], row["State"], row["Amount (yuan)"]) == ("Rent of a courier", "in notice", "5.00")
    listed = office.ask("auditor", "GET", "/v1/notices", Accept=CSV, Accept_Language="zh").content.decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(listed)))["公示截止"] == LAST_DAY
    filtered = office.ask("auditor", "GET", "/v1/decisions?state=approved", Accept=CSV)
    assert len(filtered.content.decode("utf-8-sig").splitlines()) == 1


def test_pages_follow_one_another(office: Office) -> None:
    notice = office.noticed(*(rent(subject, 500) for subject in "ABC"))
    for path, key in ((f"/v1/notices/{notice['id']}", "decision_id"), ("/v1/notices", "id")):
        page = office.ask("auditor", "GET", f"{path}?limit=2").json()
        seen = [each[key] for each in page["items"]]
        while page["next_cursor"]:
            page = office.ask("auditor", "GET", f"{path}?limit=2&cursor={page['next_cursor']}").json()
            seen += [each[key] for each in page["items"]]
        assert len(seen) == len(set(seen)) == (3 if key == "decision_id" else 1)
    for path in ("/v1/notices", "/v1/decisions", f"/v1/notices/{notice['id']}/objections"):
        wrong = office.ask("auditor", "GET", f"{path}?cursor=WyJ4Il0")
        assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "cursor")


def test_of_many_who_do_the_same_at_once_one_wins_and_the_others_are_told(office: Office) -> None:
    notice = office.noticed(rent("A", 500))
    office.closed(notice)
    statuses: Counter[int] = Counter()
    told: list[dict[str, Any]] = []

    async def story(client: httpx.AsyncClient) -> None:
        path, headers = f"/v1/decisions/{office.id_of('A')}/approve", office.tokens.headers("commerce-checker")
        for given in await asyncio.gather(*(client.post(path, json={}, headers=headers) for _ in range(8))):
            statuses[given.status_code] += 1
            told.append(given.json())

    run(office.app, story)
    assert statuses == {200: 1, 409: 7}
    assert {each["state"] for each in told} == {"approved"}
    assert all(each["possible"] == [] for each in told if "possible" in each)


def test_notices_of_no_working_days_may_be_closed_at_once(database: Database, tokens: Tokens) -> None:
    clock = FixedClock(MONDAY)
    office = Office(app_of(database, tokens, working_days=0, clock=clock), database, tokens, clock)
    notice = office.noticed(rent("A", 500))
    assert notice["closable_on"] == notice["opened_on"]
    assert office.did("commerce-maker", f"/v1/notices/{notice['id']}/close")["state"] == "closed"


@pytest.fixture
def url(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr("shared.cli.ClientCredentials", credentials(office.tokens))
    runner = JobRunner(office.database, {APPROVAL: lambda job: run_bulk_approval(office.database, job, notice_days=5)})
    with served(office.app, runner) as address:
        yield address


def test_the_command_line(office: Office, url: str, tmp_path: Path) -> None:
    made = office.proposed(rent("A", 500), rent("B", 700))

    def typed(client: str, *arguments: str, code: int = 0) -> str:
        options = ["--client-secret", "s", "--client-id", client, "--url", url, "--language", "en"]
        result = CliRunner().invoke(cli.app, [*options, *arguments], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    assert CLOSABLE_ON in typed("commerce-maker", "notices", "open", "--evaluation", made)
    [notice] = office.ask("auditor", "GET", "/v1/notices").json()["items"]
    objection = ("objections", "record", notice["id"], office.id_of("B"), "--reason", "not theirs")
    assert "not theirs" in typed("commerce-maker", *objection)
    [recorded] = office.ask("auditor", "GET", f"/v1/notices/{notice['id']}/objections").json()["items"]
    assert recorded["id"] in typed("auditor", "objections", "list", notice["id"])
    refused = typed("commerce-checker", "decisions", "approve", office.id_of("B"), code=1)
    assert "suspended: conclude, object" in refused
    decided = ("objections", "decide", recorded["id"], "rejected", "--reason", "theirs")
    assert "dismissed" in typed("commerce-checker", *decided)
    assert "丽水甲有限公司" in typed("auditor", "notices", "show", notice["id"])
    page = tmp_path / "notice.html"
    typed("auditor", "notices", "show", notice["id"], "--out", str(page))
    assert "<table>" in page.read_text("utf-8")
    office.clock.instant = MONDAY + timedelta(days=8)
    typed("commerce-maker", "notices", "close", notice["id"])
    assert "Approved: 2" in typed("commerce-checker", "approve", "--notice", notice["id"])
    assert "approved" in typed("auditor", "decisions", "list", "--state", "approved")
    sheet = tmp_path / "decisions.csv"
    typed("auditor", "decisions", "list", "--out", str(sheet))
    assert len(sheet.read_text("utf-8-sig").splitlines()) == 3
    assert "--out must end in one of" in typed("auditor", "notices", "list", "--out", "x.doc", code=1)
