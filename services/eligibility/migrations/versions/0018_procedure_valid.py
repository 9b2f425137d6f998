"""Earlier rows follow the constraints of authors, procedures and rounds too: checked without holding up new ones."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CONSTRAINTS = (
    ("decisions", "ck_decisions_fact_author_is_not_checker"),
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
