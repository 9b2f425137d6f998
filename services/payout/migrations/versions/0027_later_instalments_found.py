"""Orders that wait for a release are found by an index, made without holding the table; it may be run again."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index, outside of a transaction."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_payment_orders_to_release")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_payment_orders_to_release ON payment_orders"
            " (unit, due_year, award_id, instalment, changed_at)"
            " WHERE live AND state = 'waiting' AND waiting_for = 'release'"
        )


def downgrade() -> None:
    """Refuse: migrations go one way."""
    raise NotImplementedError("migrations go one way")
