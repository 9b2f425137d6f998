"""Orders that are entered again bear the ids that the bank has: the index that holds orders apart leaves them out.

A table in use gets and loses an index without being held, which no transaction can do. So this migration is by itself, and may be
run again wherever it broke off.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new index, then drop the old one."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_payment_orders_once")
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY uq_payment_orders_once ON payment_orders"
            " (award_id, version, unit, payee_uscc, instalment, replaces) NULLS NOT DISTINCT WHERE NOT reentered"
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_payment_orders_purpose")


def downgrade() -> None:
    """Orders that were entered again may break the index that there was."""
    raise NotImplementedError("orders that were entered again are not thrown away")
