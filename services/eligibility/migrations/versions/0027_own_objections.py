"""One open objection of an enterprise about a matter; its index is made without holding the table, and again if it is run again."""

from pathlib import Path

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NAME = "ux_objections_open_of_enterprise"


def upgrade() -> None:
    """Execute the statements of the file beside this one, and create the index outside of a transaction."""
    op.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}")
        op.execute(
            f"CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON objections (decision_id, omitted, objector_uscc) NULLS NOT DISTINCT"
            " WHERE outcome IS NULL AND objector_uscc IS NOT NULL"
        )


def downgrade() -> None:
    """Refuse: migrations go one way."""
    raise NotImplementedError("migrations go one way")
