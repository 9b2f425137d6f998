"""Drafts: change sets of accounts and reference data that wait for a second person."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; what was recorded before counts as confirmed."""
    op.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """Refuse: drafts would be lost."""
    raise NotImplementedError("migrations go one way")
