"""Tables of files that are entered again, until another person confirms them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from services.payout.budgets.domain import Classification
from services.payout.metadata import metadata
from shared import two_persons
from shared.database.schema import APPEND_ONLY, changes

reentry_proposals = Table(
    "reentry_proposals",
    metadata,
    *two_persons.columns(reason="none", discardable=True),
    Column("unit", Text, nullable=False),
    Column("sent_on", Date, nullable=False),
    Column("registry_revision", BigInteger, nullable=False),
    Column("checksum", Text, nullable=False),
    Index(
        "uq_reentry_proposals_open",
        "checksum",
        unique=True,
        postgresql_where=text("confirmed_at IS NULL AND discarded_at IS NULL"),
    ),
    info=changes(*two_persons.DECIDED_OR_DISCARDED),
)
"""A file as its seal says: whose, of which day, with the accounts of which revision. A trigger lets nobody edit it."""

reentry_proposal_rows = Table(
    "reentry_proposal_rows",
    metadata,
    Column("proposal_id", Uuid, ForeignKey("reentry_proposals.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("order_id", Uuid, nullable=False),
    Column("payee_uscc", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("award_id", Uuid, nullable=False),
    Column("instalment", SmallInteger, nullable=False),
    *(Column(name, Text) for name in Classification._fields),
    CheckConstraint("amount_fen > 0", name="amount"),
    info=APPEND_ONLY,
)
"""The rows of the file without accounts: these were compared with the registry's when it was entered."""
