"""Open challenges are counted from an index alone, made without holding the table; the migration may be run again."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index, outside of a transaction, and drop the one that it replaces."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_challenges_to_resolve")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_challenges_to_resolve ON challenges (dataset, made_at, made_by) WHERE outcome IS NULL"
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_challenges_open")


def downgrade() -> None:
    """Refuse: migrations go one way."""
    raise NotImplementedError("migrations go one way")
