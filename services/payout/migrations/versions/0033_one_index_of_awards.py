"""One index holds the orders of an award apart and finds them.

A partial index left out the orders that were entered again (0006), so look-ups by award needed one of their own (0011). With the number of
an order that was entered again as its last column one index does both, and each order is written to one index less, twice. As in 0006
this migration is by itself, and may be run again wherever it broke off. The version before finds its orders by the new index.
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new index, then drop the two old ones, without holding up anybody."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_payment_orders_award_id")
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY uq_payment_orders_award_id ON payment_orders"
            " (award_id, version, unit, payee_uscc, instalment, replaces, part, (number * reentered::integer))"
            " NULLS NOT DISTINCT"
        )
        for old in ("uq_payment_orders_single", "ix_payment_orders_award_id"):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {old}")


def downgrade() -> None:
    """Refuse: there is nothing to undo."""
    raise NotImplementedError("migrations go one way")
