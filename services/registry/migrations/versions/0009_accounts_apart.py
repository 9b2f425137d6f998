"""Periods of one payee's accounts do not overlap; revisions follow the constraints of 0008.

Rows that overlapped before stay as they are, and are listed by the quality report; the constraint holds for what is recorded from
now on. Whoever corrects one of them is refused while it still overlaps another.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OVERLAPPING = """
    SELECT EXISTS (SELECT FROM payee_accounts AS a JOIN payee_accounts AS b
                   ON a.uscc = b.uscc AND a.since < b.since AND daterange(a.since, a.until) && daterange(b.since, b.until))
"""


def upgrade() -> None:
    """Add the constraint; where periods overlap already, for later revisions alone."""
    for name in ("two_persons", "confirmed"):
        op.execute(f"ALTER TABLE revisions VALIDATE CONSTRAINT ck_revisions_{name}")
    bind, exempt = op.get_bind(), ""
    if bind.exec_driver_sql(OVERLAPPING).scalar_one():
        newest = bind.exec_driver_sql("SELECT max(revision) FROM payee_accounts").scalar_one()
        exempt = f"WHERE (revision > {newest:d})"
    op.execute(
        "ALTER TABLE payee_accounts ADD CONSTRAINT ex_payee_accounts_period"
        f" EXCLUDE USING gist (uscc WITH =, daterange(since, until) WITH &&) {exempt} DEFERRABLE INITIALLY DEFERRED"
    )


def downgrade() -> None:
    """Refuse: accounts that overlap would be paid by chance."""
    raise NotImplementedError("migrations go one way")
