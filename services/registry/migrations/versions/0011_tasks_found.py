"""Drafts that wait are found by a small index, made without holding the table; the migration may be run again."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index, outside of a transaction."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_drafts_open")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_drafts_open ON drafts (id) WHERE confirmed_at IS NULL AND discarded_at IS NULL"
        )


def downgrade() -> None:
    """Refuse: migrations go one way."""
    raise NotImplementedError("migrations go one way")
