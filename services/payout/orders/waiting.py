"""What waiting orders wait for, looked at anew when a year, a hold, a release or an account comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from services.payout.accounts.repository import HAS_ACCOUNT
from services.payout.orders import events
from services.payout.orders.repository import lock_shared
from shared.clock import calendar_date
from shared.events import payment_orders

HELD = """
    (EXISTS (SELECT FROM holds h WHERE h.released_at IS NULL AND (h.award_id = o.award_id OR h.uscc = o.payee_uscc))
     OR o.award_id IN (SELECT w.award_id FROM awards w WHERE w.waiting_for IS NOT NULL))"""
"""SQL: the order `o` is held, by an officer or because its award waits as a whole for an arrangement."""

_RECONSIDER = """
    WITH looked_at AS MATERIALIZED (
        SELECT o.id, CASE WHEN o.due_year > :year THEN 'due_year' WHEN {held} THEN 'release'
                          WHEN NOT {has_account} THEN 'account'
                          WHEN o.budget_year IS NOT NULL AND o.account_revision IS NOT NULL AND NOT {new_account}
                          THEN 'account' WHEN o.budget_year IS NULL THEN 'funds' END AS waiting_for
        FROM payment_orders o WHERE o.state = 'waiting' AND {which}
    )
    UPDATE payment_orders o SET waiting_for = l.waiting_for, changed_at = now(),
           state = CASE WHEN l.waiting_for IS NULL THEN 'issued' ELSE 'waiting' END,
           issued_by = CASE WHEN l.waiting_for IS NULL THEN 'payout' END,
           account_revision = CASE WHEN l.waiting_for IS NULL THEN NULL ELSE o.account_revision END
    FROM looked_at l WHERE l.id = o.id AND o.state = 'waiting' AND l.waiting_for IS DISTINCT FROM o.waiting_for
    RETURNING o.id::text AS id, o.state
"""

_NEW_ACCOUNT = """
    coalesce((SELECT p.revision <> o.account_revision FROM payee_accounts p WHERE p.uscc = o.payee_uscc AND p.since <= :today
              AND (p.until IS NULL OR p.until > :today) ORDER BY p.since DESC LIMIT 1), false)"""


def reconsider(
    connection: Connection,
    now: datetime,
    *,
    usccs: Sequence[str] | None = None,
    award_ids: Sequence[str] | None = None,
    due: bool = False,
) -> int:
    """Set anew what waiting orders wait for: those of the payees `usccs`, of `award_ids`, of a due year that has come, or all.

    An order that has its money already (its payment failed, or its account was missing at approval) is issued again once
    there is another account than the one that failed. Returns how many orders changed.
    """
    lock_shared(connection)
    today = calendar_date(now)
    values: dict[str, Any] = {"today": today, "year": today.year}
    which = "true"
    if usccs is not None:
        which, values["usccs"] = "o.payee_uscc = ANY(CAST(:usccs AS text[]))", list(usccs)
    elif award_ids is not None:
        which, values["award_ids"] = "o.award_id = ANY(CAST(:award_ids AS uuid[]))", list(award_ids)
    elif due:
        which = "o.waiting_for = 'due_year' AND o.due_year <= :year"
    statement = _RECONSIDER.format(held=HELD, has_account=HAS_ACCOUNT, new_account=_NEW_ACCOUNT, which=which)
    changed = connection.execute(text(statement), values).all()
    issued = [row.id for row in changed if row.state == "issued"]
    events.tell_orders(connection, payment_orders.ISSUED, issued, now, occasion=now.isoformat())
    return len(changed)
