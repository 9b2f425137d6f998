"""Whoever recorded or confirmed a fact that a decision rests on cannot approve it."""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and what keeps it."""
    op.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """Refuse: proposers would be lost."""
    raise NotImplementedError("migrations go one way")
