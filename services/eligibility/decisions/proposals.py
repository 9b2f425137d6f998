"""From an evaluation's outcomes to proposals: what differs from the version in force is proposed, everything else is left.

One set-based pass, whatever the number of awards. Restated means that entitlement, result, payee, jurisdiction, award year or
instalments differ; nothing else counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, text

from services.eligibility.decisions.tables import documents
from shared.database.bulk import copy_frame

PROPOSALS_LOCK = 0x70726F706F73  # one evaluation proposes at a time
STANDING_ACTOR = "eligibility"
"""Who proposes what corrected facts ask for. A person's evaluation takes such a proposal over, to answer for it."""

CANDIDATE_SCHEMA = pl.Schema(
    {
        "award_id": pl.String,
        "award": pl.String,
        "article": pl.String,
        "subject": pl.String,
        "identity_year": pl.Int32,
        "award_year": pl.Int32,
        "payee_uscc": pl.String,
        "payee_name": pl.String,
        "jurisdiction": pl.String,
        "kind": pl.String,
        "entitlement_fen": pl.Int64,
        "parts": pl.String,
        "flags": pl.String,
    }
)
"""Granted outcomes, one row per award. `parts`: JSON [{due_offset_years, amount_fen}]; `flags`: a PostgreSQL array literal."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Which awards an evaluation has judged, so that those it no longer grants can be told from those it did not look at."""

    policy: str
    award_years: Sequence[int]
    subjects: Collection[tuple[str, str]] | None
    """(award, subject) pairs; None: all."""
    new_in: Sequence[int] | None = None
    """Award years in which something may be newly proposed; None: those that were judged."""
    keeps_days: bool = False
    """Whether an open first proposal keeps its decision day, and a person's is left to that person."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What the outcomes were computed from, and for whom."""

    evaluation_id: UUID
    proposed_by: str
    decided_on: date
    facts_revision: int
    policy_hash: str
    interpretations_hash: str
    engine_version: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the awards that were judged."""

    created: int
    restated: int
    withdrawn: int
    unchanged: int

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


Seal = Callable[[pl.DataFrame], pl.DataFrame]
"""Gives `award, subject, hash, content` of the sealed inputs for a frame with the columns `award, subject`."""

_CANDIDATES = """
CREATE TEMP TABLE candidates (
    award_id uuid PRIMARY KEY, award text, article text, subject text, identity_year integer, award_year integer,
    payee_uscc text, payee_name text, jurisdiction text, kind text, entitlement_fen bigint, parts jsonb, flags text[]
) ON COMMIT DROP
"""

_JUDGED = "CREATE TEMP TABLE judged (award text, subject text, PRIMARY KEY (award, subject)) ON COMMIT DROP"

_INSTALMENTS = """
(SELECT coalesce(jsonb_agg(jsonb_build_object(
            'due_year', extract(year FROM {first_day})::int + (part ->> 'due_offset_years')::int,
            'amount_fen', (part ->> 'amount_fen')::bigint) ORDER BY place), '[]'::jsonb)
 FROM jsonb_array_elements(c.parts) WITH ORDINALITY AS parts (part, place))
