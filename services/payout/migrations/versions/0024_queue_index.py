"""The queue for money is read in one scan of an index.

As in 0006 this migration is by itself, and may be run again wherever it broke off. The version before reads the queue without an index for
as long as it still runs.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new index, then drop the old one."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_payment_orders_turn")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_payment_orders_turn ON payment_orders"
            " (first_decided_on, award_place, subject, award_year, award_id, instalment)"
            " WHERE state = 'waiting' AND waiting_for = 'funds'"
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_payment_orders_queue")


def downgrade() -> None:
    """Refuse: there is nothing to undo."""
    raise NotImplementedError("migrations go one way")
