"""The orders of an award are found by an index.

The index that holds orders apart leaves out those that were entered again (0006), and a partial index serves no query that does
not repeat its condition: every look-up by award read the whole table. As in 0006 this migration is by itself, and may be run again
wherever it broke off.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index without holding up anybody."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_payment_orders_award_id")
        op.execute("CREATE INDEX CONCURRENTLY ix_payment_orders_award_id ON payment_orders (award_id)")


def downgrade() -> None:
    """Refuse: there is nothing to undo."""
    raise NotImplementedError("migrations go one way")
