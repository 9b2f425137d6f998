"""The table of rounds; `decisions.round_id` names the round of a decision."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Integer, Table, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.eligibility.metadata import metadata
from shared.database.schema import APPEND_ONLY

rounds = Table(
    "rounds",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("policy", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("award_years", ARRAY(Integer), nullable=False),
    Column("awards", ARRAY(Text), comment="Codes of its awards; empty for all of the policy"),
    Column("opens_on", Date, nullable=False),
    Column("closes_on", Date, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("cardinality(award_years) > 0", name="award_years"),
    CheckConstraint("cardinality(awards) > 0", name="awards"),
    CheckConstraint("closes_on >= opens_on", name="term"),
    info=APPEND_ONLY,
    comment="Rounds (兑现批次) that order proposals; never a condition of an award",
)
