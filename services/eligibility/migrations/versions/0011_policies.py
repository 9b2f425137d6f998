"""The places that an award may belong to are codes of the installed policies."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute the statement of the file beside this one."""
    op.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """Refuse: decisions of other policies would break the constraint of the version before."""
    raise NotImplementedError("migrations go one way")
