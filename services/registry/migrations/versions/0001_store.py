"""The registry's tables: current rows and history per dataset, revisions, imports; and what every service has beside its own."""

from pathlib import Path

from alembic import op

from shared.system_tables import statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything. The statements are frozen in the SQL file beside this one."""
    connection = op.get_bind().connection
    connection.cursor().execute(statements("0001"))
    connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """There is no way back: history is never dropped by a migration."""
    raise NotImplementedError("The first version of the store is not undone; restore a backup instead.")
