"""Partitions of evaluations are ranges of enterprises."""

from pathlib import Path

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute the statements of the file beside this one."""
    op.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """Refuse: migrations go one way."""
    raise NotImplementedError("migrations go one way")
