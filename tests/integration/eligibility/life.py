"""The life of decisions beside a simple model of it, as a state machine of Hypothesis (test_life.py runs it)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import text

from services.eligibility.approvals import handlers
from services.eligibility.approvals import repository as approvals
from services.eligibility.confirmations.handlers import Statement, confirm, decline_silent
from services.eligibility.decisions import transitions
from services.eligibility.decisions.domain import Act
from services.eligibility.notices.handlers import close_notice, open_notice
from services.eligibility.objections.domain import ObjectionOutcome
from services.eligibility.objections.handlers import decide_objection, record_objection
from services.eligibility.procedures.domain import Confirmation, Procedure, Review, Silence
from services.eligibility.procedures.handlers import confirm_change, propose_change
from services.eligibility.reviews.domain import ReviewOutcome
from services.eligibility.reviews.handlers import review
from services.eligibility.rules.library import load_policy
from shared.authorization import Actor
from shared.database.engine import Database
from shared.errors import Conflict, DomainError, SamePerson
from shared.working_days import last_working_day
from tests.integration.eligibility.support import CHECKER, MAKER, POLICY, evaluate, rent
from tests.integration.eligibility.test_tasks import assert_counted

OPEN = ("proposed", "in_notice", "suspended")
NAMES = "AB"
ANSWER_DAYS = 2
"""Within how many working days a payee answers."""
SUBJECTS = st.sampled_from(NAMES)
_lives = count()
ANNOUNCED = """
    SELECT d.state, w.waiting_for, told.data ->> 'state' AS told_state,
           ARRAY(SELECT jsonb_array_elements_text(told.data -> 'waiting_for')) AS told_waiting_for
    FROM decisions d CROSS JOIN LATERAL waiting_for(d, 5) w
    CROSS JOIN LATERAL (SELECT o.data::jsonb AS data FROM outbox_events o WHERE o.topic = 'award-progress.v1'
                        AND o.data::jsonb ->> 'decision_id' = d.id::text ORDER BY o.batch DESC, o.place DESC LIMIT 1) told
    WHERE d.subject LIKE :prefix
"""
STEPS_DIFFER = """
    SELECT count(*) FROM decisions d WHERE open_steps <> coalesce((
        SELECT array_agg(step ORDER BY place) FROM decision_steps s
        WHERE s.decision_id = d.id AND (outcome IS NULL OR outcome = 'objected')), '{}')
