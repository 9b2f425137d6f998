"""Sealing the ledger: blocks of committed postings in a hash chain, made after the commit by one sealer.

A posting carries its transaction's number. A block ends before the oldest transaction that still runs, so what it covers can
never grow: nothing that commits late falls into a sealed range. No transaction that posts ever waits for the chain.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from shared.database.engine import Database

SEAL_LOCK = 0x7365616C  # "seal"
BLOCK_POSTINGS = 50_000
GENESIS = "0" * 64

_HASH = """
    SELECT encode(sha256(convert_to(:previous || coalesce(string_agg(ROW(
               p.id, p.kind, p.source, p.destination, p.amount_fen, p.unit, p.award_id, p.version, p.order_id,
               p.recovery_id, p.document, p.actor, extract(epoch FROM p.posted_at), p.transaction_id)::text,
               chr(10) ORDER BY p.transaction_id, p.id), ''), 'UTF8')), 'hex') AS hash, count(*) AS postings
    FROM postings p WHERE p.transaction_id >= :after AND p.transaction_id < :until
"""


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying the chain found: `broken_at` is the first block that does not hold, None if all do."""

    blocks: int
    postings: int
    unsealed: int
    broken_at: int | None


class Sealer:
    """Seals what was posted since the last block. Several may run; one at a time works."""

    def __init__(self, database: Database, *, block_postings: int = BLOCK_POSTINGS) -> None:
        """Prepare to seal, about `block_postings` in a block."""
        self._database = database
        self._block_postings = block_postings

    def step(self) -> bool:
        """Seal one block; tells whether there was anything to seal."""
        with self._database.transaction() as connection:
            if not connection.execute(
                text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": SEAL_LOCK}
            ).scalar_one():
                return False
            return self._seal(connection)

    def _seal(self, connection: Connection) -> bool:
        last = connection.execute(
            text("SELECT number, until_transaction, hash FROM ledger_blocks ORDER BY number DESC LIMIT 1")
        ).one_or_none()
        after = last.until_transaction if last else 0
        until = connection.execute(
            text(
                """
                SELECT least(pg_snapshot_xmin(pg_current_snapshot())::text::bigint, (
                    SELECT transaction_id + 1 FROM postings WHERE transaction_id >= :after
                    ORDER BY transaction_id, id OFFSET :size LIMIT 1))
                """
            ),
            {"after": after, "size": self._block_postings - 1},
        ).scalar_one()
        previous = last.hash if last else GENESIS
        sealed = connection.execute(text(_HASH), {"previous": previous, "after": after, "until": until}).one()
        if not sealed.postings:
            return False
        connection.execute(
            text(
                """
                INSERT INTO ledger_blocks (number, after_transaction, until_transaction, postings, previous_hash, hash)
                VALUES (:number, :after, :until, :postings, :previous, :hash)
                """
            ),
            {
                "number": last.number + 1 if last else 1,
                "after": after,
                "until": until,
                "postings": sealed.postings,
                "previous": previous,
                "hash": sealed.hash,
            },
        )
        return True


def verify(connection: Connection) -> Verification:
    """Compute every block's hash anew from its postings and its predecessor, up to the first that does not hold."""
    previous, after, postings = GENESIS, 0, 0
    blocks = connection.execute(text("SELECT * FROM ledger_blocks ORDER BY number")).all()
    broken: int | None = None
    for place, block in enumerate(blocks, start=1):
        found = connection.execute(
            text(_HASH), {"previous": previous, "after": after, "until": block.until_transaction}
        ).one()
        told = (block.number, block.after_transaction, block.postings, block.previous_hash, block.hash)
        if told != (place, after, found.postings, previous, found.hash):
            broken = int(block.number)
            break
        previous, after, postings = block.hash, block.until_transaction, postings + found.postings
    unsealed = connection.execute(
        text("SELECT count(*) FROM postings WHERE transaction_id >= :after"), {"after": after}
    ).scalar_one()
    return Verification(len(blocks), postings, int(unsealed), broken)
