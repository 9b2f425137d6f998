"""The table of how many later instalments wait. Triggers of `payment_orders` write it: no act can be forgotten."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Identity, Integer, SmallInteger, Table, Text

from services.payout.metadata import metadata
from shared.database.schema import changes

later_orders = Table(
    "later_orders",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit", Text, nullable=False),
    Column("due_year", SmallInteger, nullable=False),
    Column("changed_on", Date, nullable=False),
    Column("orders", Integer, nullable=False),
    comment="Differences of how many orders of later instalments wait to be released: their sums are what payment orders say",
    info=changes(deletes=True),
)