"""
_DUE = _INSTALMENTS.format(
    first_day="coalesce(known.first_decided_on, CASE WHEN :keeps_days THEN o.decided_on END, CAST(:decided_on AS date))"
)
_DUE_THEN = _INSTALMENTS.format(first_day="coalesce(known.first_decided_on, l.decided_on)")

# `wanted` is the outcome that should be in force. `behind`: a higher version than the one in force was told and then lost in a
# restore (`recalling.py`); whatever should be in force is proposed then, the same as before or a withdrawal included. What was
# rejected or is suspended is compared as of the day that it was proposed for: a later year alone makes no other outcome.
_VERDICTS = f"""
CREATE TEMP TABLE verdicts ON COMMIT DROP AS
WITH known AS (
    SELECT a.award_id, a.first_decided_on, r.version AS told_version, r.event AS told
    FROM awards a {{only_judged}} LEFT JOIN recalled_versions r USING (award_id)
    WHERE a.policy = :policy AND (a.identity_year IS NULL OR a.identity_year = ANY(:award_years))
), compared AS (
    SELECT coalesce(c.award_id, known.award_id) AS award_id, c.award_id IS NOT NULL AS granted,
           c.award_year = ANY(:new_in) AS asked_for, o.decided_on AS open_decided_on,
           coalesce(known.told_version > coalesce(f.version, 0), false) AS behind, known.told,
           NOT :keeps_days AND o.state = 'proposed' AND o.proposed_by = :standing_actor AS taken_over,
           f.id AS in_force_id, o.id AS open_id, l.id AS latest_id, (l.state = 'rejected') AS was_rejected,
           o.state IS NOT DISTINCT FROM 'suspended' AS is_suspended,
           CASE WHEN l.state IN ('rejected', 'suspended') THEN {_DUE_THEN} END AS due_then,
           EXISTS (SELECT 1 FROM objections b WHERE b.decision_id = o.id AND b.outcome = 'upheld') AS was_upheld,
           CASE WHEN c.award_id IS NOT NULL
                THEN jsonb_build_array('granted', c.entitlement_fen, c.payee_uscc, c.jurisdiction, c.award_year,
                                       due.instalments)
                ELSE jsonb_build_array('withdrawn', 0::bigint, coalesce(f.payee_uscc, known.told #>> '{{{{payee,uscc}}}}'),
                                       coalesce(f.jurisdiction, known.told ->> 'jurisdiction'),
                                       coalesce(f.award_year, (known.told ->> 'award_year')::int), '[]'::jsonb) END AS wanted,
           jsonb_build_array(f.result, f.entitlement_fen, f.payee_uscc, f.jurisdiction, f.award_year, f.instalments) AS in_force,
           jsonb_build_array(l.result, l.entitlement_fen, l.payee_uscc, l.jurisdiction, l.award_year, l.instalments) AS latest,
           due.instalments
    FROM candidates c
    FULL JOIN known ON known.award_id = c.award_id
    LEFT JOIN decisions f ON f.award_id = coalesce(c.award_id, known.award_id) AND f.state = 'approved'
    LEFT JOIN decisions o ON o.award_id = coalesce(c.award_id, known.award_id)
                         AND o.state IN ('proposed', 'in_notice', 'suspended')
    LEFT JOIN LATERAL (SELECT * FROM decisions d WHERE d.award_id = coalesce(c.award_id, known.award_id)
                       ORDER BY d.id DESC LIMIT 1) l ON true
    LEFT JOIN LATERAL (SELECT {_DUE} AS instalments) due ON true
)
SELECT award_id, granted, in_force_id, open_id, latest_id, instalments, CASE WHEN behind THEN told END AS told,
       CASE WHEN :keeps_days AND in_force_id IS NULL THEN coalesce(open_decided_on, :decided_on)
            ELSE CAST(:decided_on AS date) END AS decided_on,
       CASE WHEN behind AND open_id IS NULL AND was_rejected IS NOT TRUE THEN 'propose'
            WHEN NOT granted AND in_force_id IS NULL AND open_id IS NULL THEN 'nothing'
            WHEN NOT granted AND in_force_id IS NULL AND NOT behind THEN 'close'
            WHEN in_force_id IS NOT NULL AND wanted = in_force AND open_id IS NOT NULL AND NOT behind THEN 'close'
            WHEN in_force_id IS NOT NULL AND wanted = in_force AND NOT behind THEN 'unchanged'
            WHEN in_force_id IS NULL AND open_id IS NULL AND NOT asked_for THEN 'nothing'
            WHEN (was_rejected OR is_suspended) AND jsonb_set(wanted, '{{{{5}}}}', due_then) = latest
            THEN CASE WHEN was_upheld THEN 'answer' ELSE 'unchanged' END
            WHEN open_id IS NOT NULL AND wanted = latest AND taken_over IS NOT TRUE THEN 'unchanged'
            ELSE 'propose' END AS verdict
FROM compared
"""

# As a join, which finds a few awards by their index; behind an OR all awards would be read for them.
_ONLY_JUDGED = "JOIN judged j ON j.award = a.award AND j.subject = a.subject"

# What is about to be superseded must stand still, and must not have been approved or rejected meanwhile.
_HOLD_OPEN = """
SELECT count(*) FILTER (WHERE state NOT IN ('proposed', 'in_notice', 'suspended')) FROM (
    SELECT d.state FROM verdicts v JOIN decisions d ON d.id = v.open_id JOIN awards a ON a.award_id = v.award_id
    WHERE v.verdict IN ('propose', 'close', 'answer') ORDER BY a.award_id FOR UPDATE OF a, d) held
"""

_TO_SEAL = """
SELECT v.award_id::text, a.award, a.subject FROM verdicts v JOIN awards a USING (award_id)
WHERE v.verdict IN ('propose', 'answer')
"""

# An upheld objection is answered by corrected facts or another reading, though the outcome be the same: it is proposed anew then.
_ANSWER = """
UPDATE verdicts v
SET verdict = CASE WHEN (d.inputs_hash, d.interpretations_hash) = (s.hash, :interpretations_hash)
                   THEN 'unchanged' ELSE 'propose' END
FROM sealed s, decisions d WHERE v.verdict = 'answer' AND s.award_id = v.award_id AND d.id = v.open_id
"""

_NEW_AWARDS = """
INSERT INTO awards (award_id, policy, award, subject, identity_year)
SELECT award_id, :policy, award, subject, identity_year FROM candidates JOIN verdicts USING (award_id)
WHERE verdict = 'propose' ORDER BY award_id ON CONFLICT DO NOTHING
"""

_SUPERSEDE_OPEN = """
WITH ended AS (
    UPDATE decisions d SET state = 'superseded', revision = revision + 1, changed_at = now()
    FROM verdicts v WHERE d.id = v.open_id AND v.verdict IN ('propose', 'close') RETURNING d.id)
INSERT INTO decision_acts (decision_id, act, state, actor, reason)
SELECT id, 'supersede', 'superseded', :proposed_by, 'the facts or readings have changed' FROM ended
"""

_PROPOSE = """
WITH made AS (
    INSERT INTO decisions (award_id, evaluation_id, state, policy, award, article, subject, award_year, payee_uscc,
        payee_name, jurisdiction, result, kind, entitlement_fen, instalments, flags, reason, decided_on, facts_revision,
        policy_hash, interpretations_hash, inputs_hash, engine_version, proposed_by)
    SELECT v.award_id, :evaluation_id, 'proposed', :policy, a.award,
        coalesce(c.article, f.article, v.told ->> 'article'), a.subject,
        coalesce(c.award_year, f.award_year, (v.told ->> 'award_year')::int),
        coalesce(c.payee_uscc, f.payee_uscc, v.told #>> '{payee,uscc}'),
        coalesce(c.payee_name, f.payee_name, v.told #>> '{payee,name}'),
        coalesce(c.jurisdiction, f.jurisdiction, v.told ->> 'jurisdiction'),
        CASE WHEN v.granted THEN 'granted' ELSE 'withdrawn' END,
        coalesce(c.kind, f.kind, v.told ->> 'kind'), coalesce(c.entitlement_fen, 0), v.instalments, coalesce(c.flags, '{}'),
        CASE WHEN EXISTS (SELECT 1 FROM objections b WHERE b.decision_id = v.latest_id AND b.outcome = 'upheld')
                  OR EXISTS (SELECT 1 FROM decisions d WHERE d.id = v.open_id AND d.reason = 'objection')
             THEN 'objection' WHEN f.id IS NULL AND v.told IS NULL THEN 'initial' WHEN v.granted THEN 'correction'
             ELSE 'withdrawal' END,
        v.decided_on, :facts_revision, :policy_hash, :interpretations_hash, s.hash, :engine_version, :proposed_by
    FROM verdicts v
    JOIN awards a USING (award_id)
    JOIN sealed s ON s.award_id = v.award_id
    LEFT JOIN candidates c ON c.award_id = v.award_id
    LEFT JOIN decisions f ON f.id = v.in_force_id
    WHERE v.verdict = 'propose' ORDER BY a.award, a.subject
    RETURNING id)
INSERT INTO decision_acts (decision_id, act, state, actor) SELECT id, 'propose', 'proposed', :proposed_by FROM made
"""

_COUNTS = """
SELECT count(*) FILTER (WHERE verdict = 'propose' AND granted AND in_force_id IS NULL AND open_id IS NULL) AS created,
       count(*) FILTER (WHERE verdict = 'propose' AND granted AND (in_force_id IS NOT NULL OR open_id IS NOT NULL)) AS restated,
       count(*) FILTER (WHERE NOT granted AND verdict IN ('propose', 'close')) AS withdrawn,
       count(*) FILTER (WHERE verdict = 'unchanged' OR (granted AND verdict = 'close')) AS unchanged
FROM verdicts
"""


def hold_proposals(connection: Connection) -> None:
    """Let no other evaluation propose until the caller's transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": PROPOSALS_LOCK})


def propose(connection: Connection, candidates: pl.DataFrame, judged: Judged, basis: Basis, seal: Seal) -> Counts:
    """Propose what differs from the versions in force, within the caller's transaction.

    `candidates` has CANDIDATE_SCHEMA. Awards that were judged and are no longer granted are proposed for withdrawal, or
    their open proposals closed. What is new is proposed for the years that were asked for alone. An outcome that an officer
    rejected is not proposed again until it differs.
    """
    values = asdict(basis) | {"policy": judged.policy}
    hold_proposals(connection)
    connection.execute(text(_CANDIDATES))
    copy_frame(connection, "candidates", candidates)
    if judged.subjects is not None:
        connection.execute(text(_JUDGED))
        pairs = pl.DataFrame(sorted(judged.subjects), schema=["award", "subject"], orient="row")
        copy_frame(connection, "judged", pairs)
    connection.execute(text("ANALYZE candidates"))
    asked = values | {
        "award_years": list(judged.award_years),
        "new_in": list(judged.award_years if judged.new_in is None else judged.new_in),
        "keeps_days": judged.keeps_days,
        "standing_actor": STANDING_ACTOR,
    }
    verdicts = text(_VERDICTS.format(only_judged="" if judged.subjects is None else _ONLY_JUDGED))
    connection.execute(verdicts, asked)
    while connection.execute(text(_HOLD_OPEN)).scalar_one():
        connection.execute(text("DROP TABLE verdicts"))
        connection.execute(verdicts, asked)
    connection.execute(text(_NEW_AWARDS), values)
    _seal(connection, seal)
    connection.execute(text(_ANSWER), values)
    connection.execute(text(_SUPERSEDE_OPEN), values)
    connection.execute(text(_PROPOSE), values)
    return Counts(**connection.execute(text(_COUNTS)).mappings().one())


def _seal(connection: Connection, seal: Seal) -> None:
    rows = connection.execute(text(_TO_SEAL)).all()
    schema = {"award_id": pl.String, "award": pl.String, "subject": pl.String}
    wanted = pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
    sealed = seal(wanted.select("award", "subject"))
    keep_documents(connection, "inputs", sealed.select("hash", "content").unique("hash"))
    connection.execute(text("CREATE TEMP TABLE sealed (award_id uuid PRIMARY KEY, hash text) ON COMMIT DROP"))
    copy_frame(connection, "sealed", wanted.join(sealed, on=["award", "subject"]).select("award_id", "hash"))


def keep_documents(connection: Connection, kind: str, contents: pl.DataFrame) -> None:
    """Keep documents (`hash`, `content`) of `kind`, each once."""
    if contents.is_empty():
        return
    connection.execute(text("CREATE TEMP TABLE IF NOT EXISTS arriving (hash text, content text) ON COMMIT DROP"))
    connection.execute(text("TRUNCATE arriving"))
    copy_frame(connection, "arriving", contents.select("hash", "content"))
    connection.execute(
        text(
            f"INSERT INTO {documents.name} (hash, kind, content)"
            " SELECT hash, :kind, content FROM arriving ORDER BY hash ON CONFLICT DO NOTHING"
        ),
        {"kind": kind},
    )
