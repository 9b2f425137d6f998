"""What awards owe now, read back from the shares of the version in effect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, text

from services.payout.orders.domain import Part
from services.payout.orders.handlers import Position


def positions_of(connection: Connection, award_ids: Collection[str], *, restated_only: bool = True) -> list[Position]:
    """Return the positions of `award_ids`, or of those that were restated: elsewhere orders and target agree already."""
    rows = connection.execute(
        text(
            f"""
            SELECT a.award_id::text AS award_id, a.split_version, a.first_decided_on, v.instalments,
                   s.unit, s.payee_uscc, s.parts_fen
            FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.split_version
            LEFT JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version
            WHERE a.award_id = ANY(CAST(:ids AS uuid[])) AND a.split_version >= {2 if restated_only else 1}
            """
        ),
        {"ids": list(award_ids)},
    )
    targets: dict[str, dict[tuple[str, str], tuple[Part, ...]]] = defaultdict(dict)
    heads: dict[str, tuple[int, date]] = {}
    for row in rows:
        heads[row.award_id] = (row.split_version, row.first_decided_on)
        if row.unit is not None:
            targets[row.award_id][row.unit, row.payee_uscc] = tuple(
                Part(number, part["due_year"], fen)
                for number, (part, fen) in enumerate(zip(row.instalments, row.parts_fen, strict=True), start=1)
            )
    return [Position(award_id, *head, targets[award_id]) for award_id, head in heads.items()]
