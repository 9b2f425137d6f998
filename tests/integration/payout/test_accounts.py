"""Payees' accounts read from a real registry: in bulk, as of a revision, with every change noticed."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from services.payout.clients.registry import Accounts, in_force, revisions_of
from services.registry.app import build
from services.registry.settings import Settings
from shared.clock import FixedClock
from shared.errors import DomainError
from tests.integration.payout.support import SETTINGS, http_client
from tests.integration.registry.conftest import uscc
from tests.support.databases import ServiceDatabase
from tests.support.tokens import Tokens

A, B = uscc(1), uscc(2)


def test_accounts_come_from_the_registry(fresh_database: Callable[[str], ServiceDatabase], tokens: Tokens) -> None:
    database = fresh_database("registry").connect()
    key = base64.b64encode(bytes(range(64))).decode()
    settings = Settings.model_validate({**SETTINGS.model_dump(), "port": 8001, "account_key": key})
    app = build(
        settings,
        database=database,
        token_verifier=tokens.verifier,
        clock=FixedClock(datetime(2026, 3, 2, 4, 0, tzinfo=UTC)),
    )
    writer = http_client(app, tokens.headers("data-platform"))
    accounts = Accounts(http_client(app, tokens.headers("payout")))
    assert (accounts.latest_revision(), accounts.changes(0, 0)) == (0, [])

    def record(dataset: str, *records: dict[str, Any]) -> int:
        answer = writer.post(f"/v1/datasets/{dataset}/records", json={"records": list(records)})
        assert answer.status_code == 201, answer.text
        return confirmed(answer.json())

    def confirmed(made: dict[str, Any]) -> int:
        if made["draft"] is None:
            return int(made["revision"])
        answer = writer.post(f"/v1/drafts/{made['draft']}/confirm", headers=tokens.headers("commerce-maker"))
        assert answer.status_code == 200, answer.text
        return int(answer.json()["revision"])

    enterprise = {"legal_form": "enterprise", "registered_on": "2019-01-01"}
    record("enterprises", *({"uscc": code, "name": code, **enterprise} for code in (A, B)))
    account = {"since": "2020-01-01", "account_holder": "丽水测试公司", "bank_code": "102343000017"}
    first = record("payee_accounts", {"uscc": A, **account, "account_number": "6222000011112222"})
    day = date(2026, 3, 2)
    found = accounts.on(day, [A, B], first)
    assert found.rows() == [(A, "丽水测试公司", "102343000017", "6222000011112222", first)]
    (change,) = accounts.changes(0, first)
    assert (change.uscc, change.since, change.until, change.revision, change.withdrawn) == (
        A,
        date(2020, 1, 1),
        None,
        first,
        False,
    )
    second = record("payee_accounts", {"uscc": A, **account, "account_number": "6222000011113333"})
    assert revisions_of(accounts.on(day, [A], second)) == {A: second}
    assert accounts.on(day, [A], first)["number"].item() == "6222000011112222", "what a revision held never changes"
    reason = {"keys": [{"uscc": A, "since": "2020-01-01"}], "reason": "录入错误"}
    confirmed(writer.post("/v1/datasets/payee_accounts/withdrawals", json=reason).json())
    (gone,) = accounts.changes(second, accounts.latest_revision())
    assert (gone.uscc, gone.withdrawn) == (A, True)
    with pytest.raises(DomainError):
        accounts.on(day, [A], 99)
    database.close()


def test_of_several_accounts_the_one_in_force_counts() -> None:
    common: dict[str, Any] = {"uscc": A, "account_holder": "h", "bank_code": "b"}
    rows = [
        {**common, "since": date(2020, 1, 1), "until": date(2026, 1, 1), "account_number": "1", "revision": 1},
        {**common, "since": date(2026, 1, 1), "until": None, "account_number": "2", "revision": 2},
    ]
    periods = pl.DataFrame(rows)
    assert in_force(date(2025, 12, 31), periods)["number"].to_list() == ["1"]
    assert in_force(date(2026, 1, 1), periods)["number"].to_list() == ["2"]
    assert in_force(date(2019, 12, 31), periods).is_empty()
