"""The outbox by batches."""

from alembic import op

from shared.system_tables import statements

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create version 4 of the tables that every service has."""
    op.get_bind().connection.cursor().execute(statements("0004"))


def downgrade() -> None:
    """Refuse: what waits to be published is in them."""
    raise NotImplementedError("migrations go one way")
