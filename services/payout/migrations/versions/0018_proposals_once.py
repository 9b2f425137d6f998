"""A proposal takes effect once; restorations of before are checked too.

As in 0006 this migration is by itself, and may be run again wherever it broke off.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes, and validate the constraints of the migration before, without holding up anybody."""
    with op.get_context().autocommit_block():
        for table in ("appropriations", "repayments"):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS uq_{table}_proposal_id")
            op.execute(f"CREATE UNIQUE INDEX CONCURRENTLY uq_{table}_proposal_id ON {table} (proposal_id)")
        op.execute("ALTER TABLE restorations VALIDATE CONSTRAINT ck_restorations_confirmed_by_another")
        op.execute("ALTER TABLE restorations VALIDATE CONSTRAINT ck_restorations_confirmed")


def downgrade() -> None:
    """Refuse: there is nothing to undo."""
    raise NotImplementedError("migrations go one way")
