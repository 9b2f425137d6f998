"""The checks, each one statement over all rows: it returns what differs, and nothing where all agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from shared.database.bulk import array

_POSITIONS = """
    WITH owed AS (
        SELECT a.award_id, s.unit, s.payee_uscc, s.amount_fen AS fen
        FROM awards a JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version
    ), ordered AS (
        SELECT award_id, unit, payee_uscc, sum(amount_fen) AS fen,
               coalesce(sum(amount_fen) FILTER (WHERE state = 'settled'), 0) AS paid,
               coalesce(sum(amount_fen) FILTER (WHERE state NOT IN ('batched', 'settled')), 0) AS unsent
        FROM payment_orders WHERE live GROUP BY award_id, unit, payee_uscc
    ), claimed AS (
        SELECT award_id, unit, payee_uscc, sum(repaid_fen) AS repaid, sum(written_off_fen) AS written_off,
               sum(amount_fen - dropped_fen - repaid_fen - written_off_fen) AS outstanding
        FROM recoveries GROUP BY award_id, unit, payee_uscc
    ), positions AS (
        SELECT award_id, unit, payee_uscc, coalesce(w.fen, 0) AS owed, coalesce(o.fen, 0) AS ordered,
               coalesce(o.paid, 0) AS paid, coalesce(o.unsent, 0) AS unsent, coalesce(c.repaid, 0) AS repaid,
               coalesce(c.written_off, 0) AS written_off, coalesce(c.outstanding, 0) AS outstanding
        FROM owed w FULL JOIN ordered o USING (award_id, unit, payee_uscc)
        FULL JOIN claimed c USING (award_id, unit, payee_uscc)
    )
