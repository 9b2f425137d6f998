"""The mirror of which payees have an account."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Connection, text

from services.payout.bulk import array
from services.payout.clients.registry import AccountChange

HAS_ACCOUNT = """
    (NOT EXISTS (SELECT FROM payee_accounts) OR EXISTS (
        SELECT FROM payee_accounts p WHERE p.uscc = o.payee_uscc AND p.since <= :today
        AND (p.until IS NULL OR p.until > :today)))"""
"""SQL: the payee of the order `o` has an account `:today`. While the registry keeps no accounts at all, nobody waits for one:
the approval, which pins the account, stops such an order."""


def without_account(connection: Connection, usccs: Collection[str], today: date) -> frozenset[str]:
    """Return those of `usccs` that have no account today; none while the registry keeps no accounts at all."""
    rows = connection.execute(
        text(f"SELECT o.payee_uscc FROM unnest(CAST(:usccs AS text[])) AS o(payee_uscc) WHERE NOT {HAS_ACCOUNT}"),
        {"usccs": array(usccs), "today": today},
    )
    return frozenset(row.payee_uscc for row in rows)


def is_empty(connection: Connection) -> bool:
    """Tell whether the mirror holds no account at all."""
    return not connection.execute(text("SELECT EXISTS (SELECT FROM payee_accounts)")).scalar_one()


def mirrored_revision(connection: Connection) -> int:
    """Return up to which revision the mirror has come, and lock it; 0 if it is new."""
    connection.execute(text("INSERT INTO account_feed (revision) VALUES (0) ON CONFLICT DO NOTHING"))
    return int(connection.execute(text("SELECT revision FROM account_feed FOR UPDATE")).scalar_one())


def mirror(connection: Connection, changes: Sequence[AccountChange], revision: int) -> None:
    """Apply `changes` to the mirror, which then stands at `revision`."""
    kept = [change for change in changes if not change.withdrawn]
    gone = [change for change in changes if change.withdrawn]
    connection.execute(
        text(
            """
            DELETE FROM payee_accounts p USING unnest(CAST(:usccs AS text[]), CAST(:since AS date[])) AS g(uscc, since)
            WHERE p.uscc = g.uscc AND p.since = g.since
            """
        ),
        {"usccs": [change.uscc for change in gone], "since": [change.since for change in gone]},
    )
    connection.execute(
        text(
            """
            INSERT INTO payee_accounts (uscc, since, until, revision)
            SELECT * FROM unnest(CAST(:usccs AS text[]), CAST(:since AS date[]), CAST(:until AS date[]),
                                 CAST(:revisions AS bigint[]))
            ON CONFLICT (uscc, since) DO UPDATE SET until = excluded.until, revision = excluded.revision
            """
        ),
        {
            "usccs": [change.uscc for change in kept],
            "since": [change.since for change in kept],
            "until": [change.until for change in kept],
            "revisions": [change.revision for change in kept],
        },
    )
    connection.execute(text("UPDATE account_feed SET revision = :revision"), {"revision": revision})
