"""Earlier rows follow the constraints of the version before too: checked without holding up new ones."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

CONSTRAINTS = (
    ("decisions", "ck_decisions_jurisdiction"),
)


def upgrade() -> None:
    """Validate the constraints that were widened for the codes of policies."""
    for table, constraint in CONSTRAINTS:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def downgrade() -> None:
    """Refuse: there is nothing to undo."""
    raise NotImplementedError("migrations go one way")
