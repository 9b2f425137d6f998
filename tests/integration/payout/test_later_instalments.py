"""Instalments after the first, where the procedure wants it confirmed that the project still operates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.payout.tasks import repository
from services.payout.tasks.repository import TaskReader
from shared.tasks import Asker
from tests.integration.payout.support import USCC, Payout, award, decision

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


def test_a_restatement_whose_procedure_differs_changes_what_its_orders_wait_for(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(instalments=PARTS[:2], jurisdiction="city"))
    assert states(payout)[1] == (2, "waiting", "funds")
    payout.receive(decision(version=2, instalments=PARTS[:2], jurisdiction="city", later_instalments="confirmed"))
    assert states(payout)[1] == (2, "waiting", "release")
    payout.receive(decision(version=3, instalments=PARTS[:2], jurisdiction="city"))
    assert states(payout)[1] == (2, "waiting", "funds")


WAIT_FOR_A_CONFIRMATION = """
SELECT o.unit, o.due_year, count(*) FROM payment_orders o JOIN awards a USING (award_id)
JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
WHERE o.live AND o.waiting_for = 'release' AND o.instalment > 1 AND v.later_wait
  AND NOT EXISTS (SELECT FROM instalment_confirmations c WHERE c.award_id = o.award_id AND c.instalment = o.instalment)
GROUP BY 1, 2
"""


def counted(payout: Payout, jurisdiction: str | None = None) -> dict[tuple[str, int], int]:
    """Return how many later instalments wait by unit and due year, as tasks say it."""
    asker = Asker(["later_instalment"], "finance-checker", jurisdiction)
    with payout.database.reading() as connection:
        tasks = TaskReader(5)(connection, asker)
    return {(task.parameters["unit_code"], task.parameters["year"]): task.count for task in tasks}


def test_tasks_count_the_later_instalments_that_wait_whatever_else_keeps_orders_back(payout: Payout) -> None:
    def holds() -> dict[tuple[str, int], int]:
        expected = {(row.unit, row.due_year): row.count for row in payout.execute(WAIT_FOR_A_CONFIRMATION)}
        assert counted(payout) == expected
        return expected

    payout.arrange()
    payout.appropriate("city", 10_000)
    waits: dict[str, Any] = {"jurisdiction": "city", "later_instalments": "confirmed"}
    payout.receive(*(decision(f"s{n}", instalments=PARTS, **waits) for n in range(1, 4)))
    payout.receive(decision("shared", instalments=PARTS, later_instalments="confirmed"))
    payout.receive(decision("free", instalments=PARTS, jurisdiction="city"))
    assert holds() == {("city", 2026): 4, ("liandu", 2026): 1}
    assert counted(payout, "liandu") == {("city", 2026): 1, ("liandu", 2026): 1}
    hold = {"reason": "under inspection"}
    for subject in ("free", "s2"):
        payout.post(f"/v1/awards/{award(subject)}/hold", hold, by="finance-maker", expect=201)
    assert holds() == {("city", 2026): 4, ("liandu", 2026): 1}, "one is on hold alone, one waits for both"
    release(payout, 2)
    assert holds() == {("city", 2026): 3, ("liandu", 2026): 1}
    payout.receive(decision("s3", version=2, instalments=((2025, 100),), **waits))
    assert holds() == {("city", 2026): 2, ("liandu", 2026): 1}
    payout.post(f"/v1/payees/{USCC}/hold", hold, by="finance-maker", expect=201)
    assert holds() == {("city", 2026): 2, ("liandu", 2026): 1}
    payout.clock.instant = datetime(2027, 1, 4, tzinfo=UTC)
    payout.funding_pass().step()
    assert holds() == {("city", 2026): 2, ("liandu", 2026): 1, ("city", 2027): 3, ("liandu", 2027): 1}
    before = payout.execute("SELECT sum(orders) FROM later_orders")
    with payout.database.transaction() as connection:
        connection.execute(repository.queries.add_up)
    assert payout.execute("SELECT sum(orders) FROM later_orders") == before
    holds()
