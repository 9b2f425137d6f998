"""Propose the outcomes of an evaluation that differ from the versions in force; leave everything else as it is.

One set-based pass for any number of awards. An award is restated when its entitlement, result, payee, jurisdiction, award
year or instalments differ; nothing else counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date
from operator import add
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, func, select, text

from services.eligibility.decisions import transitions
from services.eligibility.decisions.tables import sealed_inputs
from services.eligibility.engine.dependencies import PAIRS
from services.eligibility.engine.parts import Part
from services.eligibility.facts.queries import CodeRange
from shared.database.bulk import copy_frame, copy_rows, read_frame
from shared.database.frames import compressed
from shared.database.queries import load

queries = load(__package__)

PROPOSALS_LOCK = 0x70726F706F73  # one evaluation proposes at a time
AUTOMATIC_ACTOR = "eligibility"
"""Proposes the outcomes of corrected facts. A person's evaluation proposes such an outcome anew, in that person's name."""

INPUTS_IN_A_ROW = 250
"""Similar documents compress well together, and one is soon found among them."""

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
class EvaluatedAwards:
    """Which awards an evaluation covered: those that it no longer grants are withdrawn, those that it did not cover are left."""

    policy: str
    award_years: Sequence[int]
    subjects: Collection[tuple[str, str]] | None
    """(award, subject) pairs; None: all subjects of `part`."""
    new_award_years: Sequence[int] | None = None
    """Award years in which awards without a decision may be proposed; None: all of `award_years`."""
    is_correction: bool = False
    """Whether corrected facts caused it: an open first proposal keeps its decision day, an equal one its proposer."""
    part: Part | None = None
    """The part of an evaluation of all enterprises; None: all awards."""

    @property
    def pairs(self) -> pl.DataFrame:
        """The pairs `subjects`; none if they are those of a part."""
        return pl.DataFrame(sorted(self.subjects or ()), schema=PAIRS, orient="row")

    def among(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Return those of some (award, subject) pairs that the evaluation covered, in their order."""
        if self.subjects is not None:
            return pairs.join(self.pairs, on=list(PAIRS), how="semi", maintain_order="left")
        return pairs if self.part is None else self.part.holds(pairs.filter(pl.col("award").is_in(self.part.awards)))


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the outcomes were computed from, and for whom."""

    evaluation_id: UUID
    proposed_by: str
    decided_on: date
    facts_revision: int
    policy_hash: str
    interpretations_hash: str
    engine_version: str
    round_id: UUID | None = None
    """Its proposals belong to this round, as far as the round has their award and year."""
    procedure_hash: str | None = None


@dataclass(frozen=True, slots=True)
class RequiredStep:
    """A step that a procedure requires of proposals of some awards; None: of all."""

    step: str
    awards: Sequence[str] | None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the evaluated awards were newly proposed, restated, withdrawn, left unchanged, or not proposed: stopped."""

    created: int = 0
    restated: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    stopped: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Return the counts of both together."""
        return Counts(*map(add, astuple(self), astuple(other)))


Seal = Callable[[pl.DataFrame], pl.DataFrame]
"""Returns `award, subject, hash, content` of the sealed inputs for a frame with the columns `award, subject`.

`authors` are the persons who recorded or confirmed these inputs, as a PostgreSQL array literal.
"""


def lock_proposals(connection: Connection) -> None:
    """Let no other evaluation propose until the caller's transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(PROPOSALS_LOCK)))


