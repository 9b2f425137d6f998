"""The bank by ISO 20022: a batch as pain.001, its answers as pain.002, camt.053 and camt.054; nothing is half done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.bank.messages import Entry, plain, report, statement
from shared.media_types import XML
from tests.integration.payout.bank import approve
from tests.integration.payout.support import Payout, decision
from tests.integration.payout.test_bank_files import orders_of, send, two_sent
from tests.support.iso20022 import require_schema


def paid(payout: Payout, made: dict[str, Any], **changes: Any) -> list[Entry]:
    """Return the entries of a statement that has both orders of a batch."""
    amounts = {
        each["id"]: f"{each['amount_fen'] // 100}.00"
        for each in payout.get(f"/v1/payment-orders?batch_id={made['id']}")["items"]
    }
    return [
        replace(Entry(each, amounts[order], reference=f"R{place}"), **changes)
        for place, (order, each) in enumerate(zip(amounts, plain(amounts), strict=True))
    ]


def refused(payout: Payout, made: dict[str, Any], content: bytes) -> dict[str, str]:
    """Send a message that has to be refused, and return the codes of its mistakes by place; nothing was recorded."""
    answer = send(payout, made, content, XML)
    assert answer.status_code == 422, answer.text
    assert set(orders_of(payout, made).values()) == {"batched"}
    assert payout.execute("SELECT count(*) FROM bank_statements") == [(0,)]
    return {each["pointer"]: each["code"] for each in answer.json()["errors"]}


def test_a_batch_is_a_message_by_accept_or_by_name(payout: Payout) -> None:
    made = two_sent(payout)
    path = f"/v1/payment-batches/{made['id']}/file"
    by_accept = payout.http.get(path, headers=payout.tokens.headers("bank", Accept=XML))
    by_name = payout.http.get(f"{path}?format=pain.001", headers=payout.tokens.headers("finance-maker"))
    assert by_accept.content == by_name.content and by_accept.headers["content-type"] == XML
    root = require_schema(by_name.content, "pain.001.001.09")
    ids = [each.text for each in root.iterfind(".//{*}EndToEndId")]
    assert sorted(ids) == sorted(plain(orders_of(payout, made)))
    assert [each.text for each in root.iterfind(".//{*}Ustrd")] == ["2024年度快递企业租房补贴"] * 2
    payout.app.state.payers = {}
    assert payout.http.get(f"{path}?format=pain.001", headers=payout.tokens.headers("bank")).status_code == 409


def test_a_statement_settles_what_it_booked_and_the_same_again_changes_nothing(payout: Payout) -> None:
    made = two_sent(payout)
    first, second = paid(payout, made)
    back = replace(second, direction="CRDT", reference="R9", reason="户名不符")
    content = statement(first, Entry("NOTPROVIDED"), second, back)
    told = send(payout, made, content, XML).json()
    assert (told["rows"]["accepted"], told["skipped"]) == (3, 1)
    assert [(each["code"], each["count"]) for each in told["warnings"]] == [("not_ours", 1)]
    assert sorted(orders_of(payout, made).values()) == ["returned", "settled"]
    again = send(payout, made, content, XML).json()
    assert (again["rows"]["accepted"], again["rows"]["unchanged"]) == (0, 3)
    assert send(payout, made, statement(first, kind="camt.054.001.08"), XML).json()["rows"]["unchanged"] == 1
    payout.reconcile()


def test_a_person_enters_a_statement_and_another_confirms_it(payout: Payout) -> None:
    made = two_sent(payout)
    headers = payout.tokens.headers("finance-maker") | {"Content-Type": XML}
    path = f"/v1/payment-batches/{made['id']}/results"
    entered = payout.http.post(path, content=statement(*paid(payout, made)), headers=headers).json()
    assert entered["state"] == "proposed"
    rows = payout.get(f"{path}/{entered['id']}")["items"]
    assert {each["outcome"] for each in rows} == {"settled"}
    payout.post(f"{path}/{entered['id']}/confirm", by="finance-checker", expect=200)
    assert set(orders_of(payout, made).values()) == {"settled"}


def test_rejections_fail_orders_and_a_file_rejected_as_a_whole_fails_all(payout: Payout) -> None:
    made = two_sent(payout)
    (message,) = plain([made["id"]])
    first, _ = paid(payout, made)
    assert refused(payout, made, report("another", first)) == {"OrgnlGrpInfAndSts[1]/OrgnlMsgId": "another_file"}
    assert send(payout, made, report(message, first), XML).json()["rows"]["accepted"] == 1
    assert sorted(orders_of(payout, made).values()) == ["batched", "failed"]
    third = decision("s3", jurisdiction="city", instalments=((2025, 500),))
    fourth = decision("s4", jurisdiction="city", instalments=((2025, 700),))
    payout.receive(third, fourth)
    payout.fund()
    for order in payout.get("/v1/payment-orders?state=issued")["items"]:
        approve(payout, order["id"])
    other = payout.post("/v1/payment-batches", {"unit": "city"}, by="finance-maker")
    (message,) = plain([other["id"]])
    assert send(payout, other, report(message, group="RJCT"), XML).json()["rows"]["accepted"] == 2
    assert set(orders_of(payout, other).values()) == {"failed"}
    payout.reconcile()


def test_what_does_not_fit_is_named_by_its_place_and_nothing_is_half_done(payout: Payout) -> None:
    made = two_sent(payout)
    first, second = paid(payout, made)
    unknown = replace(first, end_to_end="01a2286104237fc489d946bca903d490")
    place = "Stmt[1]/Ntry[2]/TxDtls[1]"
    for wrong, code in (
        (replace(second, currency="USD"), "another_currency"),
        (replace(second, amount=f"{second.amount[:-1]}1"), "another_amount"),
        (unknown, "not_in_batch"),
        (replace(second, day="2026-03-03"), "in_future"),
        (replace(second, day="2026-03-01"), "before_batch"),
    ):
        assert refused(payout, made, statement(first, wrong)) == {place: code}
    twice = statement(first, second, replace(second, reference="R8"))
    assert refused(payout, made, twice) == dict.fromkeys((place, "Stmt[1]/Ntry[3]/TxDtls[1]"), "repeated")
    other = statement(first, second, account="33050169000000000002")
    assert refused(payout, made, other) == {"Stmt[1]/Acct": "another_account"}
    payout.app.state.payers = {}
    assert refused(payout, made, statement(first)) == {"Stmt[1]/Acct": "no_payer"}


def test_a_statements_number_belongs_to_one_year(payout: Payout) -> None:
    made = two_sent(payout)
    first, second = paid(payout, made)
    assert send(payout, made, statement(first), XML).status_code == 200
    payout.clock.instant = datetime(2027, 1, 5, 4, tzinfo=UTC)
    later = replace(second, day="2027-01-04")
    answer = send(payout, made, statement(later, made="2027-01-04T18:00:00+08:00"), XML)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("Stmt[1]/Id", "number_used") and "2026" in error["message"]
    assert sorted(orders_of(payout, made).values()) == ["batched", "settled"]
    content = statement(later, number="2027-001", made="2027-01-04T18:00:00+08:00")
    assert send(payout, made, content, XML).json()["rows"]["accepted"] == 1


def test_a_days_statement_serves_every_batch_of_its_account(payout: Payout) -> None:
    made = two_sent(payout)
    payout.receive(decision("s3", jurisdiction="city", instalments=((2025, 500),)))
    payout.fund()
    for order in payout.get("/v1/payment-orders?state=issued")["items"]:
        approve(payout, order["id"])
    other = payout.post("/v1/payment-batches", {"unit": "city"}, by="finance-maker")
    entries = [*paid(payout, made), *(replace(each, reference="S1") for each in paid(payout, other))]
    content = statement(*entries)
    told = send(payout, made, content, XML).json()
    assert (told["rows"]["accepted"], told["skipped"], told["warnings"][0]["code"]) == (2, 1, "other_batches")
    assert set(orders_of(payout, other).values()) == {"batched"}
    assert send(payout, other, content, XML).json()["rows"]["accepted"] == 1


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_mistakes_are_in_the_callers_language(payout: Payout, language: str) -> None:
    made = two_sent(payout)
    first, _ = paid(payout, made)
    headers = payout.tokens.headers("bank") | {"Content-Type": XML, "Accept-Language": language}
    path = f"/v1/payment-batches/{made['id']}/results/check"
    told = payout.http.post(path, content=statement(replace(first, currency="USD")), headers=headers).json()
    assert ("人民币" in told["errors"][0]["message"]) == (language == "zh-CN")
