"""Places and awards are codes of the installed policies, whose own datasets get their tables after the upgrade."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute the statements of the file beside this one."""
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """Refuse: rows of other policies would break the constraints of the version before."""
    raise NotImplementedError("migrations go one way")
