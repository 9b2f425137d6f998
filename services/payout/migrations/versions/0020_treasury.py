"""Appropriations and payment orders carry indicator, project, functional and economic class; batches keep purposes in words;
numbers of bank statements are kept."""

from pathlib import Path

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute the statements of the file beside this one."""
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """Refuse: what orders draw on would be lost."""
    raise NotImplementedError("migrations go one way")
