"""Letters, notices and plans: made from sealed receipts, kept, the same for ever; templates changed by two persons."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.papers import letters
from services.eligibility.papers.batches import LETTERS, run
from services.eligibility.papers.kinds import DECISION_LETTER, KINDS
from services.eligibility.papers.letters import make_letters
from services.eligibility.papers.repository import decisions_of
from services.eligibility.rules.library import load_policy
from shared.errors import Unavailable
from shared.jobs.runner import JobRunner
from shared.media_types import DOCX
from shared.offices import Office
from shared.papers import shipped
from tests.integration.registry.conftest import enterprise, uscc
from tests.integration.scenarios.conftest import POLICY, City
from tests.support.databases import as_owner

OWN, OTHER, THIRD = uscc(1), uscc(2), uscc(3)
OFFICE = Office(
    ("丽水市商务局", "Lishui commerce bureau"),
    ("丽水市某路1号", "1 Some Road, Lishui"),
    "0578-0000000",
    "office@example.cn",
    ("丽水市人民政府", "Lishui municipal government"),
    ("丽水市莲都区人民法院", "Liandu District People's Court"),
    15,
    {"decision-letter": "丽商务兑〔{year}〕{number}号", "refusal-letter": "丽商务告〔{year}〕{number}号"},
)


def settle(city: City) -> None:
    """Two couriers of Liandu, decided."""
    city.registry.recorded("enterprises", *(enterprise(code, name=f"丽水{code[-4:]}有限公司") for code in (OWN, OTHER)))
    city.registry.recorded(
        "locations", *({"uscc": code, "since": "2015-03-01", "jurisdiction": "liandu"} for code in (OWN, OTHER))
    )
    for code, fen in ((OWN, 200_000_00), (OTHER, 300_000_00)):
        rent(city, code, fen)
    city.decide()


def rent(city: City, code: str, fen: int, parcels: int = 4_000_000) -> None:
    row = {"uscc": code, "year": 2023, "parcels": parcels, "operating_days": 365, "rent_fen": fen}
    city.registry.recorded("courier_years", row)


def read(city: City, path: str, headers: dict[str, str] | None = None, **more: str) -> httpx.Response:
    asked = {name.replace("_", "-"): value for name, value in more.items()}
    sent = {"Accept-Language": "zh-CN", **(headers or city.tokens.headers("commerce-maker")), **asked}
    return city.http.get(path, headers=sent)


@contextmanager
def filled_in() -> Iterator[None]:
    """Fill in the offices of the policy."""
    policy = load_policy(POLICY)
    before = policy.offices
    object.__setattr__(policy, "offices", replace(before, office=OFFICE))
    yield
    object.__setattr__(policy, "offices", before)


@pytest.fixture
def office() -> Iterator[None]:
    with filled_in():
        yield


def letter_of(city: City, code: str) -> str:
    """Return where the letter of the newest decision of an enterprise is."""
    return f"/v1/decisions/{decision_of(city, code)['id']}/letter"


def decision_of(city: City, code: str) -> dict[str, Any]:
    found = [each for each in city.items(f"/v1/decisions?uscc={code}") if each["version"]]
    return max(found, key=lambda each: int(each["version"]))


def texts(city: City, path: str, headers: dict[str, str] | None = None, **more: str) -> str:
    """Return what a page says, without its tags."""
    page = read(city, path, headers, **more)
    assert page.status_code == 200, page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    return re.sub(r"\n+", "\n", re.sub(r"<[^>]+>", "\n", page.text.split("<main>")[1]))


def test_a_letter_says_what_was_decided_on_which_facts_and_where_to_complain(city: City, office: None) -> None:
    settle(city)
    said = texts(city, letter_of(city, OWN))
    for words in (
        "丽水市商务局", "丽商务兑〔2026〕1号", "奖补资金兑现决定书", "60,000.00元（大写：人民币陆万元整）",
        "“对日均发件量在1万单以上的快递企业，每年给予30%的租房补贴，每家企业每年房租补助金额最高不超过10万元。”",
        "年发件量 4,000,000 件 ÷ 全年日历天数 365 天 = 10,958 件/日，达到 10,000 件/日", "实施口径：",
        "乘以租房补贴比例 30%", "第1期：2024年应付60,000.00元", "邮政管理部门\n2026年3月1日\n3",
        "六十日内向丽水市人民政府申请行政复议", "六个月内向丽水市莲都区人民法院提起行政诉讼", "应当退还", "电话：0578-0000000",
    ):  # fmt: skip
        assert words in said, (words, said)
    assert "未设置" not in said
    english = texts(city, letter_of(city, OWN), Accept_Language="en")
    assert "You are awarded 60,000.00 yuan (人民币陆万元整)." in english
    assert "丽商务兑〔2026〕1号" in english, "one number in both languages"


def test_what_offices_have_not_filled_in_is_said_and_made_good_once_it_is(city: City) -> None:
    settle(city)
    path = letter_of(city, OWN)
    before = texts(city, path)
    for words in ("发文机关", "文号", "行政复议机关", "受诉人民法院", "电话", "地址"):
        assert f"〔未设置：{words}〕" in before
    with filled_in():
        after = texts(city, path)
        assert "未设置" not in after
        assert "丽商务兑〔2026〕1号" in after
    assert texts(city, path) == after, "what was made whole stays whole"


def test_the_same_letter_is_the_same_for_ever(city: City, office: None, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(city)
    path = letter_of(city, OWN)
    page, document = read(city, path), read(city, path, Accept=DOCX)
    assert document.headers["Content-Type"] == DOCX
    with zipfile.ZipFile(io.BytesIO(document.content)) as file:
        assert {each.date_time for each in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    changed = shipped.document("[title] 新样式\n[text] {{ addressee }}\n")
    put_in_force(city, DECISION_LETTER.code, changed)
    rent(city, OTHER, 1)
    monkeypatch.setattr(RegistryFacts, "provenance", lambda *_: pytest.fail("what is kept needs no registry"))
    assert read(city, path).content == page.content
    assert read(city, path, Accept=DOCX).content == document.content


def test_a_proposal_has_no_letter(city: City) -> None:
    settle(city)
    rent(city, OWN, 150_000_00)
    city.done("/v1/evaluations", {"policy": POLICY, "award_years": [2023], "scope": "all", "decided_on": "2024-03-01"})
    [proposal] = city.items("/v1/decisions?state=proposed")
    answer = read(city, f"/v1/decisions/{proposal['id']}/letter")
    assert (answer.status_code, answer.json()["state"]) == (409, "proposed")
    assert "拟定" in answer.json()["detail"]


def test_a_letter_says_what_changed_since_the_last_one_and_why(city: City, office: None) -> None:
    settle(city)
    rent(city, OWN, 150_000_00)
    city.decide()
    said = texts(city, letter_of(city, OWN))
    assert "奖补资金变更兑现决定书" in said
    assert "作出的丽商务兑〔2026〕1号决定（第 1 版），并以本决定为准" in said, said
    assert "奖补金额由60,000.00元变更为45,000.00元。" in said
    assert "原因：据以认定的数据或者适用口径已发生变化。" in said
    assert re.search(
        "更正数据：快递企业年度情况：.*：全年租金（?元?）? ?200,000 元 → 150,000 元。（.*登记日期2026年3月1日，修订5）",
        said,
    ), said
    assert "丽商务兑〔2026〕2号" in said


def test_a_withdrawal_has_its_letter_too(city: City, office: None) -> None:
    settle(city)
    body = {"keys": [{"uscc": OWN, "year": 2023}], "reason": "never true"}
    assert city.registry.request("POST", "/v1/datasets/courier_years/withdrawals", json=body).is_success
    city.decide()
    said = texts(city, letter_of(city, OWN))
    assert "奖补资金取消兑现决定书" in said
    assert "不再给予你单位该项奖补" in said and "依本决定没有应付资金" in said
    assert "不再计入的数据：快递企业年度情况" in said


def test_an_enterprise_and_a_district_read_their_own_letters_alone(city: City, office: None) -> None:
    settle(city)
    path = letter_of(city, OWN)
    whole = read(city, path).content
    assert read(city, path, city.tokens.enterprise(OWN)).content == whole
    assert read(city, path, city.tokens.enterprise(OTHER)).status_code == 404
    assert read(city, path, city.tokens.headers("liandu-officer")).content == whole
    zone = city.tokens.bearer(sub="zone", scope="decisions:read", jurisdiction="development_zone")
    assert read(city, path, zone).status_code == 404


def test_an_enterprise_reads_its_own_statement_alone(city: City) -> None:
    city.payout.arrange()
    settle(city)
    path = f"/v1/payees/{OWN}/statement"
    own = city.payout.http.get(path, headers=city.tokens.enterprise(OWN) | {"Accept-Language": "zh-CN"})
    assert (own.status_code, "奖补资金核定60,000.00元" in own.text) == (200, True), own.text
    assert city.payout.http.get(path, headers=city.tokens.enterprise(OTHER)).status_code == 404


def test_while_the_registry_is_silent_no_letter_is_made(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(city)

    def silent(*_: object) -> None:
        raise Unavailable("no answer")

    monkeypatch.setattr(RegistryFacts, "provenance", silent)
    assert read(city, letter_of(city, OWN)).status_code == 503
    monkeypatch.undo()
    assert read(city, letter_of(city, OWN)).status_code == 200


def test_a_refusals_letter_says_what_is_short_and_never_gives_a_sum(city: City, office: None) -> None:
    settle(city)
    city.registry.recorded("enterprises", enterprise(THIRD))
    city.registry.recorded("locations", {"uscc": THIRD, "since": "2015-03-01", "jurisdiction": "liandu"})
    rent(city, THIRD, 200_000_00, parcels=3_000_000)
    case = {"policy": POLICY, "award": "courier-rent", "subject": THIRD, "award_year": 2023}
    own = city.tokens.enterprise(THIRD)
    made = city.http.post("/v1/refusals", json=case, headers=own).json()
    path = f"/v1/refusals/{made['id']}"
    draft = texts(city, f"{path}/letter", own)
    assert "拟稿，尚未发出" in draft and "丽商务告" not in draft
    city.http.post(f"{path}/statements", json={"statement": "一天漏报", "document": "说明"}, headers=own)
    city.ask("POST", f"{path}/issue", by="commerce-checker")
    said = texts(city, f"{path}/letter", own)
    for words in (
        "丽商务告〔2026〕1号", "不予兑现告知书", "8,219 件/日，低于 10,000 件/日，相差 ", "至多为60,000.00元",
        "不是给予奖补的决定", "之日起15日内", "你单位陈述：“一天漏报”（材料：说明）", "申请行政复议",
    ):  # fmt: skip
        assert words in said, (words, said)
    assert "大写" not in said
    assert read(city, f"{path}/letter", city.tokens.enterprise(OWN)).status_code == 404


def test_a_notice_is_a_paper_that_is_kept_as_it_was_published(city: City, office: None) -> None:
    settle(city)
    rent(city, OWN, 150_000_00)
    done = city.done(
        "/v1/evaluations", {"policy": POLICY, "award_years": [2023], "scope": "all", "decided_on": "2024-03-01"}
    )
    opened = city.ask(
        "POST", "/v1/notices", {"evaluation_id": done["id"], "document_number": "丽商务公示〔2024〕3号"}, expect=201
    )
    path = f"/v1/notices/{opened['id']}/document"
    said = texts(city, path)
    for words in ("丽商务公示〔2024〕3号", "公示", "45,000.00", "第（四）条第一款第三句", "书面提出"):
        assert words in said, (words, said)
    [decision] = city.items("/v1/decisions?state=in_notice")
    city.ask("POST", f"/v1/decisions/{decision['id']}/reject", {"reason": "no"}, by="commerce-checker")
    assert texts(city, path) == said
    assert texts(city, path, city.tokens.enterprise(OTHER)) == said, "it is public"


def test_the_letters_of_a_round_are_one_archive_and_each_is_what_is_read_alone(city: City, office: None) -> None:
    settle(city)
    row = {
        "policy": POLICY,
        "title": "第一批",
        "award_years": [2023],
        "opens_on": "2024-03-01",
        "closes_on": "2024-06-30",
    }
    opened = city.ask("POST", "/v1/rounds", row, expect=201)
    rent(city, OWN, 150_000_00)
    rent(city, OTHER, 100_000_00)
    city.decide(round_id=opened["id"])
    started = city.ask("POST", f"/v1/rounds/{opened['id']}/letters", {}, expect=202)
    early = read(city, f"/v1/letter-batches/{started['id']}/archive")
    assert (early.status_code, early.json()["state"]) == (409, "queued")
    JobRunner(city.database, {LETTERS: lambda job: run(city.database, city.facts, job)}).step()
    done = city.ask("GET", f"/v1/letter-batches/{started['id']}")
    assert (done["state"], done["letters"], done["progress"]) == ("succeeded", 2, {"done": 2, "total": 2})
    archive = read(city, f"/v1/letter-batches/{started['id']}/archive").content
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        found = {name: file.read(name) for name in file.namelist()}
    alone = {
        each["id"]: read(city, f"/v1/decisions/{each['id']}/letter", Accept=DOCX).content
        for each in city.items(f"/v1/decisions?round_id={opened['id']}&state=approved")
    }
    assert {name[-41:-5]: content for name, content in found.items()} == alone
    assert read(city, f"/v1/letter-batches/{started['id']}/archive").content == archive
    pages = read(city, f"/v1/letter-batches/{started['id']}/archive?form=html").content
    assert zipfile.ZipFile(io.BytesIO(pages)).namelist()[0].endswith(".html")
    plan = texts(city, f"/v1/rounds/{opened['id']}/allocation-plan")
    assert "已核准2个项目，奖补资金合计75,000.00元（大写：人民币柒万伍仟元整）" in plan, plan
    assert "尚无财政分担办法\n2024\n75,000.00" in plan, plan


def test_an_allocation_plan_says_what_each_budget_unit_pays_in_each_year(city: City, office: None) -> None:
    city.payout.arrange()
    settle(city)
    row = {"policy": POLICY, "title": "第二批", "award_years": [2023]}
    opened = city.ask("POST", "/v1/rounds", {**row, "opens_on": "2024-03-01", "closes_on": "2024-06-30"}, expect=201)
    rent(city, OWN, 150_000_01)
    city.decide(round_id=opened["id"])
    path = f"/v1/rounds/{opened['id']}/allocation-plan"
    plan = texts(city, path)
    number = city.payout.get("/v1/arrangements")["items"][0]["number"]
    assert number in plan
    shares = re.findall(r"\n(市本级|莲都区)\n2024\n([\d,.]+)", plan)
    paid = city.payout.get(f"/v1/awards/{decision_of(city, OWN)['award_id']}")["shares"]
    assert [float(amount.replace(",", "")) for _, amount in shares] == [each["entitlement_fen"] / 100 for each in paid]
    assert sum(each["entitlement_fen"] for each in paid) == 45_000_00


def test_letters_made_together_say_what_each_says_alone(
    city: City, office: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(city)
    ids = [UUID(decision_of(city, code)["id"]) for code in (OWN, OTHER)]
    with city.database.reading() as connection:
        rows = decisions_of(connection, ids)
    contents = []
    for together in (1, 1_000):
        monkeypatch.setattr(letters, "_TOGETHER", together)
        make_letters(city.database, city.facts, rows, "zh-CN" if together == 1 else "en", by="somebody")
        contents.append([texts(city, f"/v1/decisions/{each}/letter", Accept_Language="en") for each in ids])
    with city.database.transaction() as connection:
        kept = (
            connection.execute(text("SELECT content FROM papers WHERE language = 'zh-CN' ORDER BY number"))
            .scalars()
            .all()
        )
    assert {frozenset(orjson.loads(each)) for each in kept} == {frozenset(DECISION_LETTER.fields)}
    facts = [orjson.loads(each)["facts"] for each in kept]
    assert [[fact["revision"] for fact in each] for each in facts] == [["1", "2", "3"], ["1", "2", "4"]]


def propose(city: City, kind: str, content: bytes, by: str = "commerce-maker", expect: int = 201) -> Any:
    headers = {**city.tokens.headers(by), "Content-Type": DOCX, "Accept-Language": "zh-CN"}
    path = f"/v1/paper-templates/{kind}/changes?reason=%E6%96%B0%E6%A0%B7%E5%BC%8F"
    answer = city.http.post(path, content=content, headers=headers)
    assert answer.status_code == expect, answer.text
    return answer.json()


def put_in_force(city: City, kind: str, content: bytes) -> dict[str, Any]:
    made = propose(city, kind, content)
    path = f"/v1/paper-templates/{kind}/changes/{made['id']}/confirm"
    confirmed: dict[str, Any] = city.ask("POST", path, by="commerce-checker")
    return confirmed


def test_two_persons_change_a_template_and_new_papers_follow_it(city: City, office: None) -> None:
    settle(city)
    made = propose(city, DECISION_LETTER.code, shipped.document("[title] 新样式 {{ award }}\n"))
    both = city.tokens.bearer(sub="commerce-maker", scope="readings:confirm")
    path = f"/v1/paper-templates/{DECISION_LETTER.code}/changes/{made['id']}"
    assert city.http.post(f"{path}/confirm", headers=both).json()["type"].endswith("same-person")
    assert "新样式" not in texts(city, letter_of(city, OWN)), "not in force yet"
    city.ask("POST", f"{path}/confirm", by="commerce-checker")
    assert "新样式 快递企业租房补贴" in texts(city, letter_of(city, OTHER))
    assert "新样式" not in texts(city, letter_of(city, OWN)), "made with the template before"
    [kind] = [each for each in city.ask("GET", "/v1/paper-templates") if each["kind"] == DECISION_LETTER.code]
    assert [each["shipped"] for each in kind["in_force"]] == [False, True]
    back = city.http.post(
        f"/v1/paper-templates/{DECISION_LETTER.code}/changes?reason=x", headers=city.tokens.headers("commerce-maker")
    )
    assert back.json()["hash"] is None
    with pytest.raises(DBAPIError), as_owner(city.database) as connection:
        connection.execute(text("UPDATE paper_templates SET language = 'en'"))


def test_a_template_with_an_unknown_field_is_refused_by_its_place(city: City) -> None:
    lines = "[title] {{ title }}\n[text] 给{{ adressee }}\n[table 1 1]\n[head] a | b\n"
    lines += "{% for fact in facts %}\n[row] {{ fact.sorce }} | b\n{% endfor %}\n[end]\n"
    refused = propose(city, DECISION_LETTER.code, shipped.document(lines), expect=422)
    places = [(each["pointer"], each["message"].split("：")[0]) for each in refused["errors"]]
    assert places == [("/document/2", "正文第2段（表格按行计）"), ("/document/5", "正文第5段（表格按行计）")]
    assert "没有字段 adressee" in refused["errors"][0]["message"]
    assert (
        "没有字段 fact.sorce。可用字段：number, record, source, recorded_on, revision"
        in refused["errors"][1]["message"]
    )
    assert [each["changes"] for each in city.ask("GET", "/v1/paper-templates")] == [[]] * len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_can_be_read_edited_and_sent_back(city: City, kind: str) -> None:
    read_back = read(city, f"/v1/paper-templates/{kind}", Accept=DOCX)
    made = propose(city, kind, read_back.content)
    proposed = read(city, f"/v1/paper-templates/{kind}?change_id={made['id']}", Accept=DOCX)
    assert proposed.content == read_back.content
