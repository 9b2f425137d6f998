"""Decisions, their acts and documents, outcomes of evaluations, and the tables that every service has."""

from pathlib import Path

from alembic import op

from shared.system_tables import statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(statements("0001"))
    op.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    raise NotImplementedError("Decisions are kept for ever; restore a backup instead.")
