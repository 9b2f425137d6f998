"""Budgets and orders of before follow the constraints of the version before too: checked without holding up new ones."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

CONSTRAINTS = (
    ("budgets", "ck_budgets_unclassified"),
    ("payment_orders", "ck_payment_orders_indicator"),
    ("payment_orders", "fk_payment_orders_indicator_id_unit_budget_year_indicators"),
)


def upgrade() -> None:
    """Validate the constraints."""
    for table, constraint in CONSTRAINTS:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def downgrade() -> None:
    """Refuse: there is nothing to undo."""
    raise NotImplementedError("migrations go one way")
