"""Instalments after the first, where the procedure wants it confirmed that the project still operates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.integration.payout.support import Payout, award, decision

PARTS = ((2025, 100), (2026, 200), (2027, 300))


def states(payout: Payout, subject: str = "s1") -> list[tuple[int, str, str | None]]:
    """Return (instalment, state, what it waits for) of the live orders of an award."""
    orders = payout.story(subject)["orders"]
    return sorted((each["instalment"], each["state"], each["waiting_for"]) for each in orders if each["live"])


def release(payout: Payout, instalment: int, expect: int = 200, by: str = "finance-checker") -> Any:
    path = f"/v1/awards/{award()}/instalments/{instalment}/release"
    return payout.post(path, {"reason": "实地核查，项目正常运营", "document": "核查表1"}, by=by, expect=expect)


def test_a_later_instalment_waits_until_an_officer_confirms_it(payout: Payout) -> None:
    payout.arrange()
    payout.appropriate("city", 10_000)
    payout.receive(decision(instalments=PARTS, jurisdiction="city", later_instalments="confirmed"))
    payout.fund()
    assert states(payout) == [(1, "issued", None), (2, "waiting", "release"), (3, "waiting", "due_year")]
    release(payout, 2, 403, by="finance-maker")
    confirmed = release(payout, 2)
    assert (confirmed["instalment"], confirmed["document"]) == (2, "核查表1")
    payout.fund()
    assert states(payout) == [(1, "issued", None), (2, "issued", None), (3, "waiting", "due_year")]
    assert "instalment_confirmed" in [step["step"] for step in payout.story()["steps"]]
    assert release(payout, 2, 409)
    assert release(payout, 3, 409)["due_year"] == 2027
    assert release(payout, 1, 409)
    assert release(payout, 4, 404)


def test_the_due_year_comes_before_the_confirmation(payout: Payout) -> None:
    payout.arrange()
    payout.appropriate("city", 10_000, year=2027)
    payout.receive(decision(instalments=((2026, 100), (2027, 200)), jurisdiction="city", later_instalments="confirmed"))
    payout.clock.instant = datetime(2027, 1, 4, tzinfo=UTC)
    payout.funding_pass().step()
    assert states(payout) == [(1, "issued", None), (2, "waiting", "release")]
    release(payout, 2)
    payout.fund()
    assert states(payout)[1] == (2, "issued", None)


def test_without_the_procedure_nothing_waits(payout: Payout) -> None:
    payout.arrange()
    payout.appropriate("city", 10_000)
    payout.receive(decision(instalments=PARTS, jurisdiction="city"))
    payout.fund()
    assert states(payout) == [(1, "issued", None), (2, "issued", None), (3, "waiting", "due_year")]
    assert release(payout, 2, 409)


def test_a_restatement_keeps_what_was_confirmed_and_follows_its_own_procedure(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(instalments=PARTS, jurisdiction="city", later_instalments="confirmed"))
    release(payout, 2)
    more = ((2025, 100), (2026, 250), (2027, 300))
    payout.receive(decision(version=2, instalments=more, jurisdiction="city", later_instalments="confirmed"))
    assert {each for each in states(payout) if each[0] == 2} == {(2, "waiting", "funds")}, (
        "what is on top continues too"
    )
    payout.clock.instant = datetime(2027, 1, 4, tzinfo=UTC)
    payout.receive(decision(version=3, instalments=(*more[:2], (2027, 400)), jurisdiction="city"))
    payout.funding_pass().step()
    assert {each for each in states(payout) if each[0] == 3} == {(3, "waiting", "funds")}
