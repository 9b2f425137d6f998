"""Earlier rows follow the constraints of the migration before too: checked without holding up new ones."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

CONSTRAINTS = (("arrangements", "ck_arrangements_shortage"),)


def upgrade() -> None:
    """Validate the constraints of the migration before."""
    for table, constraint in CONSTRAINTS:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def downgrade() -> None:
    """Refuse: there is nothing to undo."""
    raise NotImplementedError("migrations go one way")
