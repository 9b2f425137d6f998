"""Messages of ISO 20022: payments are written and read back without loss, answers of the bank are read entry by entry."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.bank.messages import ACCOUNT, Entry, plain, report, statement
from services.payout.batches.bank_results import BankAnswer, read
from services.payout.batches.files import HEADINGS, PaymentFile, checksum_of
from services.payout.batches.formats import FORMATS
from services.payout.batches.iso20022 import pain001
from services.payout.batches.iso20022.values import day_of, end_to_end_id, fen_of, order_id_of
from services.payout.restorations.files import read as read_sent
from services.payout.seals import Sealed, Seals
from services.payout.settings import Payer
from shared.files.domain import FileRefused
from shared.media_types import BYTES, XML
from tests.support.iso20022 import SCHEMAS, require_schema

TODAY = date(2026, 3, 2)
ORDERS = [f"01a22861-0423-7fc4-89d9-46bca903d49{place}" for place in range(6)]
OWN = plain(ORDERS)
SEALS = Seals(base64.b64encode(bytes(64)).decode())
SEALED = Sealed("city", TODAY, 7)
PAYER = Payer(name="丽水市财政局 & 局", number=ACCOUNT, bank_code="105343000012")
AWARD = "7038da8b-ab59-5803-b624-5965d85e4460"
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Cn", "Co")), min_size=1, max_size=40
)
names = texts.map(str.strip).filter(bool)
codes = st.none() | st.text("0123456789ABC〔〕号<&\"'", min_size=1, max_size=20)
payments = st.fixed_dictionaries(
    {
        "order_id": st.integers(0, 16**12 - 1).map(lambda at: str(UUID(f"{at:012x}7fc489d946bca903d490"))),
        "holder": names,
        "payee_uscc": st.just("91331100MA2E000007"),
        "bank_code": st.from_regex("[0-9]{12}", fullmatch=True),
        "number": st.from_regex("[0-9]{8,32}", fullmatch=True),
        "amount_fen": st.integers(1, 10**13),
        "purpose": st.just("2023年度快递企业租房补贴"),
        "indicator": codes,
        "project": codes,
        "function_code": codes,
        "economic_code": codes,
        "award_id": st.just(AWARD),
        "instalment": st.integers(1, 9).map(str),
    }
)


def rows_of(found: list[dict[str, Any]]) -> pl.DataFrame:
    schema = {name: {"place": pl.UInt32, "amount_fen": pl.Int64}.get(name, pl.String) for name in HEADINGS}
    return pl.DataFrame([{"place": place, **each} for place, each in enumerate(found, 1)], schema)


def file_of(rows: pl.DataFrame, payer: Payer | None = PAYER) -> PaymentFile:
    checksum = checksum_of(rows)
    seal = SEALS.seal(SEALED, checksum)
    return PaymentFile(ORDERS[0], datetime(2026, 3, 2, 4, tzinfo=UTC), TODAY, rows, checksum, seal, payer)


@settings(max_examples=8, deadline=None)
@given(found=st.lists(payments, min_size=1, max_size=5, unique_by=lambda each: each["order_id"]))
def test_a_message_follows_the_published_schema_and_is_read_back_as_it_was(found: list[dict[str, Any]]) -> None:
    rows = rows_of(found)
    content = pain001.write(file_of(rows))
    root = require_schema(content, "pain.001.001.09")
    total = f"{sum(each['amount_fen'] for each in found)}".zfill(3)
    assert [each.text for each in root.iterfind(".//p:CtrlSum", NS)] == [f"{total[:-2]}.{total[-2:]}"] * 2
    assert [each.text for each in root.iterfind(".//p:NbOfTxs", NS)] == [str(len(found))] * 2
    back, checksum, seal = pain001.read(content)
    assert back.rows() == rows.rows()
    assert (checksum, seal) == (checksum_of(rows), SEALS.seal(SEALED, checksum_of(rows)))


PAYMENT = {
    "order_id": ORDERS[0],
    "holder": "=丽水<测试>&公司",
    "payee_uscc": "91331100MA2E000007",
    "bank_code": "102343000017",
    "number": "6222000011112222",
    "amount_fen": 1_000_001,
    "purpose": "2023年度快递企业租房补贴",
    "indicator": "丽财企〔2026〕1号",
    "project": None,
    "function_code": "2160299",
    "economic_code": None,
    "award_id": AWARD,
    "instalment": "1",
}


def test_a_payment_has_exact_amount_purpose_account_and_bank() -> None:
    root = require_schema(pain001.write(file_of(rows_of([PAYMENT]))), "pain.001.001.09")

    def text(path: str) -> object:
        return root.findtext("/".join(f"p:{step}" for step in ("CstmrCdtTrfInitn", *path.split("/"))), None, NS)

    payment = "PmtInf/CdtTrfTxInf"
    assert text("PmtInf/PmtMtd") == "TRF"
    assert text(f"{payment}/PmtId/EndToEndId") == OWN[0]
    assert text(f"{payment}/Amt/InstdAmt") == "10000.01"
    assert text(f"{payment}/Cdtr/Nm") == PAYMENT["holder"]
    assert text(f"{payment}/CdtrAcct/Id/Othr/Id") == PAYMENT["number"]
    bank = f"{payment}/CdtrAgt/FinInstnId/ClrSysMmbId"
    assert (text(f"{bank}/ClrSysId/Cd"), text(f"{bank}/MmbId")) == ("CNAPS", PAYMENT["bank_code"])
    assert text(f"{payment}/RmtInf/Ustrd") == PAYMENT["purpose"]
    assert text("PmtInf/DbtrAcct/Id/Othr/Id") == ACCOUNT
    assert text("GrpHdr/CreDtTm") == "2026-03-02T12:00:00+08:00"


@pytest.mark.parametrize("name", list(FORMATS))
def test_each_format_is_entered_again_with_its_seal(name: str) -> None:
    rows = rows_of([PAYMENT, PAYMENT | {"order_id": ORDERS[1], "amount_fen": 2_050, "indicator": None}])
    sent = read_sent(FORMATS[name].write(file_of(rows)), BYTES, SEALS, TODAY)
    assert [
        (each.order_id, each.amount_fen, each.award_id, each.instalment, each.of.indicator) for each in sent.rows
    ] == [
        (ORDERS[0], 1_000_001, AWARD, 1, PAYMENT["indicator"]),
        (ORDERS[1], 2_050, AWARD, 1, None),
    ]
    assert (sent.checksum, sent.sealed) == (checksum_of(rows), SEALED)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (b"10000.01</InstdAmt>", b"10000.02</InstdAmt>", "file_changed"),
        (b"6222000011112222", b"6222000011112223", "file_changed"),
        (b"function_code=", b"economic_code=", "file_changed"),
        ("2023年".encode(), "2024年".encode(), "file_changed"),
        (b"</seal>", b"0</seal>", "another_seal"),
        (b"CNY", b"USD", "not_of_a_batch"),
        (b"<BtchBookg>false</BtchBookg>", b"<BtchBookg>maybe</BtchBookg>", "xml_schema"),
        (b"</PmtInf>", b"", "xml_malformed"),
    ],
)
def test_a_message_that_was_changed_is_refused(before: bytes, after: bytes, code: str) -> None:
    content = pain001.write(file_of(rows_of([PAYMENT])))
    assert before in content
    with pytest.raises(FileRefused) as refused:
        read_sent(content.replace(before, after), XML, SEALS, TODAY)
    assert [each.code for each in refused.value.errors] == [code]


def test_the_schemas_are_those_that_were_published() -> None:
    listed = (SCHEMAS / "README.md").read_text("utf-8")
    for file in SCHEMAS.glob("*.xsd"):
        assert f"| `{file.name}` |" in listed and hashlib.sha256(file.read_bytes()).hexdigest() in listed


@pytest.mark.parametrize(
    ("text", "fen"),
    [("10.00", 1_000), ("10", 1_000), ("0.5", 50), (".05", 5), ("10.01000", 1_001), ("10.001", None), ("+1.", 100)],
)
def test_amounts_are_exact(text: str, fen: int | None) -> None:
    assert fen_of(text) == fen


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-02", date(2026, 3, 2)),
        ("2026-03-02+08:00", date(2026, 3, 2)),
        ("2026-03-02T23:30:00", date(2026, 3, 2)),
        ("2026-03-02T23:30:00Z", date(2026, 3, 3)),
        ("2026-03-02T23:30:00.123+08:00", date(2026, 3, 2)),
        ("morgen", None),
    ],
)
def test_days_are_those_of_china(text: str, day: date | None) -> None:
    assert day_of(text) == day


@pytest.mark.parametrize("text", [ORDERS[0], OWN[0], OWN[0].upper()])
def test_an_order_is_recognised_with_and_without_hyphens(text: str) -> None:
    assert order_id_of(text) == ORDERS[0] and len(end_to_end_id(ORDERS[0])) == 32


@pytest.mark.parametrize("text", [None, "NOTPROVIDED", "INV-2026-17", "01a2286104234fc489d946bca903d490"])
def test_ids_of_others_are_not_ours(text: str | None) -> None:
    assert order_id_of(text) is None


def answer(content: bytes) -> BankAnswer:
    return read(content, XML, TODAY)


PAID = Entry(OWN[0])
BACK = Entry(OWN[0], direction="CRDT", reference="R2", reason="户名不符 6222000011112222")


@pytest.mark.parametrize("kind", ["camt.053.001.08", "camt.054.001.08"])
def test_booked_entries_are_payments_and_returns(kind: str) -> None:
    content = statement(PAID, BACK, replace(PAID, end_to_end=OWN[1], amount="20.05"), kind=kind)
    require_schema(content, kind)
    found = answer(content)
    assert [(each.order_id, each.outcome, each.amount_fen, each.bank_reference) for each in found.results] == [
        (ORDERS[0], "settled", 1_000, "R1"),
        (ORDERS[0], "returned", 1_000, "R2"),
        (ORDERS[1], "settled", 2_005, "R1"),
    ]
    assert found.results[1].reason == "AC04 户名不符 …", "account numbers are struck"
    tag = "Stmt" if "053" in kind else "Ntfctn"
    assert [each.at for each in found.results] == [f"{tag}[1]/Ntry[{place}]/TxDtls[1]" for place in (1, 2, 3)]


def test_entries_that_are_not_ours_or_not_booked_are_counted() -> None:
    found = answer(statement(Entry("NOTPROVIDED"), replace(PAID, booked="PDNG"), replace(PAID, end_to_end=OWN[1])))
    assert ([each.order_id for each in found.results], found.read, found.skipped) == ([ORDERS[1]], 1, 2)
    assert {each.code: each.count for each in found.warnings} == {"not_ours": 1, "not_booked": 1}


@pytest.mark.parametrize(
    ("entries", "mistakes"),
    [
        ([replace(PAID, currency="USD")], {"Stmt[1]/Ntry[1]/TxDtls[1]": "another_currency"}),
        ([replace(PAID, amount="10.001")], {"Stmt[1]/Ntry[1]/TxDtls[1]": "part_of_a_fen"}),
        ([replace(PAID, reversal=True)], {"Stmt[1]/Ntry[1]/TxDtls[1]": "reversal"}),
        (
            [PAID, Entry("NOTPROVIDED"), replace(PAID, reference="R9")],
            {"Stmt[1]/Ntry[1]/TxDtls[1]": "repeated", "Stmt[1]/Ntry[3]/TxDtls[1]": "repeated"},
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_place(entries: list[Entry], mistakes: dict[str, str]) -> None:
    found = answer(statement(*entries))
    assert {each.pointer: each.code for _, each in found.mistakes} == mistakes
    assert found.results == []


def test_rejections_are_failures_and_other_states_wait_for_the_statement() -> None:
    content = report(OWN[5], Entry(OWN[0], reference="X1"), Entry(OWN[1], status="ACSC"), Entry("OTHER"))
    require_schema(content, "pain.002.001.10")
    found = answer(content)
    (only,) = found.results
    assert (only.order_id, only.outcome, only.amount_fen, only.reason) == (
        ORDERS[0],
        "failed",
        1_000,
        "AC01 账号不存在",
    )
    assert (only.at, only.occurred_on, only.bank_reference) == ("OrgnlPmtInfAndSts[1]/TxInfAndSts[1]", TODAY, "X1")
    assert {each.code: each.count for each in found.warnings} == {"not_final": 1, "not_ours": 1}


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "x" * 10}">' for n in range(10))
HOSTILE = {
    "xml_doctype": f"<?xml version='1.0'?><!DOCTYPE Document [{BOMB}]><Document>&a9;</Document>".encode(),
    "xml_unknown": b"<?xml version='1.0'?><Document xmlns='urn:x'/>",
    "xml_malformed": b"<?xml version='1.0'?><<",
    "xml_schema": statement(PAID).replace(b"<Cd>BOOK</Cd>", b"<Cd>BOOKED</Cd>"),
}


@pytest.mark.parametrize("code", list(HOSTILE))
def test_what_is_no_such_message_is_refused_by_name(code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        answer(HOSTILE[code])
    assert [each.code for each in refused.value.errors] == [code]


def test_an_external_entity_is_never_read() -> None:
    content = b"<?xml version='1.0'?><!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><Document>&e;</Document>"
    with pytest.raises(FileRefused) as refused:
        answer(content)
    assert refused.value.errors[0].code == "xml_doctype" and "root" not in str(refused.value.document())
