"""Decisions are found by their round. The index is created without holding the table, and the migration may be run again."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index, outside of a transaction."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_decisions_round")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_decisions_round ON decisions (round_id, id) WHERE round_id IS NOT NULL"
        )


def downgrade() -> None:
    """Refuse: migrations go one way."""
    raise NotImplementedError("migrations go one way")
