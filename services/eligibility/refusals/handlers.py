"""Use cases of refusals, each in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl
import structlog
from sqlalchemy import Connection, Row, insert

from services.eligibility.awards.handlers import stopping_act
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.decisions import domain as decisions
from services.eligibility.decisions.domain import INPUTS_DOCUMENT, INTERPRETATIONS_DOCUMENT, POLICY_DOCUMENT, State
from services.eligibility.decisions.proposals import store_document
from services.eligibility.engine import ENGINE_VERSION
from services.eligibility.engine.dependencies import PAIRS, load_dependencies
from services.eligibility.engine.explain import NoCaseError, explain
from services.eligibility.engine.explanation import Explanation
from services.eligibility.engine.sealed_inputs import inputs
from services.eligibility.facts.catalogue import Facts
from services.eligibility.interpretations.domain import policy_in_body
from services.eligibility.interpretations.repository import official_interpretations
from services.eligibility.refusals import repository
from services.eligibility.refusals.domain import RefusalState, outcome_of, possible_acts
from services.eligibility.refusals.repository import queries
from services.eligibility.refusals.tables import refusal_statements, refusals
from services.eligibility.rules.canonical import sha256
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.library import load_policy
from shared import two_persons
from shared.authorization import Actor
from shared.clock import Clock, calendar_date
from shared.database.engine import Database
from shared.errors import Conflict, FieldError, Invalid, SamePerson
from shared.i18n import CHINESE, N_

_COMPARED_AT_ONCE = 100
_NOT_OPEN = {
    RefusalState.ISSUED: N_("The refusal is issued already."),
    RefusalState.SUPERSEDED: N_("Facts that changed later have superseded the refusal."),
}

log = structlog.get_logger(__name__)


class Granted(Conflict):
    """What is to be refused is granted, or proposed."""

    code = "granted"
    title = N_("The award is not refused")


class Stopped(Conflict):
    """An official act lets what the facts grant not be proposed; the act is what can be contested."""

    code = "award-stopped"
    title = N_("An official act has stopped the award")


@dataclass(frozen=True, slots=True)
class Case:
    """An award that a subject does not get in a year."""

    policy: str
    award: str
    subject: str
    award_year: int


@dataclass(frozen=True, slots=True)
class Computed:
    """The explanation of a case on the newest facts, and what it was computed from."""

    explanation: Explanation
    policy: Policy
    interpretations: Interpretations
    revision: int
    facts: Facts


def compute(connection: Connection, registry: RegistryFacts, case: Case, actor: Actor, *, today: date) -> Computed:
    """Compute a case on the newest facts; raises Invalid for one that does not exist or does not concern `actor`."""
    policy = policy_in_body(case.policy)
    interpretations = official_interpretations(connection, policy)
    revision = registry.latest_revision()
    found, facts = _explained(registry, revision, policy, interpretations, case, today)
    if found.payee_name is None or not _concerns(actor, found):
        message = "No enterprise that you may act for has a case with this subject."
        raise Invalid(errors=[FieldError("/subject", "not_found", message)])
    return Computed(found, policy, interpretations, revision, facts)


def draw_up(
    connection: Connection, registry: RegistryFacts, case: Case, actor: Actor, *, today: date, proposed_by: str = ""
) -> Row[Any]:
    """Compute a refusal on the newest facts, seal what it was computed from, and store it for another person to issue.

    `proposed_by` is who asked for it, if not `actor`.

    Raises Invalid as `compute` does, Granted for what is granted or proposed, Stopped for what would be granted but for an
    official act, or Conflict if it is refused already.
    """
    computed = compute(connection, registry, case, actor, today=today)
    found, policy, interpretations = computed.explanation, computed.policy, computed.interpretations
    require_not_decided(connection, case)
    if found.result == "granted":
        if (act := stopping_act(connection, policy, case.award, case.award_year, today)) is not None:
            raise Stopped(
                "The award has been stopped by {document} for decisions from {day} on. Nothing is proposed, so there is nothing"
                " to refuse.",
                document=act["document"],
                day=act["effective_on"],
                extra={"award_status": act["status"], "possible": []},
            )
        extra = {"result": found.result, "possible": ["evaluate"]}
        raise Granted("The award is granted on the newest facts. Evaluate it.", extra=extra)
    if (known := repository.open_refusal(connection, asdict(case))) is not None:
        state = repository.state_of(known)
        extra = {"refusal_id": str(known.id), "state": state.value, "possible": possible_acts(state)}
        raise Conflict("The award is refused already.", extra=extra)
    pairs = pl.DataFrame([(case.award, case.subject)], schema=PAIRS, orient="row")
    sealed = inputs(computed.facts, policy, pairs).item(0, "inputs").encode()
    store_document(connection, POLICY_DOCUMENT, policy.hash, policy.document)
    store_document(connection, INTERPRETATIONS_DOCUMENT, interpretations.hash, interpretations.document)
    store_document(connection, INPUTS_DOCUMENT, sha256(sealed), sealed)
    shown = found.as_dict(CHINESE)
    values = asdict(case) | {
        "reason": shown["sentence"],
        "proposed_by": proposed_by or actor.subject,
        "payee_uscc": found.payee_uscc,
        "payee_name": found.payee_name,
        "jurisdiction": found.jurisdiction,
        "result": found.result,
        "outcome": outcome_of(shown),
        "decided_on": today,
        "facts_revision": computed.revision,
        "policy_hash": policy.hash,
        "interpretations_hash": interpretations.hash,
        "inputs_hash": sha256(sealed),
        "engine_version": ENGINE_VERSION,
    }
    return connection.execute(insert(refusals).values(values).returning(*refusals.c)).one()


def refusal_of(
    connection: Connection, registry: RegistryFacts, case: Case, actor: Actor, *, today: date, proposed_by: str
) -> UUID:
    """Return the refusal of a case, drawn up for `proposed_by` unless there is one; raises as `draw_up` does."""
    found = repository.open_refusal(connection, asdict(case))
    if found is None:
        found = draw_up(connection, registry, case, actor, today=today, proposed_by=proposed_by)
    refusal_id: UUID = found.id
    return refusal_id


def make_statement(
    connection: Connection, refusal_id: UUID, actor: Actor, *, statement: str, document: str | None
) -> dict[str, Any]:
    """Keep a statement of the enterprise with a refusal that is not issued yet; raises NotFound or Conflict."""
    row = repository.get(connection, refusal_id, actor, lock=True)
    require_proposed(row)
    values = {"refusal_id": refusal_id, "statement": statement, "document": document, "made_by": actor.subject}
    connection.execute(insert(refusal_statements).values(values))
    return detail(connection, row)


def issue(connection: Connection, refusal_id: UUID, actor: Actor) -> dict[str, Any]:
    """Issue a refusal; raises NotFound, SamePerson, Granted for what was proposed meanwhile, or Conflict."""
    row = repository.get(connection, refusal_id, actor, lock=True)
    require_issuable(connection, row, actor)
    return detail(connection, two_persons.confirm(connection, refusals, refusals.c.id == refusal_id, by=actor.subject))


def require_issuable(connection: Connection, row: Row[Any], actor: Actor) -> None:
    """Raise Conflict, SamePerson or Granted if `actor` may not issue a refusal now."""
    require_proposed(row)
    two_persons.require_other(row, actor.subject)
    require_not_decided(connection, Case(row.policy, row.award, row.subject, row.award_year))


def possible(connection: Connection, row: Row[Any], actor: Actor) -> Iterator[str]:
    """Yield the operations that the state of a refusal allows, and the person who proposed it."""
    with suppress(Conflict):
        require_proposed(row)
        yield "state_on_refusal"
    with suppress(Conflict, SamePerson):
        require_issuable(connection, row, actor)
        yield "issue_refusal"
    with suppress(Conflict):
        require_letter(row)
        yield "get_refusal_letter"


def require_letter(row: Row[Any]) -> None:
    """Raise Conflict for a refusal that was superseded before it was issued."""
    if row.confirmed_at is None and repository.state_of(row) is RefusalState.SUPERSEDED:
        raise Conflict(
            "The refusal was superseded before it was issued. It has no letter.",
            extra={"state": RefusalState.SUPERSEDED.value, "possible": []},
        )


def detail(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    """Return a refusal with what was stated about it."""
    return repository.view(row) | {"statements": repository.statements(connection, row.id)}


def compare_changed(database: Database, registry: RegistryFacts, clock: Clock) -> bool:
    """Supersede refusals whose outcome changed facts have changed; returns whether there were any to compare."""
    revision = registry.latest_revision()
    with database.transaction() as connection:
        rows = connection.execute(queries.changed, {"limit": _COMPARED_AT_ONCE}).all()
        for row in rows:
            policy = load_policy(row.policy)
            interpretations = official_interpretations(connection, policy)
            case = Case(row.policy, row.award, row.subject, row.award_year)
            try:
                found, _ = _explained(registry, revision, policy, interpretations, case, calendar_date(clock.now()))
                same = outcome_of(found.as_dict(CHINESE)) == row.outcome
            except Invalid:  # the case has gone
                same = False
            if same:
                connection.execute(queries.compared, {"id": row.id})
            else:
                connection.execute(queries.supersede, {"id": row.id, "revision": revision})
                log.info("refusals.superseded", refusal=str(row.id), revision=revision)
    return bool(rows)


def _explained(
    registry: RegistryFacts,
    revision: int,
    policy: Policy,
    interpretations: Interpretations,
    case: Case,
    day: date,
) -> tuple[Explanation, Facts]:
    """Return the explanation of a case, and the facts behind it; raises Invalid for a case that does not exist."""
    if case.award not in {award.code for award in policy.awards}:
        raise Invalid(errors=[FieldError("/award", "award", "There is no such award in the policy.")])
    pairs = pl.DataFrame([(case.award, case.subject)], schema=PAIRS, orient="row")
    facts, _ = load_dependencies(registry.fetching(revision), policy, [], pairs)
    try:
        found = explain(facts, policy, interpretations, case.award, case.subject, case.award_year, day)
    except NoCaseError as error:
        message = "The subject has no case in this award year."
        raise Invalid(errors=[FieldError("/award_year", "award-year", message)]) from error
    return found, facts


def _concerns(actor: Actor, found: Explanation) -> bool:
    return actor.uscc == found.payee_uscc if actor.uscc is not None else actor.covers(found.jurisdiction)


def require_not_decided(connection: Connection, case: Case) -> None:
    """Raise Granted if a decision grants the case, or proposes to."""
    decision = connection.execute(queries.deciding, asdict(case)).one_or_none()
    if decision is not None:
        raise Granted(
            "The award is granted or proposed by decision {decision_id}.",
            extra={
                "decision_id": str(decision.id),
                "state": decision.state,
                "possible": decisions.possible_acts(State(decision.state), decision.open_steps),
            },
            decision_id=str(decision.id),
        )


def require_proposed(row: Row[Any]) -> None:
    """Raise Conflict for a refusal that is issued or superseded."""
    state = repository.state_of(row)
    if state is not RefusalState.PROPOSED:
        raise Conflict(_NOT_OPEN[state], extra={"state": state.value, "possible": []})
