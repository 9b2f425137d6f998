"""Earlier rows follow the constraints of the version before too: checked without holding up new ones."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CONSTRAINTS = (
    ("enterprises", "ck_enterprises_legal_form"),
    ("locations", "ck_locations_jurisdiction"),
    ("cold_stores", "ck_cold_stores_jurisdiction"),
    ("delivery_terminals", "ck_delivery_terminals_jurisdiction"),
    ("logistics_hubs", "ck_logistics_hubs_jurisdiction"),
    ("service_centre_grades", "ck_service_centre_grades_jurisdiction"),
    ("parks", "ck_parks_jurisdiction"),
)


def upgrade() -> None:
    """Validate the constraints that were widened, for legal forms and for the codes of policies."""
    for table, constraint in CONSTRAINTS:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def downgrade() -> None:
    """Refuse: there is nothing to undo."""
    raise NotImplementedError("migrations go one way")
