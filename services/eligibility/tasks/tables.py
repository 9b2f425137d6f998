"""The table of how many proposals wait. Triggers of `decisions` write it: no act can be forgotten."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Identity, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.eligibility.metadata import metadata
from shared.database.schema import changes

open_proposals = Table(
    "open_proposals",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("round_id", Uuid),
    Column("evaluation_id", Uuid, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("open_steps", ARRAY(Text), nullable=False),
    Column("noticed", Boolean, nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("fact_authors", ARRAY(Text), nullable=False),
    Column("changed_on", Date, nullable=False),
    Column("proposals", Integer, nullable=False),
    comment="Differences of how many proposals wait: their sums by all other columns are what decisions say",
    info=changes(deletes=True),
)
