"""Orders that wait for somebody are counted from an index alone, made without holding the table; it may be run again."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index, outside of a transaction."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_payment_orders_to_do")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_payment_orders_to_do ON payment_orders"
            " (state, unit, due_year, batch_id, changed_at, issued_by, approved_by)"
            " WHERE live AND state IN ('issued', 'approved', 'batched', 'failed', 'returned')"
        )


def downgrade() -> None:
    """Refuse: migrations go one way."""
    raise NotImplementedError("migrations go one way")
