"""Any order of acts on decisions and refusals leads the database and the model to the same states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, text

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.corrections.repository import mark_changed
from services.eligibility.facts.catalogue import Facts, frame_of
from services.eligibility.facts.queries import Fetch, in_memory
from services.eligibility.objections.domain import ObjectionOutcome
from services.eligibility.objections.handlers import decide_objection, record_omission
from services.eligibility.refusals.handlers import Case, compare_changed, draw_up, issue, make_statement
from shared.authorization import Actor
from shared.clock import FixedClock
from shared.database.engine import Database
from tests.integration.eligibility.life import NAMES, OPEN, SUBJECTS, Life
from tests.integration.eligibility.support import CHECKER, MAKER, POLICY

AWARD, YEAR = "courier-rent", 2023
ENOUGH_PARCELS, TOO_FEW_PARCELS = 3_650_000, 3_649_999


class Couriers(RegistryFacts):
    """A registry of couriers that pay rent; whoever is entitled to nothing has a parcel too few."""

    def __init__(self) -> None:
        self.revision = 0
        self._rent_fen: dict[str, int] = {}

    def record(self, uscc: str, fen: int) -> None:
        self._rent_fen[uscc] = fen
        self.revision += 1

    def latest_revision(self) -> int:
        return self.revision

    def fetching(self, revision: int) -> Fetch:
        assert revision == self.revision
        return in_memory(Facts.of({name: frame_of(name, rows) for name, rows in self._rows().items()}))

    def _rows(self) -> Mapping[str, list[dict[str, Any]]]:
        codes = self._rent_fen
        enterprise = {"name": "丽水快递有限公司", "legal_form": "enterprise", "registered_on": "2019-05-01"}
        place = {"since": "2019-05-01", "jurisdiction": "liandu", "until": None}
        year = {"year": YEAR, "operating_days": 365}
        return {
            "enterprises": [{"uscc": code, **enterprise} for code in codes],
            "locations": [{"uscc": code, **place} for code in codes],
            "courier_years": [
                {"uscc": code, **year, "parcels": ENOUGH_PARCELS if fen else TOO_FEW_PARCELS, "rent_fen": fen or 500}
                for code, fen in codes.items()
            ],
        }


@dataclass
class ModelledRefusal:
    """A refusal as the model knows it."""

    id: UUID
    state: str = "proposed"
    proposed_by: str = ""
    statements: int = 0


class WholeLife(Life):
    """Decisions, and what is refused: drawn up, stated on, issued, objected to as an omission, superseded by facts."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.registry = Couriers()
        self.refusals: dict[str, list[ModelledRefusal]] = {subject: [] for subject in NAMES}
        self.omissions: list[tuple[UUID, str, str]] = []
        self.answered: set[int] = set()

    def record(self, subject: str, fen: int) -> None:
        super().record(subject, fen)
        self.registry.record(self.prefix + subject, fen)
        changed = pl.DataFrame({"uscc": [self.prefix + subject], "revision": [self.registry.revision]})
        with self.database.transaction() as connection:
            mark_changed(connection, POLICY, changed)

    @rule()
    def compare_refusals_with_the_facts(self) -> None:
        clock = FixedClock(datetime.combine(self.today, time(2), UTC))
        while compare_changed(self.database, self.registry, clock):
            pass
        for subject in NAMES:
            refusal = self._open_refusal(subject)
            if refusal and self.facts[subject]:
                refusal.state = "superseded"

    @rule(subject=SUBJECTS, by_payee=st.booleans())
    def refuse(self, subject: str, by_payee: bool) -> None:
        actor = self._payee(subject) if by_payee else MAKER
        made = self.attempt(self._may_be_drawn_up(subject), self._draw_up, subject=subject, actor=actor)
        if made is not None:
            self.refusals[subject].append(ModelledRefusal(made.id, proposed_by=actor.subject))

    def _draw_up(self, connection: Connection, subject: str, actor: Actor) -> Any:
        return draw_up(connection, self.registry, self._case(subject), actor, today=self.today)

    @rule(subject=SUBJECTS)
    def state_on_the_refusal(self, subject: str) -> None:
        if not self.refusals[subject]:
            return
        refusal = self.refusals[subject][-1]
        allowed = refusal.state == "proposed"
        values = {"refusal_id": refusal.id, "actor": self._payee(subject), "statement": "一天漏报", "document": None}
        self.attempt(allowed, make_statement, **values)
        refusal.statements += allowed

    @rule(subject=SUBJECTS, actor=st.sampled_from([MAKER, CHECKER]))
    def issue_the_refusal(self, subject: str, actor: Actor) -> None:
        if not self.refusals[subject]:
            return
        refusal = self.refusals[subject][-1]
        allowed = refusal.state == "proposed" and refusal.proposed_by != actor.subject and not self._is_decided(subject)
        self.attempt(allowed, issue, refusal_id=refusal.id, actor=actor)
        if allowed:
            refusal.state = "issued"

    @precondition(lambda self: self.notices)
    @rule(data=st.data(), subject=SUBJECTS)
    def object_to_an_omission(self, data: st.DataObject, subject: str) -> None:
        number = data.draw(st.integers(0, len(self.notices) - 1))
        payee = self._payee(subject)
        notice = self.notices[number][0]
        is_open = any(
            omitted == subject and place not in self.answered for place, (_, omitted, _) in enumerate(self.omissions)
        )
        made = self.attempt(
            number not in self.closed and not self._is_decided(subject) and not is_open,
            record_omission,
            registry=self.registry,
            notice_id=notice,
            uscc=payee.uscc,
            case=self._case(subject),
            actor=payee,
            objector=None,
            reason="we were left out",
            today=self.today,
        )
        if made:
            self.omissions.append((UUID(made["id"]), subject, payee.subject))

    @precondition(lambda self: self.omissions)
    @rule(data=st.data(), outcome=st.sampled_from(ObjectionOutcome))
    def decide_on_an_omission(self, data: st.DataObject, outcome: ObjectionOutcome) -> None:
        number = data.draw(st.integers(0, len(self.omissions) - 1))
        objection_id, subject, objector = self.omissions[number]
        dismissed, known = outcome is ObjectionOutcome.REJECTED, self._open_refusal(subject)
        answerable = not dismissed or known is not None or self._may_be_drawn_up(subject)
        decided = self.attempt(
            number not in self.answered and answerable,
            decide_objection,
            registry=self.registry,
            objection_id=objection_id,
            actor=CHECKER,
            outcome=outcome,
            reason="looked into",
            today=self.today,
        )
        if decided is None:
            return
        self.answered.add(number)
        if dismissed and known is None:
            self.refusals[subject].append(ModelledRefusal(UUID(decided["refusal_id"]), proposed_by=objector))
        latest = self.refusals[subject][-1].id if dismissed else None
        assert decided["refusal_id"] == (latest and str(latest))

    @invariant()
    def refusals_are_what_the_model_says(self) -> None:
        with self.database.reading() as connection:
            rows = connection.execute(
                text(
                    "SELECT r.id, CASE WHEN superseded_at IS NOT NULL THEN 'superseded' WHEN confirmed_at IS NOT NULL"
                    " THEN 'issued' ELSE 'proposed' END AS state, proposed_by,"
                    " (SELECT count(*) FROM refusal_statements s WHERE s.refusal_id = r.id) AS statements"
                    " FROM refusals r WHERE subject LIKE :prefix ORDER BY r.id"
                ),
                {"prefix": f"{self.prefix}%"},
            ).all()
        modelled = sorted((each for life in self.refusals.values() for each in life), key=lambda each: each.id)
        assert [tuple(row) for row in rows] == [(e.id, e.state, e.proposed_by, e.statements) for e in modelled]

    def _may_be_drawn_up(self, subject: str) -> bool:
        return not (self.facts[subject] or self._is_decided(subject) or self._open_refusal(subject))

    def _is_decided(self, subject: str) -> bool:
        return any(each.fen and each.state in (*OPEN, "approved") for each in self.lives[subject])

    def _open_refusal(self, subject: str) -> ModelledRefusal | None:
        return next((each for each in self.refusals[subject] if each.state != "superseded"), None)

    def _payee(self, subject: str) -> Actor:
        uscc = self.prefix + subject
        return Actor(f"enterprise:{uscc}", frozenset(), uscc=uscc)

    def _case(self, subject: str) -> Case:
        return Case(POLICY, AWARD, self.prefix + subject, YEAR)


@pytest.mark.timeout(900)  # finding the smallest example of a failure takes its time
def test_any_order_of_acts_leads_where_the_model_says(database: Database) -> None:
    class LifeHere(WholeLife):
        def __init__(self) -> None:
            super().__init__(database)

    run_state_machine_as_test(
        LifeHere,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
