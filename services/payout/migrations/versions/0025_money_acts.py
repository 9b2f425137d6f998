"""Arrangements say how a shortage of money is borne; awards say whether later instalments wait."""

from pathlib import Path

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute the statements of the file beside this one."""
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """Refuse: what arrangements say would be lost."""
    raise NotImplementedError("migrations go one way")