def propose(
    connection: Connection,
    candidates: Callable[[], pl.DataFrame],
    evaluated: EvaluatedAwards,
    provenance: Provenance,
    seal: Seal,
    steps: Sequence[RequiredStep] = (),
    *,
    notice_days: int,
) -> Counts:
    """Propose what differs from the versions in force, within the caller's transaction, which holds `lock_proposals`.

    An evaluation proposes part by part. `candidates` returns a frame with CANDIDATE_SCHEMA, another one if approvals since have
    changed what is granted: they are compared until it does not. Evaluated awards that are no longer granted are
    proposed for withdrawal, or their open proposals closed. New awards are proposed in the requested years only. An outcome that
    an officer rejected is not proposed again until it differs. Each proposal waits for those of `steps` that concern it, then for
    a notice of `notice_days` unless its procedure says how long.
    """
    award_years = list(evaluated.award_years)
    codes = (evaluated.part.codes if evaluated.part else None) or CodeRange()
    values = asdict(provenance) | {
        "policy": evaluated.policy,
        "award_years": award_years,
        "new_award_years": award_years if evaluated.new_award_years is None else list(evaluated.new_award_years),
        "all_subjects": evaluated.subjects is None,
        "awards": None if evaluated.part is None else list(evaluated.part.awards),
        "first_code": codes.first,
        "until_code": codes.until,
        "is_correction": evaluated.is_correction,
        "automatic_actor": AUTOMATIC_ACTOR,
    }
    connection.execute(text("DROP TABLE IF EXISTS evaluated, sealed"))  # of the part before
    connection.execute(queries.create_evaluated)
    copy_frame(connection, "evaluated", evaluated.pairs)
    granted, compared = candidates(), None
    while granted is not compared:
        changed_meanwhile = _compare(connection, granted, values)
        granted, compared = candidates(), None if changed_meanwhile else granted
    connection.execute(queries.insert_new_awards, values)
    _seal(connection, seal, provenance.evaluation_id)
    connection.execute(queries.resolve_upheld_objections, values)
    transitions.propose(connection, values, [asdict(step) for step in steps], notice_days=notice_days)
    return Counts(**connection.execute(queries.count_actions).mappings().one())


def _compare(connection: Connection, granted: pl.DataFrame, values: Mapping[str, object]) -> bool:
    """Give each award its action, and lock the proposals to be superseded; returns whether some were decided meanwhile."""
    connection.execute(text("DROP TABLE IF EXISTS candidates, proposal_actions"))
    connection.execute(queries.create_candidates)
    copy_frame(connection, "candidates", granted)
    connection.execute(text("ANALYZE candidates (award_id, award), evaluated"))
    connection.execute(queries.create_proposal_actions, values)
    connection.execute(text("ANALYZE proposal_actions (award_id, action)"))
    return bool(connection.execute(queries.lock_open_proposals).scalar_one())


def _seal(connection: Connection, seal: Seal, evaluation_id: UUID) -> None:
    schema = {"award_id": pl.String, "award": pl.String, "subject": pl.String}
    awards = read_frame(connection, queries.awards_to_seal, {}, schema)
    sealed = seal(awards.select("award", "subject"))
    documents = sealed.unique("hash", keep="first", maintain_order=True).select("hash", "content")
    stored = connection.execute(queries.count_sealed_inputs, {"evaluation_id": evaluation_id}).scalar_one()
    documents = documents.with_columns(number=stored + pl.int_range(pl.len(), dtype=pl.Int32) // INPUTS_IN_A_ROW)
    packed = (
        (evaluation_id, number, compressed(part))
        for number, part in enumerate(documents.select("content").iter_slices(INPUTS_IN_A_ROW), stored)
    )
    copy_rows(connection, sealed_inputs.name, ("evaluation_id", "number", "documents"), packed)
    connection.execute(queries.create_sealed)
    found = awards.join(sealed.drop("content"), on=["award", "subject"]).join(documents.drop("content"), on="hash")
    copy_frame(connection, "sealed", found.select("award_id", "hash", "number", "authors"))
    connection.execute(text("ANALYZE sealed (award_id)"))


def store_document(connection: Connection, kind: str, digest: str, content: bytes) -> None:
    """Store a document of `kind`, once."""
    connection.execute(queries.insert_document, {"hash": digest, "kind": kind, "content": content.decode()})
