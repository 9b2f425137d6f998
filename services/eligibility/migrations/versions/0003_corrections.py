"""Corrections and shards: how far the registry is followed, whom its changes name, evaluations cut into pieces."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    raise NotImplementedError("Decisions are kept for ever; restore a backup instead.")
