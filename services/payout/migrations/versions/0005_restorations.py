"""Restorations: orders that are entered again bear the ids that the bank has; an award's trace goes on to its orders."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the statements of the file beside this one, then change the index of a table in use without holding it."""
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))
    with op.get_context().autocommit_block():
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY uq_payment_orders_once ON payment_orders"
            " (award_id, version, unit, payee_uscc, instalment, replaces) NULLS NOT DISTINCT WHERE NOT reentered"
        )
        op.execute("DROP INDEX CONCURRENTLY uq_payment_orders_purpose")


def downgrade() -> None:
    """What was entered again would be sent again."""
    raise NotImplementedError("orders that were entered again are not thrown away")
