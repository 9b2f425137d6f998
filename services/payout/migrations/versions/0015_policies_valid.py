"""Earlier rows follow the constraints of the version before too: checked without holding up new ones."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CONSTRAINTS = (
    ("award_versions", "ck_award_versions_jurisdiction"),
    ("award_shares", "ck_award_shares_unit"),
    ("payment_batches", "ck_payment_batches_unit"),
    ("payment_orders", "ck_payment_orders_unit"),
    ("postings", "ck_postings_unit"),
    ("recoveries", "ck_recoveries_unit"),
)


def upgrade() -> None:
    """Validate the constraints that were widened for the codes of policies."""
    for table, constraint in CONSTRAINTS:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def downgrade() -> None:
    """Refuse: there is nothing to undo."""
    raise NotImplementedError("migrations go one way")
