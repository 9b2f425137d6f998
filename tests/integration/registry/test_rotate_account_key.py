"""Another account key: everything sealed is sealed anew, or nothing is."""

from __future__ import annotations

import base64
import os
import subprocess
import sys

import pytest
from sqlalchemy import text

from services.registry.cipher import AccountCipher
from shared.database.engine import Database
from tests.integration.registry.conftest import ACCOUNT_KEY, Registry, uscc
from tests.support.databases import PASSWORD

A, B = uscc(1), uscc(2)
NEW_KEY = base64.b64encode(bytes(range(64, 128))).decode()
SEALED = {
    "payee_accounts": "account_number",
    "payee_accounts_history": "account_number",
    "payee_accounts_drafted": "account_number",
    "import_rejected_rows": "cells",
}


def account(code: str, number: str, bank: str = "102100099996") -> dict[str, str]:
    return {
        "uscc": code,
        "since": "2020-01-01",
        "account_holder": "甲",
        "bank_code": bank,
        "account_number": number,
    }


@pytest.fixture
def filled(registry: Registry) -> Registry:
    """Numbers in force, replaced ones, and rows that an import refused."""
    registry.enterprises(A, B)
    registry.recorded("payee_accounts", account(A, "6222000011112222"), account(B, "6222000011112222"))
    registry.recorded("payee_accounts", account(A, "6222000011113333"))
    heading = "uscc,since,account_holder,bank_code,account_number"
    file = f"{heading}\n{A},2020-01-01,甲,12,6222000011114444\n".encode()
    registry.imported(file, dataset="payee_accounts", mode="accept_valid")
    return registry


def sealed(database: Database) -> dict[str, list[str]]:
    with database.reading() as connection:
        return {
            table: list(connection.execute(text(f"SELECT {column} FROM {table} ORDER BY 1")).scalars())
            for table, column in SEALED.items()
        }


def rekey(registry: Registry, present: str, new: str) -> subprocess.CompletedProcess[str]:
    owner = registry.database.engine.url.set(username="registry_owner", password=PASSWORD, drivername="postgresql")
    settings = {
        "DEPLOYMENT": "demonstration",
        "REGISTRY_DATABASE_URL": registry.database.url,
        "REGISTRY_OWNER_DATABASE_URL": owner.render_as_string(hide_password=False),
        "REGISTRY_ACCOUNT_KEY": present,
        "REGISTRY_NEW_ACCOUNT_KEY": new,
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "TOKEN_ISSUER": "http://issuer.test",
        "TOKEN_JWKS_URL": "http://issuer.test/keys",
        "TOKEN_URL": "http://issuer.test/token",
    }
    command = [sys.executable, "-m", "services.registry.rotate_account_key"]
    return subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False, timeout=120)


def test_everything_is_sealed_under_the_new_key(filled: Registry) -> None:
    before = sealed(filled.database)
    assert all(before.values())
    done = rekey(filled, ACCOUNT_KEY, NEW_KEY)
    assert (done.returncode, done.stdout) == (0, '{"sealed":6}\n'), done.stderr
    present, new = AccountCipher(ACCOUNT_KEY), AccountCipher(NEW_KEY)
    after = sealed(filled.database)
    assert {table: sorted(map(new.open, texts)) for table, texts in after.items()} == {
        table: sorted(map(present.open, texts)) for table, texts in before.items()
    }
    again = rekey(filled, ACCOUNT_KEY, NEW_KEY)
    assert again.returncode == 1
    assert "Nothing was changed" in again.stderr
    assert sealed(filled.database) == after
    with filled.database.reading() as connection:
        off = (
            connection.execute(text("SELECT tgrelid::regclass FROM pg_trigger WHERE tgenabled <> 'O'")).scalars().all()
        )
    assert off == [], "what is only added to is so again"


def test_nothing_is_done_while_an_upload_waits(filled: Registry) -> None:
    assert filled.start_import(b"uscc\n", dataset="payee_accounts").status_code == 202
    before = sealed(filled.database)
    refused = rekey(filled, ACCOUNT_KEY, NEW_KEY)
    assert (refused.returncode, "Imports are under way" in refused.stderr) == (1, True)
    assert sealed(filled.database) == before
