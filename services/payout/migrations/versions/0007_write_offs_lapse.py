"""A proposed write-off that a repayment overtook lapses, so that another may be proposed."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when it lapsed; one proposal at a time is one that has not."""
    op.execute(
        """
        ALTER TABLE write_offs ADD COLUMN lapsed_at timestamptz,
            ADD CONSTRAINT ck_write_offs_lapsed CHECK (lapsed_at IS NULL OR confirmed_at IS NULL);
        COMMENT ON COLUMN write_offs.lapsed_at IS 'When another took its place, less being outstanding than it said';
        DROP INDEX uq_write_offs_recovery_id;
        CREATE UNIQUE INDEX uq_write_offs_recovery_id ON write_offs (recovery_id)
            WHERE confirmed_at IS NULL AND lapsed_at IS NULL;
        """
    )


def downgrade() -> None:
    """Lapsed proposals would be confirmable again."""
    raise NotImplementedError("proposals that lapsed are not brought back")
