"""Read fiscal arrangements and preview them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from services.payout.arrangements.domain import Arrangement
from services.payout.arrangements.tables import arrangement_rows, arrangement_shares, arrangements
from shared.database.queries import load
from shared.fiscal_split import SplitRule, UnitShare, rule_for, split

queries = load(__package__)


def confirmed(connection: Connection) -> list[Arrangement]:
    """Return all confirmed arrangements with their rows."""
    headers = connection.execute(select(arrangements).where(arrangements.c.state == "confirmed")).all()
    if not headers:
        return []
    rules = _rules(connection, [row.id for row in headers])
    return [Arrangement(row.id, row.effective_from, row.effective_until, rules[row.id]) for row in headers]


def _rules(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, dict[tuple[str, str], SplitRule]]:
    shares: dict[tuple[UUID, str, str], list[UnitShare]] = defaultdict(list)
    for row in connection.execute(
        select(arrangement_shares)
        .where(arrangement_shares.c.arrangement_id.in_(ids))
        .order_by(arrangement_shares.c.unit)
    ):
        share = UnitShare(row.unit, row.numerator, row.denominator)
        shares[row.arrangement_id, row.jurisdiction, row.award].append(share)
    rules: dict[UUID, dict[tuple[str, str], SplitRule]] = defaultdict(dict)
    for row in connection.execute(select(arrangement_rows).where(arrangement_rows.c.arrangement_id.in_(ids))):
        own = tuple(shares[row.arrangement_id, row.jurisdiction, row.award])
        rules[row.arrangement_id][row.jurisdiction, row.award] = SplitRule(own, row.remainder_to)
    return rules


def rules_of(connection: Connection, arrangement_id: UUID) -> dict[tuple[str, str], SplitRule]:
    """Return how an arrangement splits, by (jurisdiction, award or `*`)."""
    return _rules(connection, [arrangement_id])[arrangement_id]


def view(connection: Connection, arrangement_id: UUID) -> dict[str, Any] | None:
    """Return an arrangement as its readers see it, or None."""
    where = {"id": arrangement_id, "after": None, "limit": 1}
    row = connection.execute(queries.arrangements, where).mappings().one_or_none()
    return dict(row) if row else None


def views(connection: Connection, *, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return up to `limit` arrangements drafted after the arrangement `after`, oldest first."""
    rows = connection.execute(queries.arrangements, {"id": None, "after": after, "limit": limit})
    return [dict(row) for row in rows.mappings()]


def overlaps(connection: Connection, arrangement_id: UUID) -> list[UUID]:
    """Return the confirmed arrangements that are in force on some day of this one's period."""
    return [row.id for row in connection.execute(queries.overlapping, {"id": arrangement_id})]


def preview(connection: Connection, arrangement_id: UUID) -> dict[str, Any]:
    """Return per jurisdiction and award, and per unit, what the arrangement would split, beside what is split today; fen.

    Equal amounts are split once.
    """
    where = {"id": arrangement_id}
    rules = rules_of(connection, arrangement_id)
    rows = []
    totals: dict[str, int] = defaultdict(int)
    for (jurisdiction, award), amounts in groupby(
        connection.execute(queries.amounts_in_period, where), key=attrgetter("jurisdiction", "award")
    ):
        rule = rule_for(rules, jurisdiction, award)
        counts: dict[str, int] = defaultdict(int)
        shares: dict[str, int] = defaultdict(int)
        for amount in amounts:
            counts["awards"] += amount.awards
            counts["waiting"] += amount.waiting
            counts["entitlement_fen"] += amount.entitlement_fen * amount.awards
            for unit, (fen,) in split([amount.entitlement_fen], rule) if rule else ():
                shares[unit] += fen * amount.awards
        for unit, fen in shares.items():
            totals[unit] += fen
        listed = [{"unit": unit, "amount_fen": fen} for unit, fen in sorted(shares.items())]
        rows.append(
            {"jurisdiction": jurisdiction, "award": award, **counts, "covered": rule is not None, "shares": listed}
        )
    today = {row.unit: row.fen for row in connection.execute(queries.split_today, where)}
    return {
        "arrangement_id": arrangement_id,
        "overlaps": overlaps(connection, arrangement_id),
        "rows": rows,
        "units": [
            {"unit": unit, "today_fen": today.get(unit, 0), "draft_fen": totals.get(unit, 0)}
            for unit in sorted({*today, *totals})
        ],
    }