"""


@dataclass
class Modelled:
    """A decision as the model knows it."""

    fen: int
    reason: str
    state: str = "proposed"
    notice: int | None = None
    noticed: bool = False
    held: bool = False
    upheld: bool = False
    objections: set[int] = field(default_factory=set)
    version: int | None = None
    open: set[str] = field(default_factory=set)
    opposed: bool = False
    answer_due_on: date = date.max

    def take_up(self) -> None:
        """Give a suspended decision the state that it has when nothing holds it."""
        if not (self.held or self.upheld or self.objections or self.opposed):
            self.state = "in_notice" if self.notice is not None and not self.noticed else "proposed"


class Life(RuleBasedStateMachine):
    """Two awards, evaluated, noticed, objected to, moved and approved in any order."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.prefix = f"{next(_lives)}-"
        self.today = date(2026, 3, 2)
        self.facts: dict[str, int] = {}
        self.lives: dict[str, list[Modelled]] = {subject: [] for subject in NAMES}
        self.notices: list[tuple[UUID, date]] = []
        self.closed: set[int] = set()
        self.objections: list[tuple[UUID, Modelled]] = []
        self.decided: set[int] = set()

    @initialize(noticed=st.booleans(), stepwise=st.booleans(), silence=st.sampled_from(Silence))
    def begin(self, noticed: bool, stepwise: bool, silence: Silence) -> None:
        self.stepwise, self.silence_declines = stepwise, silence is Silence.DECLINES
        reviews = (Review("statistics"),) if stepwise else ()
        procedure = Procedure(Confirmation(stepwise, ANSWER_DAYS, silence), reviews)
        with self.database.transaction() as connection:
            made = propose_change(connection, load_policy(POLICY), procedure, "r", by=MAKER.subject)
            confirm_change(connection, load_policy(POLICY), UUID(made["id"]), by=CHECKER.subject)
        for subject in NAMES:
            self.record(subject, 500)
        self.evaluate()
        if noticed:
            self.notice(set(NAMES))

    @rule(subject=SUBJECTS, fen=st.sampled_from([0, 500, 700]))
    def change_a_fact(self, subject: str, fen: int) -> None:
        self.record(subject, fen)
        self.evaluate()

    def record(self, subject: str, fen: int) -> None:
        """Have the facts entitle a subject to so much."""
        self.facts[subject] = fen

    @rule()
    def evaluate(self) -> None:
        rows = [rent(self.prefix + subject, fen) for subject, fen in sorted(self.facts.items()) if fen]
        subjects = {("courier-rent", self.prefix + subject) for subject in NAMES}
        evaluate(self.database, *rows, on=self.today, subjects=subjects)
        for subject, life in self.lives.items():
            self._judge(life, self.facts.get(subject, 0))

    def _judge(self, life: list[Modelled], fen: int) -> None:
        in_force = next((each for each in life if each.state == "approved"), None)
        latest = life[-1] if life else None
        waiting = latest if latest and latest.state in OPEN else None
        if fen == (in_force.fen if in_force else 0):
            if waiting:
                waiting.state = "superseded"
            return
        if latest and (waiting or latest.state == "rejected") and latest.fen == fen:
            return
        if not in_force and not fen:
            return
        if waiting:
            waiting.state = "superseded"
        answers = latest and (latest.upheld or (waiting and waiting.reason == "objection"))
        reason = "objection" if answers else "initial"
        if in_force and reason == "initial":
            reason = "correction" if fen else "withdrawal"
        steps = {"review:statistics"} if self.stepwise else set()
        if self.stepwise and fen > (in_force.fen if in_force else 0):
            steps.add("confirmation")
        due_on = last_working_day(self.today, ANSWER_DAYS) if self.silence_declines else date.max
        life.append(Modelled(fen, reason, open=steps, answer_due_on=due_on))

    @rule(chosen=st.sets(SUBJECTS, min_size=1))
    def notice(self, chosen: set[str]) -> None:
        named = [(subject, self.lives[subject][-1]) for subject in sorted(chosen) if self.lives[subject]]
        if not named:
            return
        ids = [self._id(subject) for subject, _ in named]
        ready = [each for _, each in named if not each.open]
        allowed = all(each.state == "proposed" and each.notice is None for _, each in named) and bool(ready)
        made = self.attempt(allowed, open_notice, actor=MAKER, decision_ids=ids, working_days=1, today=self.today)
        if allowed:
            assert sum(made["skipped"].values()) == len(named) - len(ready)
            for each in ready:
                each.state, each.notice = "in_notice", len(self.notices)
            self.notices.append((UUID(made["id"]), date.fromisoformat(made["closable_on"])))

    @rule(subject=SUBJECTS, accept=st.booleans())
    def confirm(self, subject: str, accept: bool) -> None:
        latest = self._latest(subject)
        if latest is None:
            return
        allowed = self._waits_for_its_payee(latest) and self.today <= latest.answer_due_on
        payee = Actor("enterprise", frozenset(), uscc=self.prefix + subject)
        self.attempt(
            allowed,
            confirm,
            decision_id=self._id(subject),
            actor=payee,
            accept=accept,
            statement=Statement(account_confirmed=True, commitment=True, document=None),
            today=self.today,
            notice_days=5,
            language="en",
        )
        if allowed and accept:
            latest.open.discard("confirmation")
        elif allowed:
            latest.state = "rejected"

    @rule()
    def decline_what_nobody_answers(self) -> None:
        while decline_silent(self.database, self.today):
            pass
        for latest in filter(None, map(self._latest, NAMES)):
            if self._waits_for_its_payee(latest) and self.today > latest.answer_due_on:
                latest.state = "rejected"

    def _waits_for_its_payee(self, decision: Modelled) -> bool:
        return decision.state in ("proposed", "suspended") and "confirmation" in decision.open

    @rule(subject=SUBJECTS, outcome=st.sampled_from(ReviewOutcome))
    def review(self, subject: str, outcome: ReviewOutcome) -> None:
        latest = self._latest(subject)
        if latest is None:
            return
        passed = outcome is ReviewOutcome.PASSED
        allowed = latest.state in ("proposed", "suspended") and "review:statistics" in latest.open
        allowed &= passed or not latest.opposed
        self.attempt(
            allowed,
            review,
            decision_id=self._id(subject),
            actor=Actor("statistics-officer", frozenset(), department="statistics"),
            reviewer="statistics",
            outcome=outcome,
            reason="r",
            notice_days=5,
            language="en",
        )
        if not allowed:
            return
        latest.opposed = not passed
        if passed:
            latest.open.discard("review:statistics")
            latest.take_up()
        else:
            latest.state = "suspended"

    @rule(days=st.integers(1, 3))
    def let_days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @precondition(lambda self: self.notices)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, len(self.notices) - 1))
        notice_id, closable_on = self.notices[number]
        allowed = number not in self.closed and self.today >= closable_on
        self.attempt(allowed, close_notice, notice_id=notice_id, actor=MAKER, today=self.today)
        if allowed:
            self.closed.add(number)
            for each in self._all():
                if each.notice == number and each.state in ("in_notice", "suspended"):
                    each.noticed = True
                    each.state = "proposed" if each.state == "in_notice" else each.state

    @precondition(lambda self: any(each.notice is not None for each in self._all()))
    @rule(subject=SUBJECTS)
    def object(self, subject: str) -> None:
        latest = self._latest(subject)
        if latest is None or latest.notice is None:
            return
        allowed = latest.notice not in self.closed and latest.state in ("in_notice", "suspended")
        made = self.attempt(
            allowed,
            record_objection,
            notice_id=self.notices[latest.notice][0],
            decision_id=self._id(subject),
            actor=MAKER,
            objector=None,
            reason="the rent is not theirs",
        )
        if allowed:
            latest.state = "suspended"
            latest.objections.add(len(self.objections))
            self.objections.append((UUID(made["id"]), latest))

    @precondition(lambda self: self.objections)
    @rule(data=st.data(), outcome=st.sampled_from(ObjectionOutcome))
    def decide(self, data: st.DataObject, outcome: ObjectionOutcome) -> None:
        number = data.draw(st.integers(0, len(self.objections) - 1))
        objection_id, decision = self.objections[number]
        allowed = number not in self.decided
        self.attempt(
            allowed,
            decide_objection,
            registry=None,  # asked only about omissions
            objection_id=objection_id,
            actor=CHECKER,
            outcome=outcome,
            reason="looked into",
            today=self.today,
        )
        if allowed:
            self.decided.add(number)
            decision.objections.discard(number)
            decision.upheld |= outcome is ObjectionOutcome.UPHELD
            if decision.state == "suspended":
                decision.take_up()

    @rule(subject=SUBJECTS, act=st.sampled_from([Act.SUSPEND, Act.RESUME, Act.REJECT]))
    def move(self, subject: str, act: Act) -> None:
        latest = self._latest(subject)
        if latest is None:
            return
        allowed = {
            Act.SUSPEND: latest.state in ("proposed", "in_notice"),
            Act.RESUME: latest.state == "suspended" and not (latest.objections or latest.upheld or latest.opposed),
            Act.REJECT: latest.state in OPEN,
        }[act]
        actor = CHECKER if act is Act.REJECT else MAKER
        self.attempt(
            allowed,
            getattr(handlers, act),
            decision_id=self._id(subject),
            actor=actor,
            reason="r",
            if_match=None,
            language="en",
            notice_days=5,
        )
        if not allowed:
            return
        if act is Act.REJECT:
            latest.state = "rejected"
        elif act is Act.SUSPEND:
            latest.state, latest.held = "suspended", True
        else:
            latest.held = False
            latest.take_up()

    @rule(subject=SUBJECTS)
    def approve(self, subject: str) -> None:
        latest = self._latest(subject)
        if latest is None:
            return
        allowed = latest.state == "proposed" and latest.noticed
        self.attempt(
            allowed,
            handlers.approve,
            decision_id=self._id(subject),
            actor=CHECKER,
            reason=None,
            if_match=None,
            language="en",
            notice_days=5,
        )
        if allowed:
            self._approved(subject)

    @precondition(lambda self: self.notices)
    @rule(data=st.data())
    def approve_what_stood_in_a_notice(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, len(self.notices) - 1))
        with self.database.transaction() as connection:
            selection = approvals.select_for_approval(
                connection,
                notice_id=self.notices[number][0],
                by=CHECKER.subject,
                reason=None,
                jurisdiction=None,
                notice_days=5,
            )
            transitions.approve(connection, selection.ids, by=CHECKER.subject, reason=None)
        here = [each for each in self._all() if each.notice == number]
        assert len(selection.ids) + sum(selection.skipped.values()) == len(here)
        assert selection.skipped["suspended"] == sum(each.state == "suspended" for each in here)
        assert selection.skipped["not_noticed"] == sum(each.state == "in_notice" for each in here)
        for subject in NAMES:
            latest = self._latest(subject)
            if latest and latest.notice == number and latest.state == "proposed":
                self._approved(subject)

    @invariant()
    def the_database_and_the_model_agree(self) -> None:
        with self.database.reading() as connection:
            rows = connection.execute(
                text(
                    "SELECT subject, entitlement_fen, reason, state, version, noticed_on IS NOT NULL, id,"
                    " (SELECT a.state FROM decision_acts a WHERE a.decision_id = d.id ORDER BY a.id DESC LIMIT 1) AS told"
                    " FROM decisions d WHERE subject LIKE :prefix ORDER BY id"
                ),
                {"prefix": f"{self.prefix}%"},
            ).all()
        assert all(row.state == row.told for row in rows), "the last act led to the state that is"
        found = {
            subject: [tuple(row[1:6]) for row in rows if row.subject == self.prefix + subject] for subject in NAMES
        }
        modelled = {
            subject: [(each.fen, each.reason, each.state, each.version, each.noticed) for each in life]
            for subject, life in self.lives.items()
        }
        assert found == modelled

    def teardown(self) -> None:
        """What is announced last is what holds; steps on decisions, and counts of what waits, are those of the rows."""
        with self.database.reading() as connection:
            announced = connection.execute(text(ANNOUNCED), {"prefix": f"{self.prefix}%"}).all()
            steps = connection.execute(text(STEPS_DIFFER)).scalar_one()
        assert all((row.state, row.waiting_for) == (row.told_state, row.told_waiting_for) for row in announced)
        assert steps == 0
        assert_counted(self.database)

    def attempt(self, allowed: bool, do: Callable[..., Any], /, **values: Any) -> Any:
        """Do it: it succeeds just where the model allows it, and a refusal names a problem and changes nothing."""
        try:
            with self.database.transaction() as connection:
                made = do(connection, **values)
        except DomainError as problem:
            assert not allowed, problem
            assert isinstance(problem, Conflict | SamePerson)
            told = set(problem.extra)
            assert problem.errors or "states" in told or (told & {"state", "result"} and "possible" in told), told
            return None
        assert allowed
        return made

    def _approved(self, subject: str) -> None:
        *before, latest = self.lives[subject]
        for each in before:
            if each.state == "approved":
                each.state = "superseded"
        latest.version = 1 + max((each.version or 0 for each in before), default=0)
        latest.state = "approved"

    def _all(self) -> list[Modelled]:
        return [each for life in self.lives.values() for each in life]

    def _latest(self, subject: str) -> Modelled | None:
        return self.lives[subject][-1] if self.lives[subject] else None

    def _id(self, subject: str) -> UUID:
        with self.database.reading() as connection:
            found: UUID = connection.execute(
                text("SELECT id FROM decisions WHERE subject = :subject ORDER BY id DESC LIMIT 1"),
                {"subject": self.prefix + subject},
            ).scalar_one()
        return found
