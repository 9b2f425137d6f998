"""Earlier rows follow the constraints of procedures and rounds too: checked without holding up new ones."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CONSTRAINTS = (
    ("documents", "ck_documents_kind"),
    ("decisions", "fk_decisions_round_id_rounds"),
    ("decisions", "fk_decisions_procedure_hash_documents"),
)


def upgrade() -> None:
    """Validate the constraints."""
    for table, constraint in CONSTRAINTS:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def downgrade() -> None:
    """Refuse: there is nothing to undo."""
    raise NotImplementedError("migrations go one way")
