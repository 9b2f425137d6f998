"""Restorations, and orders and batches that are entered again; an award's trace goes on to its orders."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the statements of the file beside this one."""
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """What was entered again would be sent again."""
    raise NotImplementedError("orders that were entered again are not thrown away")
