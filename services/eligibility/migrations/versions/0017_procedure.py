"""The official procedure of a policy, rounds, and what a proposal waits for."""

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Execute the statements of the file beside this one."""
    op.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """Refuse: decisions name their procedures."""
    raise NotImplementedError("migrations go one way")
