"""Outcomes and sealed inputs many together, and documents of decisions looked for once a statement."""

from pathlib import Path

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute the statements of the file beside this one, then replace an index outside of a transaction."""
    op.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_decisions_version")
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY uq_decisions_version ON decisions (award_id, version) WHERE version IS NOT NULL"
        )
    op.execute("ALTER TABLE decisions DROP CONSTRAINT IF EXISTS uq_decisions_award_id_version")


def downgrade() -> None:
    """Refuse: migrations go one way."""
    raise NotImplementedError("migrations go one way")
