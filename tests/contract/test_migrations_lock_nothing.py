"""Migrations run while the version before still works: no statement may hold a table for long or take away what is used.

Squawk reads the SQL. Left out are its rules of taste, and those that one transaction per migration and `lock_timeout` in
`shared/migrations.py` answer.
"""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SQUAWK = Path(sysconfig.get_path("scripts")) / "squawk"
LEFT_OUT = ("prefer-robust-stmts", "require-timeout-settings", "prefer-bigint-over-int", "prefer-bigint-over-smallint")
MIGRATIONS = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("services/*/migrations/versions/*.sql", "shared/system_tables/versions/*.sql")
    for path in ROOT.glob(pattern)
)
EXCEPTIONS = {
    "services/eligibility/migrations/versions/0002_notices.sql": (
        {"constraint-missing-not-valid", "adding-foreign-key-constraint", "require-concurrent-index-creation"},
        "frozen before the first installation: its tables were empty wherever it ran",
    ),
    "services/payout/migrations/versions/0003_sealed_by_id.sql": (
        {"ban-drop-table", "ban-drop-column"},
        "frozen before the first installation: nothing older ran beside it",
    ),
    **{
        f"services/{service}/migrations/versions/{number}_policies.sql": (
            {"ban-drop-constraint", *more},
            "lists of codes give way to wider constraints: what the version before writes is still allowed",
        )
        for service, number, more in (
            ("registry", "0005", ()),
            ("eligibility", "0011", ()),
            (
                "payout",
                "0014",
                ("constraint-missing-not-valid", "adding-foreign-key-constraint"),
            ),  # of tables with few rows
        )
    },
    "services/eligibility/migrations/versions/0017_procedure.sql": (
        {"ban-drop-constraint"},
        "one kind of document more",
    ),
    "services/eligibility/migrations/versions/0020_refusals.sql": (
        {"ban-drop-not-null"},
        "objections against omissions name no decision; the version before finds none of them by a decision",
    ),
    "services/eligibility/migrations/versions/0025_written_once.sql": (
        {"ban-drop-constraint"},
        "a trigger looks once a statement for what foreign keys looked for once a row; what the version before writes is still"
        " allowed",
    ),
    "services/registry/migrations/versions/0004_other_support.sql": (
        {"ban-drop-constraint", "changing-column-type"},
        "two legal forms more, and areas of parks, which are few, with decimals",
    ),
    "shared/system_tables/versions/0002.sql": (
        {"require-concurrent-index-deletion"},
        "frozen before the first installation: its index was not in use",
    ),
}


def found_in(statements: str) -> set[str]:
    command = [str(SQUAWK), "--assume-in-transaction", "--pg-version=18.0", "--reporter=json"]
    command += [f"--exclude={','.join(LEFT_OUT)}", "--stdin-filepath=migration.sql"]
    ended = subprocess.run(command, input=statements, capture_output=True, text=True, check=False, timeout=60)
    assert ended.stdout, ended.stderr
    return {mistake["rule_name"] for mistake in json.loads(ended.stdout)}


@pytest.mark.parametrize("migration", MIGRATIONS)
def test_a_migration_locks_nothing_for_long(migration: str) -> None:
    allowed, _ = EXCEPTIONS.get(migration, (set(), ""))
    assert found_in((ROOT / migration).read_text("utf-8")) == allowed


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("CREATE INDEX i ON payment_orders (unit);", "require-concurrent-index-creation"),
        ("ALTER TABLE payment_orders DROP COLUMN unit;", "ban-drop-column"),
        ("ALTER TABLE payment_orders ALTER COLUMN unit TYPE varchar(9);", "changing-column-type"),
        ("ALTER TABLE payment_orders ADD COLUMN note text NOT NULL;", "adding-required-field"),
    ],
)
def test_what_would_lock_or_break_is_found(statement: str, rule: str) -> None:
    assert rule in found_in(statement)
