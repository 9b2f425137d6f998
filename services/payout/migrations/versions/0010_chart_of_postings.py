"""Earlier postings follow the chart of accounts too: checked without holding up new ones."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Validate the constraint of the migration before."""
    op.execute("ALTER TABLE postings VALIDATE CONSTRAINT ck_postings_chart")


def downgrade() -> None:
    """Refuse: there is nothing to undo."""
    raise NotImplementedError("migrations go one way")