"""

CHECKS: dict[str, str] = {
    "shares_of_award": """
        SELECT a.award_id::text AS subject, v.entitlement_fen AS expected_fen, coalesce(s.fen, 0)::bigint AS found_fen
        FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
        LEFT JOIN (SELECT award_id, version, sum(amount_fen) AS fen FROM award_shares GROUP BY award_id, version) s
               ON s.award_id = a.award_id AND s.version = a.split_version
        WHERE a.split_version IS NOT NULL AND coalesce(s.fen, 0) <> v.entitlement_fen""",
    "orders_of_share": f"""{_POSITIONS}
        SELECT concat(award_id, ':', unit, ':', payee_uscc) AS subject, (owed + repaid)::bigint AS expected_fen,
               ordered::bigint AS found_fen
        FROM positions WHERE ordered - repaid < owed OR (ordered - repaid > owed AND unsent > 0)""",
    "claims_of_share": f"""{_POSITIONS}
        SELECT concat(award_id, ':', unit, ':', payee_uscc) AS subject,
               greatest(0, paid - repaid - owed - written_off)::bigint AS expected_fen, outstanding::bigint AS found_fen
        FROM positions WHERE outstanding <> greatest(0, paid - repaid - owed - written_off)""",
    "ledger_of_entitlement": """
        WITH shares AS (
            SELECT award_account(a.award_id, s.unit) AS account, sum(s.amount_fen) AS fen
            FROM awards a JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version
            GROUP BY a.award_id, s.unit)
        SELECT account AS subject, coalesce(s.fen, 0)::bigint AS expected_fen, coalesce(b.balance_fen, 0)::bigint AS found_fen
        FROM shares s FULL JOIN (SELECT * FROM account_balances WHERE kind = 'award') b USING (account)
        WHERE coalesce(s.fen, 0) <> coalesce(b.balance_fen, 0)""",
    "ledger_of_reserved": """
        WITH reserved AS (
            SELECT reserved_account(award_id, unit) AS account, sum(amount_fen) AS fen
            FROM payment_orders WHERE live AND budget_year IS NOT NULL AND state <> 'settled' GROUP BY award_id, unit)
        SELECT account AS subject, coalesce(r.fen, 0)::bigint AS expected_fen, coalesce(b.balance_fen, 0)::bigint AS found_fen
        FROM reserved r FULL JOIN (SELECT * FROM account_balances WHERE kind = 'reserved') b USING (account)
        WHERE coalesce(r.fen, 0) <> coalesce(b.balance_fen, 0)""",
    "ledger_of_payee": """
        WITH paid AS (
            SELECT payee_account(payee_uscc) AS account, sum(fen) AS fen FROM (
                SELECT payee_uscc, amount_fen AS fen FROM payment_orders WHERE state = 'settled'
                UNION ALL SELECT payee_uscc, -repaid_fen FROM recoveries) m
            GROUP BY payee_uscc)
        SELECT account AS subject, coalesce(p.fen, 0)::bigint AS expected_fen, coalesce(b.balance_fen, 0)::bigint AS found_fen
        FROM paid p FULL JOIN (SELECT * FROM account_balances WHERE kind = 'payee') b USING (account)
        WHERE coalesce(p.fen, 0) <> coalesce(b.balance_fen, 0)""",
    "ledger_of_budget": """
        SELECT budget_account(g.unit, g.year) AS subject, g.appropriated_fen - g.committed_fen AS expected_fen,
               coalesce(b.balance_fen, 0)::bigint AS found_fen
        FROM budgets g LEFT JOIN account_balances b ON b.account = budget_account(g.unit, g.year)
        WHERE g.appropriated_fen - g.committed_fen <> coalesce(b.balance_fen, 0)""",
    "orders_of_budget": """
        SELECT concat(g.unit, ':', g.year) AS subject, coalesce(o.fen, 0)::bigint AS expected_fen,
               g.committed_fen AS found_fen
        FROM budgets g LEFT JOIN (
            SELECT unit, budget_year, sum(amount_fen) AS fen FROM payment_orders
            WHERE live AND budget_year IS NOT NULL GROUP BY unit, budget_year) o
          ON o.unit = g.unit AND o.budget_year = g.year
        WHERE coalesce(o.fen, 0) <> g.committed_fen""",
    "appropriations_of_budget": """
        SELECT concat(g.unit, ':', g.year) AS subject, coalesce(p.fen, 0)::bigint AS expected_fen,
               g.appropriated_fen AS found_fen
        FROM budgets g LEFT JOIN (SELECT unit, year, sum(amount_fen) AS fen FROM appropriations GROUP BY unit, year) p
          ON p.unit = g.unit AND p.year = g.year
        WHERE coalesce(p.fen, 0) <> g.appropriated_fen""",
    "results_of_order": """
        SELECT o.id::text AS subject, o.amount_fen AS expected_fen, 0::bigint AS found_fen FROM payment_orders o
        WHERE o.state IN ('settled', 'failed', 'returned') AND coalesce(o.bank_reference, '') NOT LIKE 'net:%'
          AND NOT EXISTS (SELECT FROM payment_results r WHERE r.order_id = o.id AND r.outcome = o.state)""",
}
"""Check by name: rows (subject, expected_fen, found_fen) of what differs."""


def differences(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Run every check and return up to `limit` differences of each."""
    found = []
    for name, statement in CHECKS.items():
        rows = connection.execute(text(f"{statement} LIMIT :limit"), {"limit": limit}).mappings()
        found += [{"check": name, **row} for row in rows]
    return found


def counts(connection: Connection) -> dict[str, Any]:
    """Return what was looked at."""
    row = connection.execute(
        text(
            """
            SELECT (SELECT count(*) FROM awards) AS awards, (SELECT count(*) FROM payment_orders) AS orders,
                   (SELECT count(*) FROM postings) AS postings,
                   (SELECT count(*) FROM awards WHERE waiting_for IS NOT NULL) AS waiting,
                   (SELECT count(*) FROM dead_letters WHERE state = 'open') AS dead_letters
            """
        )
    ).mappings()
    return dict(row.one())


def entitlements(connection: Connection, award_ids: Sequence[str]) -> dict[str, tuple[int, int, datetime]]:
    """Return version, entitlement in fen and time of arrival of those of `award_ids` that payout has, in their newest version."""
    rows = connection.execute(
        text(
            """
            SELECT a.award_id::text AS award_id, a.version, v.entitlement_fen, v.received_at
            FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
            WHERE a.award_id = ANY(CAST(:ids AS uuid[]))
            """
        ),
        {"ids": array(award_ids)},
    )
    return {row.award_id: (row.version, row.entitlement_fen, row.received_at) for row in rows}


def all_entitlements(connection: Connection) -> list[tuple[str, int]]:
    """Return every award with its entitlement in fen."""
    rows = connection.execute(
        text(
            """
            SELECT a.award_id::text AS award_id, v.entitlement_fen
            FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
            """
        )
    )
    return [(row.award_id, row.entitlement_fen) for row in rows]
