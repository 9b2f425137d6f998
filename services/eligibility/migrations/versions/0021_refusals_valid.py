"""Objections that existed concern decisions: the constraints of 0020 are checked, without stopping writes meanwhile."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Validate the constraints."""
    for name in ("fk_objections_refusal_id_refusals", "ck_objections_concerns", "ck_objections_refusal"):
        op.execute(f"ALTER TABLE objections VALIDATE CONSTRAINT {name}")


def downgrade() -> None:
    """Refuse: migrations go one way."""
    raise NotImplementedError("migrations go one way")
