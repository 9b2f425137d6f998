"""Corrected facts: what they touch is judged again by itself, later years too, and data that swung back leave no trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.eligibility.corrections import handlers
from services.eligibility.corrections.domain import AutomaticReevaluation
from services.eligibility.corrections.handlers import AutomaticEvaluations, RegistryFollower
from tests.integration.eligibility.harness import AT_ONCE, Harness
from tests.integration.registry.conftest import enterprise, uscc

A, B, P = uscc(1), uscc(2), uscc(3)
WAN = 1_000_000  # fen
YI = 10_000 * WAN
RESTATE = AutomaticReevaluation.RESTATE


def settle(world: Harness, *codes: str) -> None:
    """Make enterprises that are in Liandu, monitored as retailers."""
    world.record("enterprises", *(enterprise(code) for code in codes))
    world.record("locations", *({"uscc": c, "since": "2015-03-01", "jurisdiction": "liandu"} for c in codes))
    world.record("monitoring_inclusions", *({"uscc": c, "track": "retail", "included_on": "2019-01-01"} for c in codes))


def sold(world: Harness, code: str, **years: int) -> None:
    world.record(
        "annual_sales",
        *({"uscc": code, "year": int(y[1:]), "online_retail_fen": wan * WAN} for y, wan in years.items()),
    )


def rent(world: Harness, code: str, fen: int) -> int:
    return world.record(
        "courier_years",
        {"uscc": code, "year": 2023, "parcels": 4_000_000, "operating_days": 365, "rent_fen": fen},
    )


def test_a_corrected_figure_restates_its_year_and_later_ones(world: Harness) -> None:
    settle(world, A, B)
    sold(world, A, y2020=600, y2021=3_000)
    sold(world, B, y2021=3_000)
    assert world.approve(world.evaluate()) == 3
    sold(world, A, y2020=2_500)
    done = world.correct_by_itself()
    assert done is not None
    assert (done["created_by"], done["occasion"], done["decided_on"]) == ("eligibility", "correction", "2026-03-01")
    assert done["decisions"] == {"created": 0, "restated": 1, "withdrawn": 1, "unchanged": 0}
    assert world.approve(done) == 2, "a person approves what the service proposed"
    assert world.decisions("retail-scale") == sorted([
        (A, 2020, 1, "superseded", "granted", 5 * WAN), (A, 2020, 2, "approved", "granted", 10 * WAN),
        (A, 2021, 1, "superseded", "granted", 10 * WAN), (A, 2021, 2, "approved", "withdrawn", 0),
        (B, 2021, 1, "approved", "granted", 10 * WAN),
    ])  # fmt: skip
    told = {(e["subject"], e["award_year"], e["version"]): e for e in world.events()}
    assert told[A, 2021, 2]["first_decided_on"] == "2025-03-01"
    [(first,)] = world.rows("SELECT id FROM decisions WHERE subject = :a AND award_year = 2020 AND version = 1", a=A)
    assert world.replayed(first)["same"], "the first version is still what its receipt says"
    assert world.correct_by_itself() is None
    assert world.pending() == []


def test_data_that_swung_back_leave_no_trace(world: Harness) -> None:
    settle(world, A)
    rent(world, A, 1_000_000)
    world.approve(world.evaluate())
    before = world.decisions("courier-rent")
    rent(world, A, 2_000_000)
    rent(world, A, 1_000_000)
    done = world.correct_by_itself()
    assert done is None or done["decisions"]["restated"] == 0
    assert world.decisions("courier-rent") == before
    rent(world, A, 1_000_000)
    assert world.correct_by_itself() is None, "the same data again are no revision"

    rent(world, A, 2_000_000)
    done = world.correct_by_itself()
    assert done is not None
    assert done["decisions"]["restated"] == 1
    rent(world, A, 1_000_000)
    done = world.correct_by_itself()
    assert done is not None
    assert [row[2:] for row in world.decisions("courier-rent")] == [
        (1, "approved", "granted", 300_000),
        (None, "superseded", "granted", 600_000),
    ]
    assert len(world.events()) == 1


def test_a_client_touches_its_provider(world: Harness) -> None:
    clients = [uscc(100 + n) for n in range(51)]
    settle(world, P, *clients)
    world.record("service_contracts", *({"provider_uscc": P, "client_uscc": c, "since": "2021-03-01"} for c in clients))
    sold(world, clients[0], y2020=100, y2021=111)
    assert world.approve(world.evaluate()) == 1
    sold(world, clients[0], y2021=110)
    done = world.correct_by_itself()
    assert done is not None
    assert done["decisions"]["withdrawn"] == 1, "exactly ten per cent is not more than ten"
    world.record("monitoring_inclusions", {"uscc": clients[50], "track": "retail", "included_on": "2019-01-01",
                                           "removed_on": "2020-01-01"})  # fmt: skip
    sold(world, clients[0], y2021=111)
    again = world.correct_by_itself()
    assert again is not None
    assert again["decisions"]["unchanged"] == 1, "still to be withdrawn: 50 clients are not more than 50"


def test_new_awards_are_proposed_by_itself_only_where_it_is_set(world: Harness) -> None:
    settle(world, A, B)
    rent(world, A, 1_000_000)
    world.approve(world.evaluate())
    rent(world, B, 1_000_000)
    done = world.correct_by_itself()
    assert done is not None
    assert done["decisions"]["created"] == 0
    world.automatic = AutomaticReevaluation.PROPOSE
    rent(world, B, 1_000_100)
    done = world.correct_by_itself()
    assert done is not None
    assert done["decisions"]["created"] == 1
    assert world.approve(done) == 1


def test_before_anything_is_decided_marks_are_dropped(world: Harness) -> None:
    settle(world, A)
    rent(world, A, 1_000_000)
    assert world.correct_by_itself() is None
    assert world.pending() == []


def test_an_evaluation_that_judges_the_marked_leaves_nothing_to_do(world: Harness) -> None:
    settle(world, A, B)
    rent(world, A, 1_000_000)
    world.approve(world.evaluate())
    rent(world, A, 2_000_000)
    rent(world, B, 2_000_000)
    world.follow()
    assert world.pending() == sorted((A, B))
    assert world.evaluate([A])["decisions"]["restated"] == 1
    assert world.pending() == [B]
    rent(world, A, 3_000_000)
    assert world.evaluate(years=[2022])["decisions"]["restated"] == 0
    assert world.pending() == [B], "awards of 2023 stand, and were not judged"
    world.evaluate()
    assert world.correct_by_itself() is None


def test_a_persons_evaluation_takes_over_what_was_proposed_by_itself(world: Harness) -> None:
    settle(world, A)
    rent(world, A, 1_000_000)
    world.approve(world.evaluate())
    rent(world, A, 2_000_000)
    world.correct_by_itself()
    mine = world.evaluate()
    assert mine["decisions"]["restated"] == 1
    assert world.approve(mine) == 1
    assert world.evaluate()["decisions"]["unchanged"] == 1


def test_an_open_first_proposal_keeps_its_day(world: Harness) -> None:
    settle(world, A)
    hub = {"hub_id": "H", "uscc": A, "jurisdiction": "liandu", "kind": "public_warehouse", "opened_on": "2021-07-01",
           "land_source": "old_factory", "construction_cost_fen": 100 * WAN}  # fmt: skip
    world.record("logistics_hubs", hub)
    world.record("hub_years", {"hub_id": "H", "year": 2021, "client_enterprises": 20, "parcels": 1_840_000,
                               "operating_days": 150})  # fmt: skip
    world.evaluate(on=date(2022, 5, 1))
    world.record("logistics_hubs", hub | {"construction_cost_fen": 120 * WAN})
    done = world.correct_by_itself()
    assert done is not None
    assert done["decisions"]["restated"] == 1
    [row] = world.rows("SELECT decided_on, instalments FROM decisions WHERE state = 'proposed'")
    assert row[0] == date(2022, 5, 1)
    assert [part["due_year"] for part in row[1]] == [2022, 2023]


def test_an_award_whose_operator_changed_is_judged_with_all_that_it_reads(world: Harness) -> None:
    settle(world, A, B)
    store = {"store_id": "S", "uscc": A, "jurisdiction": "liandu", "in_use_on": "2021-05-01",
             "construction_cost_fen": 200 * WAN, "agricultural_upstream": True}  # fmt: skip
    world.record("cold_stores", store)
    world.approve(world.evaluate())
    world.record("cold_stores", store | {"uscc": B})
    few = world.evaluate([A])
    assert few["decisions"] == {"created": 0, "restated": 1, "withdrawn": 0, "unchanged": 0}
    [(payee,)] = world.rows("SELECT payee_uscc FROM decisions WHERE state = 'proposed'")
    assert payee == B
    assert world.evaluate()["decisions"]["unchanged"] == 1


def store_of(world: Harness, code: str) -> None:
    world.record("cold_stores", {"store_id": "S", "uscc": code, "jurisdiction": "liandu", "in_use_on": "2021-05-01",
                                 "construction_cost_fen": 200 * WAN, "agricultural_upstream": True})  # fmt: skip


def test_a_row_that_told_of_anothers_subject_is_missed_when_it_is_gone(world: Harness) -> None:
    settle(world, A, B)
    store_of(world, A)
    world.approve(world.evaluate())
    paid = {"uscc": B, "award": "cold-chain", "subject": "S", "award_year": 2021, "tier": 0}
    world.record("prior_awards", paid | {"amount_fen": WAN, "paid_on": "2022-05-01"})
    done = world.correct_by_itself()
    assert done is not None
    assert done["decisions"]["withdrawn"] == 1, "paid already, whoever got it"
    world.withdraw("prior_awards", paid)
    done = world.correct_by_itself()
    assert done is not None
    assert [row[2:5] for row in world.decisions("cold-chain")] == [
        (1, "approved", "granted"),
        (None, "superseded", "withdrawn"),
    ]


def test_a_terminal_that_was_paid_for_to_another_counts_again_when_that_is_withdrawn(world: Harness) -> None:
    settle(world, A, B)
    world.record("delivery_terminals", *({"serial": f"T{n}", "uscc": A, "jurisdiction": "liandu",
                                          "accepted_on": "2021-05-01"} for n in range(2)))  # fmt: skip
    world.approve(world.evaluate())
    paid = {"uscc": B, "award": "smart-terminal", "subject": "T1", "award_year": 2021, "tier": 0}
    world.record("prior_awards", paid | {"amount_fen": WAN, "paid_on": "2022-05-01"})
    done = world.correct_by_itself()
    assert done is not None
    assert world.approve(done) == 1
    world.withdraw("prior_awards", paid)
    done = world.correct_by_itself()
    assert done is not None
    assert world.approve(done) == 1
    first, less, again = (row[-1] for row in world.decisions("smart-terminal"))
    assert (first, again) == (2 * less, first)


@pytest.mark.parametrize("followed_meanwhile", [False, True])
@pytest.mark.parametrize("scope", ["all", [A]])
def test_what_was_true_only_while_it_was_judged_is_judged_again(
    world: Harness, scope: Any, followed_meanwhile: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(world, A)
    rent(world, A, 1_000_000)
    world.approve(world.evaluate())
    world.follow()
    seen = rent(world, A, 2_000_000)
    rent(world, A, 1_000_000)
    if followed_meanwhile:
        world.follow()
        assert world.pending() == [], "between the revisions that were followed nothing has changed"
    with monkeypatch.context() as patched:
        patched.setattr(world.facts, "latest_revision", lambda: seen)
        assert world.evaluate(scope)["decisions"]["restated"] == 1
    while world.correct_by_itself() is not None:
        pass
    assert [row[3] for row in world.decisions("courier-rent")] == ["approved", "superseded"]


def test_a_few_are_judged_from_few_rows(world: Harness) -> None:
    settle(world, A, B)
    rent(world, A, 1_000_000)
    world.evaluate()
    world.transport.requests.clear()
    world.evaluate([A])
    assert [path for method, path in world.transport.requests if method == "GET" and "/snapshots/" in path] == [
        path for _, path in world.transport.requests if path.endswith("/reference_rates")
    ], "only what belongs to nobody is read whole"


def test_what_concerns_everybody_and_what_is_too_much_to_list_mark_everyone(
    world: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(world, A, B)
    rent(world, A, 1_000_000)
    world.approve(world.evaluate())
    world.record(
        "recognised_platforms", {"platform": "douyin", "since": "2021-01-01", "name": "D", "source": "a document"}
    )
    world.follow()
    assert world.pending() == ["*"]
    done = world.correct_by_itself()
    assert done is not None
    assert done["decisions"]["unchanged"] == 1
    monkeypatch.setattr(handlers, "LISTED_ROWS", 1)
    rent(world, A, 2_000_000)
    rent(world, B, 2_000_000)
    world.follow()
    assert world.pending() == ["*"]
    done = world.correct_by_itself()
    assert done is not None
    assert (done["decisions"]["restated"], world.pending()) == (1, [])


def test_marks_rest_while_changes_go_on_and_while_an_evaluation_is_under_way(world: Harness) -> None:
    settle(world, A)
    rent(world, A, 1_000_000)
    world.approve(world.evaluate())
    rent(world, A, 2_000_000)
    world.follow()
    assert not AutomaticEvaluations(world.database, world.clock, RESTATE, 3600).step()
    world.start()
    assert not AutomaticEvaluations(world.database, world.clock, RESTATE, AT_ONCE).step()
    assert world.runner().step()
    assert not AutomaticEvaluations(world.database, world.clock, RESTATE, AT_ONCE).step(), "it answered the mark"


class KilledError(RuntimeError):
    """Stands for a process that dies."""


def kill_at(point: str) -> Callable[[str], None]:
    def reach(reached: str) -> None:
        if reached == point:
            raise KilledError(point)

    return reach


@pytest.mark.parametrize(
    "point",
    [
        "registry follower: not committed",
        "registry follower: committed",
        "automatic evaluation: not committed",
        "automatic evaluation: committed",
    ],
)
def test_a_worker_that_dies_at_any_moment_costs_nothing(world: Harness, point: str) -> None:
    settle(world, A)
    rent(world, A, 1_000_000)
    world.approve(world.evaluate())
    rent(world, A, 2_000_000)
    follower = RegistryFollower(world.database, world.facts, crash_point=kill_at(point))
    evaluations = AutomaticEvaluations(world.database, world.clock, RESTATE, AT_ONCE, crash_point=kill_at(point))
    world.rows("SELECT 1")
    with world.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE facts_followed SET looked_at = NULL")
    with pytest.raises(KilledError):
        follower.step()
        evaluations.step()
    world.follow()
    AutomaticEvaluations(world.database, world.clock, RESTATE, AT_ONCE).step()
    while world.runner().step():
        pass
    assert [row[3:] for row in world.decisions("courier-rent")] == [
        ("approved", "granted", 300_000),
        ("proposed", "granted", 600_000),
    ]
    assert world.rows("SELECT count(*) FROM jobs WHERE created_by = 'eligibility'") == [(1,)]
    assert world.pending() == []


def test_facts_that_changed_while_they_were_judged_stay_marked(world: Harness) -> None:
    settle(world, A)
    rent(world, A, 1_000_000)
    world.approve(world.evaluate())
    rent(world, A, 2_000_000)
    world.follow()
    AutomaticEvaluations(world.database, world.clock, RESTATE, AT_ONCE).step()
    read = world.facts.latest_revision
    seen = read()

    def first_then_newer() -> int:
        return seen

    world.facts.latest_revision = first_then_newer  # type: ignore[method-assign]
    rent(world, A, 3_000_000)
    world.runner().step()
    world.facts.latest_revision = read  # type: ignore[method-assign]
    assert world.decisions("courier-rent")[-1][-1] == 600_000
    done: Any = world.correct_by_itself()
    assert done["decisions"]["restated"] == 1
    assert world.decisions("courier-rent")[-1][-1] == 900_000
