"""Raising and dropping recoveries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from services.payout.rows import copy


class NewRecovery(NamedTuple):
    """A row of `recoveries` to be; the fields are its columns."""

    id: str
    award_id: str
    version: int
    unit: str
    payee_uscc: str
    amount_fen: int


def add(connection: Connection, recoveries: Sequence[NewRecovery]) -> None:
    """Store new recoveries."""
    copy(connection, "recoveries", NewRecovery._fields, recoveries)


def drop(connection: Connection, drops: Sequence[tuple[str, str, str, int]]) -> None:
    """Take (award_id, unit, uscc, fen) off the open recoveries, the youngest first."""
    if drops:
        connection.execute(
            text(
                """
                WITH wanted AS (
                    SELECT * FROM unnest(CAST(:awards AS uuid[]), CAST(:units AS text[]), CAST(:usccs AS text[]),
                                         CAST(:amounts AS bigint[])) AS w(award_id, unit, uscc, fen)
                ), open AS (
                    SELECT r.id, r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen AS outstanding, w.fen,
                           sum(r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen) OVER (
                               PARTITION BY r.award_id, r.unit, r.payee_uscc ORDER BY r.id DESC) AS cumulated
                    FROM recoveries r JOIN wanted w
                      ON (r.award_id, r.unit, r.payee_uscc) = (w.award_id, w.unit, w.uscc)
                )
                UPDATE recoveries r
                SET dropped_fen = r.dropped_fen + least(o.outstanding, o.fen - (o.cumulated - o.outstanding)),
                    changed_at = now()
                FROM open o WHERE o.id = r.id AND o.cumulated - o.outstanding < o.fen AND o.outstanding > 0
                """
            ),
            {
                "awards": [drop[0] for drop in drops],
                "units": [drop[1] for drop in drops],
                "usccs": [drop[2] for drop in drops],
                "amounts": [drop[3] for drop in drops],
            },
        )
