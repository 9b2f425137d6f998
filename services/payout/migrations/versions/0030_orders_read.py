"""A page of orders reads what it shows: not every version of every award, nor all orders of each payee. It may be run again."""

from pathlib import Path

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Exchange the indexes outside of a transaction, without holding the table; then execute the file beside this one."""
    with op.get_context().autocommit_block():
        for index in ("ix_payment_orders_payee_batch", "uq_payment_orders_number"):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
        op.execute("CREATE INDEX CONCURRENTLY ix_payment_orders_payee_batch ON payment_orders (payee_uscc, batch_id)")
        op.execute("CREATE UNIQUE INDEX CONCURRENTLY uq_payment_orders_number ON payment_orders (number)")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_payment_orders_payee_uscc")
    op.execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """Refuse: migrations go one way."""
    raise NotImplementedError("migrations go one way")
