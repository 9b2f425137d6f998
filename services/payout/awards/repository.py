"""Read and write awards, their versions and shares, many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row

from services.payout.arrangements.domain import Entitlement
from services.payout.awards.domain import Owed
from services.payout.awards.messages import VersionRow
from services.payout.orders.domain import Part, QueuePlace
from shared.database.bulk import array, copy_rows
from shared.database.queries import load

queries = load(__package__)


@dataclass(frozen=True, slots=True)
class StoredAward:
    """An award that payout has: the highest version received, and the one in effect."""

    version: int
    split_version: int | None

    @property
    def waits(self) -> bool:
        """Whether the highest version waits for an arrangement."""
        return self.split_version != self.version

    @property
    def has_orders(self) -> bool:
        """Whether a version has taken effect, so that there may be orders."""
        return self.split_version is not None


def lock(connection: Connection, award_ids: Collection[str]) -> dict[str, StoredAward]:
    """Lock the rows of those of `award_ids` that exist, in one order for all workers, and return them."""
    rows = connection.execute(queries.lock, {"ids": array(award_ids)})
    return {row.award_id: StoredAward(row.version, row.split_version) for row in rows}


def known_versions(connection: Connection, award_ids: Collection[str]) -> set[tuple[str, int]]:
    """Return the stored versions of `award_ids`."""
    if not award_ids:
        return set()
    return {
        (row.award_id, row.version) for row in connection.execute(queries.known_versions, {"ids": array(award_ids)})
    }


def add_versions(connection: Connection, rows: Sequence[VersionRow]) -> None:
    """Store versions that are not stored yet."""
    copy_rows(connection, "award_versions", VersionRow._fields, rows)


class ShareRow(NamedTuple):
    """A new row of `award_shares`; the fields are its columns, `parts_fen` is an array literal."""

    award_id: str
    version: int
    unit: str
    payee_uscc: str
    amount_fen: int
    parts_fen: str


def add_shares(connection: Connection, rows: Sequence[ShareRow]) -> None:
    """Store each unit's share of some versions."""
    copy_rows(connection, "award_shares", ShareRow._fields, rows)


class AwardRow(NamedTuple):
    """A row of `awards` as a version leaves it; the fields are its columns."""

    award_id: str
    award: str
    jurisdiction: str
    first_decided_on: str
    version: int
    split_version: int | None
    arrangement_id: str | None
    waiting_for: str | None


def add_awards(connection: Connection, rows: Sequence[AwardRow]) -> None:
    """Store awards that are new; after their versions and shares, so that the check of the sums finds them."""
    copy_rows(connection, "awards", AwardRow._fields, rows)


def update_awards(connection: Connection, rows: Sequence[AwardRow]) -> None:
    """Bring awards to another version; an arrangement once found is kept."""
    if not rows:
        return
    connection.execute(
        queries.update_awards,
        {
            "ids": [row.award_id for row in rows],
            "jurisdictions": [row.jurisdiction for row in rows],
            "versions": [row.version for row in rows],
            "splits": [row.split_version for row in rows],
            "arrangements": [row.arrangement_id for row in rows],
            "waiting": [row.waiting_for for row in rows],
        },
    )


def shares_in_effect(connection: Connection, award_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """Return each unit's share of the version in effect, fen by unit, by award."""
    shares: dict[str, dict[str, int]] = defaultdict(dict)
    for row in connection.execute(queries.shares_in_effect, {"ids": array(award_ids)}):
        shares[row.award_id][row.unit] = row.fen
    return shares


def owed(connection: Connection, award_ids: Collection[str], *, restated_only: bool = True) -> list[Owed]:
    """Return what `award_ids` owe now, or those of them that were restated: orders and shares of the others agree."""
    values = {"ids": array(award_ids), "from_version": 2 if restated_only else 1}
    parts: dict[str, dict[tuple[str, str], tuple[Part, ...]]] = defaultdict(dict)
    heads: dict[str, tuple[int, date, QueuePlace, bool]] = {}
    for row in connection.execute(queries.owed, values):
        place = QueuePlace.of(row.award, row.subject, row.award_year)
        heads[row.award_id] = (row.split_version, row.first_decided_on, place, row.later_wait)
        if row.unit is not None:
            parts[row.award_id][row.unit, row.payee_uscc] = tuple(
                Part(number, part["due_year"], fen)
                for number, (part, fen) in enumerate(zip(row.instalments, row.parts_fen, strict=True), start=1)
            )
    return [Owed(award_id, *head, parts[award_id]) for award_id, head in heads.items()]


def entitlements(
    connection: Connection, award_ids: Collection[str], jurisdiction: str | None
) -> dict[str, Entitlement]:
    """Return the newest versions of those of `award_ids` that are known (in `jurisdiction`, if one is given)."""
    rows = connection.execute(queries.entitlements, {"ids": array(award_ids), "jurisdiction": jurisdiction})
    return {row.award_id: _entitlement(row) for row in rows}


def waiting_for_arrangement(
    connection: Connection, arrangement_ids: Collection[UUID], limit: int
) -> list[tuple[Entitlement, StoredAward]]:
    """Lock and return up to `limit` waiting awards that one of `arrangement_ids` has a row for, in their newest version."""
    values = {"arrangements": array(arrangement_ids), "limit": limit}
    rows = connection.execute(queries.waiting_for_arrangement, values)
    return [(_entitlement(row), StoredAward(row.version, row.split_version)) for row in rows]


def _entitlement(row: Row[tuple[object, ...]]) -> Entitlement:
    instalments = tuple((part["due_year"], part["amount_fen"]) for part in row.instalments)
    return Entitlement(
        row.award_id,
        row.version,
        row.award,
        row.jurisdiction,
        row.payee_uscc,
        row.entitlement_fen,
        instalments,
        row.first_decided_on,
        row.subject,
        row.award_year,
        row.later_wait,
    )
