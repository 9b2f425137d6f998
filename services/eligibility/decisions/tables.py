"""Tables of decisions. Constraints repeat the rules: one open proposal, one version in force, maker is not checker."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.eligibility.metadata import metadata
from shared.database.schema import APPEND_ONLY, SEALED

documents = Table(
    "documents",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("kind IN ('book', 'readings', 'inputs', 'procedure')", name="kind"),
    info=APPEND_ONLY,
    comment="Policies, interpretations, procedures and sealed inputs of decisions, each stored once under its SHA-256",
)

sealed_inputs = Table(
    "sealed_inputs",
    metadata,
    Column("evaluation_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("documents", LargeBinary, nullable=False, comment="A compressed Arrow stream"),
    info=APPEND_ONLY,
    comment="Sealed inputs of an evaluation's proposals, some hundred in a row; each is known by its SHA-256",
)

awards = Table(
    "awards",
    metadata,
    Column("award_id", Uuid, primary_key=True),
    Column("policy", Text, nullable=False),
    Column("award", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("identity_year", Integer, comment="Part of the identity of a yearly award; empty for one given once"),
    Column("version", Integer, nullable=False, server_default=text("0"), comment="The version in force, 0: none yet"),
    Column("first_decided_on", Date, comment="Decision day of version 1"),
    UniqueConstraint("policy", "award", "subject", "identity_year", postgresql_nulls_not_distinct=True),
    CheckConstraint("(version = 0) = (first_decided_on IS NULL)", name="first_decided_on"),
    postgresql_with={"fillfactor": 50},
    comment="An award's identity. Its row is the lock under which versions are numbered and events ordered",
)

recalled_versions = Table(
    "recalled_versions",
    metadata,
    Column("award_id", ForeignKey("awards.award_id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("event", JSONB, nullable=False),
    Column("recalled_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="The highest version of an award that was published and then lost in a restore of this database",
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("award_id", Uuid, nullable=False),
    Column("evaluation_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1"), comment="Counts changes; the ETag"),
    Column("version", Integer),
    Column("policy", Text, nullable=False),
    Column("award", Text, nullable=False),
    Column("article", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("award_year", Integer, nullable=False),
    Column("payee_uscc", Text, nullable=False),
    Column("payee_name", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("entitlement_fen", BigInteger, nullable=False),
    Column("instalments", JSONB, nullable=False),
    Column("flags", ARRAY(Text), nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("facts_revision", BigInteger, nullable=False),
    Column("policy_hash", Text, nullable=False),
    Column("interpretations_hash", Text, nullable=False),
    Column("inputs_hash", Text, nullable=False),
    Column(
        "inputs_number",
        Integer,
        comment="The row of sealed_inputs of its evaluation that holds its inputs; empty: they are a document",
    ),
    Column("engine_version", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column(
        "fact_authors",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="Persons who recorded or confirmed facts that the receipt seals",
    ),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("notice_id", ForeignKey("notices.id"), comment="The public notice that it was put into, if any"),
    Column("noticed_on", Date, comment="When that notice was closed after its term"),
    Column(
        "open_steps",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="Steps of its procedure that it still requires, in their order: those of decision_steps without an outcome,"
        " or objected to",
    ),
    Column("round_id", ForeignKey("rounds.id"), comment="The round that it belongs to, if any"),
    Column(
        "procedure_hash",
        Text,
        comment="The procedure that held when it was proposed, if any",
    ),
    CheckConstraint(
        "state IN ('proposed', 'in_notice', 'suspended', 'rejected', 'approved', 'superseded')", name="state"
    ),
    CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="maker_is_not_checker"),
    CheckConstraint("approved_by <> ALL (fact_authors)", name="fact_author_is_not_checker"),
    CheckConstraint("(version IS NULL) = (approved_by IS NULL)", name="version_at_approval"),
    CheckConstraint("state <> 'approved' OR version IS NOT NULL", name="approved_has_version"),
    CheckConstraint("version IS NULL OR state IN ('approved', 'superseded')", name="version_in_force"),
    CheckConstraint("jurisdiction ~ '^[a-z][a-z0-9_]*$'", name="jurisdiction"),
    CheckConstraint("result IN ('granted', 'withdrawn')", name="result"),
    CheckConstraint("kind IN ('cash', 'in_kind')", name="kind"),
    CheckConstraint("reason IN ('initial', 'correction', 'withdrawal', 'objection')", name="reason"),
    CheckConstraint(
        "entitlement_fen >= 0 AND ((result = 'granted' AND kind = 'cash') = (entitlement_fen > 0))", name="entitlement"
    ),
    CheckConstraint("open_steps = '{}' OR state NOT IN ('in_notice', 'approved')", name="no_step_skipped"),
    CheckConstraint("noticed_on IS NULL OR notice_id IS NOT NULL", name="noticed_by_a_notice"),
    CheckConstraint("state <> 'in_notice' OR (notice_id IS NOT NULL AND noticed_on IS NULL)", name="in_an_open_notice"),
    CheckConstraint("state <> 'proposed' OR (notice_id IS NULL) = (noticed_on IS NULL)", name="not_beside_its_notice"),
    Index(
        "uq_decisions_version",
        "award_id",
        "version",
        unique=True,
        postgresql_where=text("version IS NOT NULL"),
    ),
    Index(
        "uq_decisions_open",
        "award_id",
        unique=True,
        postgresql_where=text("state IN ('proposed','in_notice','suspended')"),
    ),
    Index("uq_decisions_in_force", "award_id", unique=True, postgresql_where=text("state = 'approved'")),
    Index("ix_decisions_award_id", "award_id", "id"),
    Index("ix_decisions_evaluation", "evaluation_id", "id"),
    Index("ix_decisions_payee", "payee_uscc", "id"),
    Index(
        "ix_decisions_awards", "award", "award_year", postgresql_using="brin"
    ),  # an evaluation stores them in this order
    Index("ix_decisions_changed", "changed_at"),
    Index("ix_decisions_notice", "notice_id", "id", postgresql_where=text("notice_id IS NOT NULL")),
    Index("ix_decisions_suspended", "id", postgresql_where=text("state = 'suspended'")),
    Index("ix_decisions_round", "round_id", "id", postgresql_where=text("round_id IS NOT NULL")),
)

decision_steps = Table(
    "decision_steps",
    metadata,
    Column("decision_id", ForeignKey("decisions.id"), primary_key=True),
    Column("place", Integer, nullable=False, comment="Place in the procedure"),
    Column("step", Text, primary_key=True, comment="`confirmation` or `review:<reviewer>`"),
    Column("due_on", Date, comment="Last working day for it"),
    Column("outcome", Text, comment="Empty while it waits; `objected` may still become `passed`"),
    Column("reason", Text),
    Column("statement", JSONB, comment="What was confirmed: account, commitment, document"),
    Column("acted_by", Text),
    Column("acted_at", DateTime(timezone=True)),
    CheckConstraint("step = 'confirmation' OR step ~ '^review:[a-z][a-z0-9_-]*$'", name="step"),
    CheckConstraint(
        "CASE WHEN step = 'confirmation' THEN outcome IN ('accepted', 'declined')"
        " ELSE outcome IN ('passed', 'objected') END",
        name="outcome",
    ),
    CheckConstraint("(outcome IS NULL) = (acted_by IS NULL) AND (outcome IS NULL) = (acted_at IS NULL)", name="acted"),
    CheckConstraint("outcome <> 'objected' OR reason IS NOT NULL", name="objection_has_reason"),
    CheckConstraint("statement IS NULL OR (step = 'confirmation' AND outcome IS NOT NULL)", name="statement"),
    Index("ix_decision_steps_waiting", "step", "decision_id", postgresql_where=text("outcome IS NULL")),
    Index("ix_decision_steps_objected", "step", "decision_id", postgresql_where=text("outcome = 'objected'")),
    Index(
        "ix_decision_steps_due",
        "due_on",
        "decision_id",
        postgresql_where=text("outcome IS NULL AND due_on IS NOT NULL"),
    ),
    comment="What the procedure requires of a proposal before its notice: the confirmation of its payee, and reviews",
)

decision_acts = Table(
    "decision_acts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("decision_id", Uuid, nullable=False),
    Column("act", Text, nullable=False),
    Column("state", Text, nullable=False, comment="The state that the act led to"),
    Column("actor", Text, nullable=False),
    Column("acted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("reason", Text),
    Column("step", Text, comment="The step of the procedure that the act concerns, if any"),
    Index("ix_decision_acts_decision", "decision_id", "id"),
    info=SEALED,
    comment="Who did what to a decision, when and why",
)
