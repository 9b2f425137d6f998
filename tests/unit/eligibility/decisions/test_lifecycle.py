"""The page about the lifecycle of a decision says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from deploy.lifecycle import DECISION
from services.eligibility.decisions.domain import TRANSITIONS, Act, State, possible_acts, state_after_suspension

ROOMS = Path(__file__).parents[4] / "services" / "eligibility"
WRITES = re.compile(
    r"(UPDATE|INTO|DELETE FROM|MERGE INTO)\s+decision(s|_acts)\b|\b(insert|update|delete)\((tables\.)?decision(s|_acts)\b",
    re.IGNORECASE,
)


def test_one_module_writes_decisions() -> None:
    writers = {
        str(path.relative_to(ROOMS))
        for path in [*ROOMS.rglob("*.py"), *ROOMS.rglob("*.sql")]
        if path.parts[-3] != "migrations" and WRITES.search(path.read_text("utf-8"))
    }
    assert writers == {"decisions/queries/transitions.sql"}


def test_the_page_is_current() -> None:
    """Rewrite it with `make lifecycle`."""
    assert DECISION.page.read_text("utf-8") == DECISION.text()


def test_every_state_and_act_is_described() -> None:
    assert set(DECISION.states) == set(State)
    assert set(DECISION.acts) == set(Act)


def test_what_ended_stays_as_it_is() -> None:
    assert possible_acts(State.SUPERSEDED) == possible_acts(State.REJECTED) == possible_acts(State.APPROVED) == []


def test_a_suspension_ends_where_the_table_says() -> None:
    ends = {state_after_suspension(in_notice=True), state_after_suspension(in_notice=False)}
    assert set(TRANSITIONS[State.SUSPENDED, Act.RESUME]) == ends
    assert set(TRANSITIONS[State.SUSPENDED, Act.DISMISS]) == ends | {State.SUSPENDED}
