"""The table of the outcomes of simulations."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table, Text, Uuid

from services.eligibility.evaluation_jobs.tables import outcome_columns
from services.eligibility.metadata import metadata
from shared.database.schema import APPEND_ONLY

simulation_outcomes = Table(
    "simulation_outcomes",
    metadata,
    Column("simulation_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, comment="Place in the simulation's order: award, subject, year"),
    *outcome_columns(),
    Column("today_result", Text, nullable=False),
    Column("today_fen", BigInteger, nullable=False),
    Column("today_jurisdiction", Text),
    Column("change", Text, nullable=False),
    CheckConstraint("change IN ('gained', 'lost', 'raised', 'lowered', 'moved', 'same')", name="change"),
    Index("ix_simulation_outcomes_result", "simulation_id", "result", "number"),
    Index("ix_simulation_outcomes_change", "simulation_id", "change", "number"),
    info=APPEND_ONLY,
    comment="What a simulation would grant or leave open, and what it would no longer grant, beside today's; never decided",
)
