"""Outcomes and sealed inputs many together, and documents of decisions looked for once a statement."""

from pathlib import Path

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INDEXES = {
    "uq_decisions_version": ("UNIQUE INDEX", "(award_id, version) WHERE version IS NOT NULL"),
    "ix_decisions_awards": ("INDEX", "USING brin (award, award_year)"),
}


def upgrade() -> None:
    """Execute the statements of the file beside this one, then replace indexes outside of a transaction."""
    op.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))
    with op.get_context().autocommit_block():
        for name, index in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE {index[0]} CONCURRENTLY {name} ON decisions {index[1]}")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_decisions_award")
    op.execute("ALTER TABLE decisions DROP CONSTRAINT IF EXISTS uq_decisions_award_id_version")


def downgrade() -> None:
    """Refuse: migrations go one way."""
    raise NotImplementedError("migrations go one way")
