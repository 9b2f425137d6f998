"""Two spellings of one code are one code: functions that compare codes, and unique indexes over them.

Rows that were stored in two spellings before stay as they are, and are listed by the quality report: their unique index tells
these few codes apart, and no others. A table in use gets an index without being held, which no transaction can do. So this
migration is by itself, and may be run again wherever it broke off.
"""

from pathlib import Path

from alembic import op
from sqlalchemy import Connection

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEYS = {
    "service_centre_grades": ("centre_id", "{}, year"),
    "platform_authorisations": ("platform", "uscc, {}"),
    "parks": ("park_id", "{}"),
    "park_years": ("park_id", "{}, year"),
    "logistics_hubs": ("hub_id", "{}"),
    "hub_years": ("hub_id", "{}, year"),
    "delivery_terminals": ("serial", "{}"),
    "loans": ("loan_id", "{}"),
    "loan_balances": ("loan_id", "{}, since"),
    "loan_years": ("loan_id", "{}, year"),
    "platform_zones": ("zone_id", "{}"),
    "zone_years": ("zone_id", "{}, year"),
    "exhibition_attendances": ("exhibition_id", "{}, uscc"),
    "overseas_warehouses": ("warehouse_id", "{}"),
    "cold_stores": ("store_id", "{}"),
    "demonstration_titles": ("title", "uscc, {}, level"),
    "recognised_platforms": ("platform", "{}, since"),
    "prior_awards": ("subject", "uscc, award, {}, award_year, tier"),
    "other_support": ("subject", "uscc, award, {}, award_year, code_key(programme)"),
}
"""The code in each key, and the key around it."""

INDEXES = {
    "ix_platform_authorisations_platform_spelling": "platform_authorisations (code_key(platform))",
    "ix_platform_zones_platform_spelling": "platform_zones (code_key(platform))",
    "ix_demonstration_titles_title_spelling": "demonstration_titles (code_key(title))",
    "ix_prior_awards_subject_spelling": "prior_awards (code_key(subject))",
    "ix_prior_awards_subject_part": "prior_awards (code_key(split_part(subject, ':', 1)))",
    "ix_other_support_subject_spelling": "other_support (code_key(subject))",
    "ix_other_support_subject_part": "other_support (code_key(split_part(subject, ':', 1)))",
    "ix_other_support_programme_spelling": "other_support (code_key(programme))",
}


def upgrade() -> None:
    """Make the functions and the indexes."""
    with op.get_context().autocommit_block():
        op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text("utf-8"))
        index(op.get_bind())


def index(connection: Connection) -> None:
    """Make the indexes, outside of a transaction."""
    for name, columns in INDEXES.items():
        connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")
    for table, (code, key) in KEYS.items():
        columns = key.format(f"code_key({code})")
        apart = _stored_twice(connection, table, code, columns)
        connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS uq_{table}_spelling")
        connection.exec_driver_sql(f"CREATE UNIQUE INDEX CONCURRENTLY uq_{table}_spelling ON {table} ({columns}{apart}")


def _stored_twice(connection: Connection, table: str, code: str, columns: str) -> str:
    """Write what tells the codes apart that are stored in several spellings, and the end of the index's columns."""
    codes = connection.exec_driver_sql(f"""
        SELECT string_agg(DISTINCT quote_literal({code}), ', ') FROM {table}
        WHERE ({columns}) IN (SELECT {columns} FROM {table} GROUP BY {columns} HAVING count(*) > 1)
    """).scalar_one()
    return f", (CASE WHEN {code} IN ({codes}) THEN {code} END)) NULLS NOT DISTINCT" if codes else ")"


def downgrade() -> None:
    """A version before this one works with these indexes: nothing is to be undone."""
    raise NotImplementedError("migrations go one way")
