"""The auditors' export is verified without the database, and whoever changes anything in it is found."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import orjson
import pytest

from services.payout.reports.verify_export import VerifiedExport, fields_of, verify_export
from tests.integration.payout.bank import recovery_of
from tests.integration.payout.support import Payout


@pytest.fixture
def archive(payout: Payout, tmp_path: Path) -> Path:
    """An export after a payment, a restatement and a repayment, all sealed."""
    recovery = recovery_of(payout, 400)
    body = {"amount_fen": 100, "received_on": "2026-03-02", "bank_reference": '退款 "甲", 乙\\1'}
    payout.repay(recovery, body)
    payout.seal()
    path = tmp_path / "export.zip"
    answer = payout.http.get("/v1/reports/audit-export", headers=payout.tokens.headers("auditor"))
    assert answer.headers["content-type"] == "application/zip"
    path.write_bytes(answer.content)
    return path


def changed(path: Path, name: str, change: Callable[[list[dict[str, Any]]], None]) -> VerifiedExport:
    """Verify the archive after a file in it was changed, together with the manifest, as a forger would."""
    with ZipFile(path) as archive:
        contents = {each: archive.read(each) for each in archive.namelist()}
    rows = [orjson.loads(line) for line in contents[name].splitlines()]
    change(rows)
    contents[name] = b"".join(orjson.dumps(row) + b"\n" for row in rows)
    manifest = orjson.loads(contents["manifest.json"])
    manifest["files"][name] = {"sha256": sha256(contents[name]).hexdigest(), "rows": len(rows)}
    contents["manifest.json"] = orjson.dumps(manifest)
    forged = path.with_name("forged.zip")
    with ZipFile(forged, "w") as archive:
        for each, content in contents.items():
            archive.writestr(each, content)
    return verify_export(forged)


def test_an_export_holds(payout: Payout, archive: Path) -> None:
    found = verify_export(archive)
    assert found.problems == []
    assert found.head == payout.get("/v1/ledger/chain")["head"]
    assert (found.unsealed, found.rows["orders.ndjson"]) == (0, 1)
    assert found.blocks > 1
    assert found.rows["postings.ndjson"] == payout.execute("SELECT count(*) FROM postings")[0][0]


def test_what_is_not_sealed_yet_is_said(payout: Payout, archive: Path) -> None:
    payout.appropriate("city", 5)
    path = archive.with_name("later.zip")
    headers = payout.tokens.headers("auditor")
    path.write_bytes(payout.http.get("/v1/reports/audit-export", headers=headers).content)
    found = verify_export(path)
    assert (found.problems, found.unsealed) == ([], 1)


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("postings.ndjson", lambda rows: rows[0].update(amount_fen=1), "is not what was sealed"),
        ("postings.ndjson", lambda rows: rows[0].update(sealed=rows[0]["sealed"].replace("city", "town")), "sealed"),
        ("postings.ndjson", lambda rows: rows[0].update(actor="somebody"), "is not what was sealed"),
        ("postings.ndjson", lambda rows: rows[0].update(document="another"), "is not what was sealed"),
        ("postings.ndjson", lambda rows: rows[0].update(posted_at="2020-01-01T00:00:00Z"), "is not what was sealed"),
        ("postings.ndjson", lambda rows: rows.pop(), "lacks postings"),
        ("orders.ndjson", lambda rows: rows[0].update(amount_fen=999_999), "the postings do not say"),
        ("orders.ndjson", lambda rows: rows.clear(), "which is not in the export"),
        ("decisions.ndjson", lambda rows: rows[-1].update(entitlement_fen=401), "do not add up to the entitlement"),
        ("decisions.ndjson", lambda rows: rows.pop(0), "payment orders without a decision"),
        ("shares.ndjson", lambda rows: rows[0].update(parts_fen=[1]), "the parts of a share"),
        ("blocks.ndjson", lambda rows: rows[0].update(hash="f" * 64), "does not hold"),
    ],
    ids=[
        *(
            "amount",
            "sealed text",
            "actor",
            "document",
            "day",
            "a posting less",
            "order",
            "an order less",
            "entitlement",
        ),
        *("a decision less", "share", "block"),
    ],
)
def test_what_was_changed_is_found(
    archive: Path, name: str, change: Callable[[list[dict[str, Any]]], None], problem: str
) -> None:
    assert any(problem in each for each in changed(archive, name, change).problems)


def contents(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {each: archive.read(each) for each in archive.namelist()}


def test_a_decision_and_its_shares_that_agree_with_each_other_have_to_agree_with_the_postings(archive: Path) -> None:
    """A forger who changes both, and the manifest."""

    def lower(rows: list[dict[str, Any]]) -> None:
        rows[-1].update(entitlement_fen=399)

    def share(rows: list[dict[str, Any]]) -> None:
        rows[-1].update(amount_fen=399, parts_fen=[399])

    changed(archive, "decisions.ndjson", lower)
    archive.with_name("forged.zip").rename(archive)
    (problem,) = changed(archive, "shares.ndjson", share).problems
    assert problem.endswith("the decision in force says 399 fen, the postings 400")


def test_a_byte_that_was_changed_anywhere_is_found_and_the_file_is_named(archive: Path) -> None:
    whole, path = archive.read_bytes(), archive.with_name("damaged.zip")
    named = set()
    for place in range(0, len(whole), 13):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        problems = verify_export(path).problems
        named |= {problem.partition(" ")[0] for problem in problems}
        assert problems or contents(path) == contents(archive), f"byte {place}"
    assert named >= {"blocks.ndjson", "postings.ndjson", "decisions.ndjson"}


def test_a_file_that_is_no_export_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"no archive")
    assert verify_export(path).problems == ["the archive cannot be read: BadZipFile"]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("(1,a,,b)", ["1", "a", None, "b"]),
        ('(1,"a ""b"", c",x)', ["1", 'a "b", c', "x"]),
        ('("","a\\\\b")', ["", "a\\b"]),
        ("(,)", [None, None]),
    ],
    ids=["plain", "quoted", "empty and backslash", "nulls"],
)
def test_rows_are_read_as_the_database_writes_them(text: str, fields: list[str | None]) -> None:
    assert fields_of(text) == fields
