"""Postings are sealed by their ids, in the blocks that every service has; transaction numbers go."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the statements of the file beside this one."""
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """What was sealed is never thrown away."""
    raise NotImplementedError("blocks are not thrown away")
