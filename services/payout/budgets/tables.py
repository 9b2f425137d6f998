"""Tables of appropriations and of what is left of them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
)

from services.payout.budgets.domain import Classification
from services.payout.metadata import metadata
from shared import two_persons
from shared.database.schema import APPEND_ONLY, changes

MAX_APPROPRIATION_FEN = 1_000_000_000_000
"""Ten billion yuan: far above the budget of this policy, and far below what a slip of the keyboard makes of it."""


def _classification() -> list[Column[str]]:
    return [Column(name, Text) for name in Classification._fields]


appropriation_proposals = Table(
    "appropriation_proposals",
    metadata,
    *two_persons.columns(reason="none", discardable=True),
    Column("unit", Text, ForeignKey("policy_units.unit"), nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    *_classification(),
    Column("carried_over", Boolean, nullable=False, server_default=false()),
    CheckConstraint("amount_fen < 0 OR NOT carried_over", name="carried_over"),
    CheckConstraint(
        f"amount_fen BETWEEN -{MAX_APPROPRIATION_FEN} AND {MAX_APPROPRIATION_FEN} AND amount_fen <> 0", name="amount"
    ),
    info=changes(*two_persons.DECIDED_OR_DISCARDED),
)
"""What one person drafts counts for nothing; a trigger lets nobody edit it. What is carried over is a reduction of its year: the
year after gets it."""

appropriations = Table(
    "appropriations",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit", Text, ForeignKey("policy_units.unit"), nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("proposal_id", Uuid),
    *_classification(),
    CheckConstraint("amount_fen <> 0", name="amount"),
    Index("ix_appropriations_unit", "unit", "year"),
    Index("uq_appropriations_proposal_id_year", "proposal_id", "year", unique=True),
    info=APPEND_ONLY,
)
"""What counts: confirmed proposals, each once in a year, what is carried over in two; appropriations of before have none."""

budgets = Table(
    "budgets",
    metadata,
    Column("unit", Text, ForeignKey("policy_units.unit"), primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("appropriated_fen", BigInteger, nullable=False, server_default="0"),
    Column("committed_fen", BigInteger, nullable=False, server_default="0"),
    Column("paid_fen", BigInteger, nullable=False, server_default="0"),
    Column("recovered_fen", BigInteger, nullable=False, server_default="0"),
    Column("classified_fen", BigInteger, nullable=False, server_default="0"),
    Column("classified_committed_fen", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("committed_fen <= appropriated_fen", name="not_below_zero"),
    CheckConstraint("paid_fen >= 0 AND paid_fen <= committed_fen", name="paid"),
    CheckConstraint("recovered_fen >= 0", name="recovered"),
    CheckConstraint(
        "committed_fen - classified_committed_fen BETWEEN 0 AND appropriated_fen - classified_fen", name="unclassified"
    ),
    info=changes(
        *(
            "appropriated_fen",
            "committed_fen",
            "paid_fen",
            "recovered_fen",
            "classified_fen",
            "classified_committed_fen",
        )
    ),
)
"""Running sums per unit and year: no budget goes below zero, whoever writes. Reconciliation compares them to the ledger."""

indicators = Table(
    "indicators",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    *_classification(),
    Column("appropriated_fen", BigInteger, nullable=False, server_default="0"),
    Column("committed_fen", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("id", "unit", "year"),
    UniqueConstraint(
        "unit", "year", *Classification._fields, name="uq_indicators_classification", postgresql_nulls_not_distinct=True
    ),
    CheckConstraint(f"num_nonnulls({', '.join(Classification._fields)}) > 0", name="classified"),
    CheckConstraint("committed_fen BETWEEN 0 AND appropriated_fen", name="not_below_zero"),
    ForeignKeyConstraint(["unit", "year"], ["budgets.unit", "budgets.year"]),
    info=changes("appropriated_fen", "committed_fen"),
)
"""The money of a budget with the same classification; a budget's `classified_fen` and `classified_committed_fen` are their sums.
An order draws on one indicator, or on what is not classified."""
