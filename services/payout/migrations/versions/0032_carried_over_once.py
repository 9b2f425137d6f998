"""A proposal takes effect once in each year that it concerns; proposals of before are checked too.

As in 0006 this migration is by itself, and may be run again wherever it broke off.
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Replace the index by one of both years, and validate the constraint of the migration before, without holding up anybody."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_appropriations_proposal_id_year")
        op.execute("CREATE UNIQUE INDEX CONCURRENTLY uq_appropriations_proposal_id_year ON appropriations (proposal_id, year)")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_appropriations_proposal_id")
        op.execute("ALTER TABLE appropriation_proposals VALIDATE CONSTRAINT ck_appropriation_proposals_carried_over")


def downgrade() -> None:
    """Refuse: there is nothing to undo."""
    raise NotImplementedError("migrations go one way")
