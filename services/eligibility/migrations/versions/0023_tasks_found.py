"""What waits one by one is found by small indexes, made without holding the tables; the migration may be run again."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_decisions_suspended": "decisions (id) WHERE state = 'suspended'",
    "ix_objections_open": "objections (id) WHERE outcome IS NULL",
}


def upgrade() -> None:
    """Validate the constraint of 0022, and create the indexes outside of a transaction."""
    op.execute("ALTER TABLE decisions VALIDATE CONSTRAINT ck_decisions_no_step_skipped")
    with op.get_context().autocommit_block():
        for name, index in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {index}")


def downgrade() -> None:
    """Refuse: migrations go one way."""
    raise NotImplementedError("migrations go one way")
