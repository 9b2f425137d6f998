"""Templates of papers, and papers as they were made."""

from alembic import op

from shared.papers.tables import statements

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of papers."""
    op.execute(statements("0001"))


def downgrade() -> None:
    """Refuse: letters that were sent are acts."""
    raise NotImplementedError("migrations go one way")
