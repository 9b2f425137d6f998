"""Refusals as acts, what enterprises state about them, and objections against omissions."""

from pathlib import Path

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute the statements of the file beside this one."""
    op.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """Refuse: issued refusals are acts."""
    raise NotImplementedError("migrations go one way")
