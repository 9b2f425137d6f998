"""The page about the life of a decision says what the code does."""

from __future__ import annotations

from services.eligibility.decisions import lifecycle
from services.eligibility.decisions.domain import TRANSITIONS, Act, State, possible_acts, taken_up


def test_the_page_is_current() -> None:
    """Rewrite it with `python -m services.eligibility.decisions.lifecycle`."""
    assert lifecycle.PAGE.read_text("utf-8") == lifecycle.page()


def test_every_state_and_act_is_told() -> None:
    assert set(lifecycle.STATES) == set(State)
    assert set(lifecycle.ACTS) == set(Act)


def test_what_ended_stays_as_it_is() -> None:
    assert possible_acts(State.SUPERSEDED) == possible_acts(State.REJECTED) == possible_acts(State.APPROVED) == []


def test_a_suspension_ends_where_the_table_says() -> None:
    ends = {taken_up(in_notice=True), taken_up(in_notice=False)}
    assert set(TRANSITIONS[State.SUSPENDED, Act.RESUME]) == ends
    assert set(TRANSITIONS[State.SUSPENDED, Act.DISMISS]) == ends | {State.SUSPENDED}
