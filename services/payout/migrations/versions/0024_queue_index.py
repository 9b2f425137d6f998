"""The queue for money is read in one scan of an index; an order is replaced once, or by its two parts.

As in 0006 this migration is by itself, and may be run again wherever it broke off. The version before reads the queue without an index for
as long as it still runs.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new indexes, then drop the old ones; validate the constraint of the migration before."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_payment_orders_turn")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_payment_orders_turn ON payment_orders"
            " (first_decided_on, award_place, subject, award_year, award_id, instalment)"
            " WHERE state = 'waiting' AND waiting_for = 'funds'"
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_payment_orders_single")
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY uq_payment_orders_single ON payment_orders"
            " (award_id, version, unit, payee_uscc, instalment, replaces, part) NULLS NOT DISTINCT WHERE NOT reentered"
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_payment_orders_replaced")
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY uq_payment_orders_replaced ON payment_orders (replaces, part)"
            " WHERE replaces IS NOT NULL"
        )
        for old in ("ix_payment_orders_queue", "uq_payment_orders_once", "uq_payment_orders_replaces"):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {old}")
        op.execute("ALTER TABLE payment_orders VALIDATE CONSTRAINT ck_payment_orders_part")


def downgrade() -> None:
    """Refuse: there is nothing to undo."""
    raise NotImplementedError("migrations go one way")
