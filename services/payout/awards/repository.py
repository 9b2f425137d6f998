"""Reading and writing awards, their versions and shares, set by set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Row, text

from services.payout.awards.domain import Entitlement
from services.payout.awards.messages import VersionRow
from services.payout.bulk import array, copy


@dataclass(frozen=True, slots=True)
class Known:
    """An award that payout has: the highest version received, and the one in effect."""

    version: int
    split_version: int | None

    @property
    def waits(self) -> bool:
        """Whether the highest version waits for an arrangement."""
        return self.split_version != self.version

    @property
    def has_orders(self) -> bool:
        """Whether a version has taken effect, so that orders may stand."""
        return self.split_version is not None


def lock(connection: Connection, award_ids: Collection[str]) -> dict[str, Known]:
    """Lock the rows of those of `award_ids` that exist, in one order for all workers, and return them."""
    rows = connection.execute(
        text(
            """
            SELECT award_id::text AS award_id, version, split_version FROM awards
            WHERE award_id = ANY(CAST(:ids AS uuid[])) ORDER BY award_id FOR UPDATE
            """
        ),
        {"ids": array(award_ids)},
    )
    return {row.award_id: Known(row.version, row.split_version) for row in rows}


def versions_known(connection: Connection, award_ids: Collection[str]) -> set[tuple[str, int]]:
    """Return the stored versions of `award_ids`."""
    if not award_ids:
        return set()
    rows = connection.execute(
        text(
            "SELECT award_id::text AS award_id, version FROM award_versions WHERE award_id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"ids": array(award_ids)},
    )
    return {(row.award_id, row.version) for row in rows}


def add_versions(connection: Connection, rows: Sequence[VersionRow]) -> None:
    """Store versions that are not stored yet."""
    copy(connection, "award_versions", VersionRow._fields, rows)


ShareRow = tuple[str, int, str, str, int, str]
"""(award_id, version, unit, payee's uscc, fen, parts as a PostgreSQL array literal)."""


def add_shares(connection: Connection, rows: Sequence[ShareRow]) -> None:
    """Store what each unit bears of some versions."""
    copy(connection, "award_shares", ("award_id", "version", "unit", "payee_uscc", "amount_fen", "parts_fen"), rows)


AwardRow = tuple[str, str, str, str, int, int | None, str | None, str | None]
"""(award_id, award, jurisdiction, first_decided_on, version, split_version, arrangement_id, waiting_for)."""
_AWARD = (
    "award_id",
    "award",
    "jurisdiction",
    "first_decided_on",
    "version",
    "split_version",
    "arrangement_id",
    "waiting_for",
)


def add_awards(connection: Connection, rows: Sequence[AwardRow]) -> None:
    """Store awards that are new; after their versions and shares, so that the check of the sums finds them."""
    copy(connection, "awards", _AWARD, rows)


def update_awards(connection: Connection, rows: Sequence[AwardRow]) -> None:
    """Bring awards to another version; an arrangement once found is kept."""
    if not rows:
        return
    connection.execute(
        text(
            """
            UPDATE awards a SET jurisdiction = n.jurisdiction, version = n.version, split_version = n.split_version,
                   arrangement_id = coalesce(a.arrangement_id, n.arrangement_id), waiting_for = n.waiting_for
            FROM unnest(CAST(:ids AS uuid[]), CAST(:jurisdictions AS text[]), CAST(:versions AS int[]),
                        CAST(:splits AS int[]), CAST(:arrangements AS uuid[]), CAST(:waiting AS text[]))
                 AS n(award_id, jurisdiction, version, split_version, arrangement_id, waiting_for)
            WHERE a.award_id = n.award_id
            """
        ),
        {
            "ids": [row[0] for row in rows],
            "jurisdictions": [row[2] for row in rows],
            "versions": [row[4] for row in rows],
            "splits": [row[5] for row in rows],
            "arrangements": [row[6] for row in rows],
            "waiting": [row[7] for row in rows],
        },
    )


def shares_in_effect(connection: Connection, award_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """Return what each unit bears of the version in effect, fen by unit, by award."""
    rows = connection.execute(
        text(
            """
            SELECT a.award_id::text AS award_id, s.unit, sum(s.amount_fen)::bigint AS fen
            FROM awards a JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version
            WHERE a.award_id = ANY(CAST(:ids AS uuid[])) GROUP BY a.award_id, s.unit
            """
        ),
        {"ids": array(award_ids)},
    )
    shares: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        shares[row.award_id][row.unit] = row.fen
    return shares


_ENTITLEMENTS = """
    SELECT v.award_id::text AS award_id, v.version, v.award, v.jurisdiction, v.payee_uscc, v.entitlement_fen,
           v.instalments, a.first_decided_on, a.split_version
    FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = {version}
"""


def entitlements(
    connection: Connection, award_ids: Collection[str], jurisdiction: str | None
) -> dict[str, Entitlement]:
    """Return the newest versions of those of `award_ids` that are known (in `jurisdiction`, if one is given)."""
    rows = connection.execute(
        text(
            _ENTITLEMENTS.format(version="a.version")
            + " WHERE a.award_id = ANY(CAST(:ids AS uuid[])) AND (CAST(:jurisdiction AS text) IS NULL"
            " OR a.jurisdiction = :jurisdiction) ORDER BY a.award_id"
        ),
        {"ids": array(award_ids), "jurisdiction": jurisdiction},
    )
    return {row.award_id: entitlement(row) for row in rows}


def waiting_for_arrangement(
    connection: Connection, arrangement_ids: Collection[UUID], limit: int
) -> list[tuple[Entitlement, Known]]:
    """Lock and return up to `limit` waiting awards that one of `arrangement_ids` has a row for, in their newest version."""
    rows = connection.execute(
        text(
            _ENTITLEMENTS.format(version="a.version")
            + """
            JOIN arrangements g ON g.id = ANY(CAST(:arrangements AS uuid[])) AND a.first_decided_on >= g.effective_from
                               AND (g.effective_until IS NULL OR a.first_decided_on < g.effective_until)
            WHERE a.waiting_for = 'arrangement' AND EXISTS (
                SELECT FROM arrangement_rows r
                WHERE r.arrangement_id = g.id AND r.jurisdiction = v.jurisdiction AND r.award IN (v.award, '*'))
            ORDER BY a.award_id LIMIT :limit FOR UPDATE OF a SKIP LOCKED
            """
        ),
        {"arrangements": list(arrangement_ids), "limit": limit},
    )
    return [(entitlement(row), Known(row.version, row.split_version)) for row in rows]


def entitlement(row: Row[tuple[object, ...]]) -> Entitlement:
    """Make an entitlement of a stored version's row."""
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
    )
