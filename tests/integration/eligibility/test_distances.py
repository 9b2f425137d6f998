"""Near-misses of an evaluation over HTTP: how many couriers lack how much of 10,000 parcels a day, on real rows and decisions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI

from services.eligibility.app import build
from tests.integration.eligibility.harness import Harness
from tests.integration.eligibility.support import answer, settings_of
from tests.integration.registry.conftest import enterprise, uscc

YEAR = 2023
NEEDED = 3_650_000
"""Art. 4, first paragraph, third sentence: 10,000 parcels a day in a year of 365 days of operation."""
COURIERS = (
    # parcels in the year, jurisdiction, legal form; what the page says of it
    (3_650_000, "liandu", "enterprise"),  # reaches it: granted
    (3_649_999, "liandu", "enterprise"),  # lacks 1 of 3,650,000: up to 5 %
    (3_467_500, "liandu", "enterprise"),  # lacks 182,500, which is 5 %: up to 5 %
    (3_467_499, "liandu", "enterprise"),  # lacks 182,501: up to 10 %
    (1_825_000, "city", "enterprise"),  # lacks half: up to 50 %
    (1_000, "city", "enterprise"),  # lacks 3,649,000, which is 99.97 %: more than 99 % and not all
    (0, "city", "enterprise"),  # has none
    (3_500_000, "liandu", "individual"),  # lacks 150,000, up to 5 %, and is no enterprise: fails two conditions
)
RENT_FEN = 10_000_000


@pytest.fixture
def evaluated(world: Harness) -> str:
    """The evaluation of all couriers; returns its id."""
    for number, (parcels, place, form) in enumerate(COURIERS, 1):
        code = uscc(number)
        world.record("enterprises", enterprise(code, legal_form=form))
        world.record("locations", {"uscc": code, "since": "2015-03-01", "jurisdiction": place})
        row = {"uscc": code, "year": YEAR, "parcels": parcels, "operating_days": 365, "rent_fen": RENT_FEN}
        world.record("courier_years", row)
    return str(world.evaluate(years=[YEAR], on=date(2025, 3, 1))["id"])


@pytest.fixture
def app(world: Harness) -> FastAPI:
    """The eligibility API over the world's databases."""
    settings = settings_of(world.database, 0)
    parts: dict[str, Any] = {"database": world.database, "clock": world.clock, "registry": world.facts}
    return build(settings, token_verifier=world.tokens.verifier, **parts)


def asked(app: FastAPI, world: Harness, evaluation: object, award: str, who: str = "commerce-maker") -> Any:
    path = f"/v1/evaluations/{evaluation}/distances?award={award}"
    return answer(app, "GET", path, headers=world.tokens.headers(who, **{"Accept-Language": "zh-CN"}))


@pytest.mark.parametrize(
    ("who", "granted", "parcels", "forms"),
    [
        # up to %: (cases, of them failing nothing else)
        ("commerce-maker", 1, {5: (3, 2), 10: (1, 1), 20: (0, 0), 50: (1, 1), 99: (0, 0), 100: (2, 2)}, (1, 0)),
        ("liandu-officer", 1, {5: (3, 2), 10: (1, 1), 20: (0, 0), 50: (0, 0), 99: (0, 0), 100: (0, 0)}, (1, 0)),
        ("zone-officer", 0, None, None),
    ],
)
def test_couriers_are_counted_by_what_they_lack(
    app: FastAPI, world: Harness, evaluated: str, who: str, granted: int, parcels: Any, forms: Any
) -> None:
    found = asked(app, world, evaluated, "courier-rent", who)
    assert found.status_code == 200, found.text
    body = found.json()
    assert (body["title"], body["granted"], body["tiers"]) == ("快递企业租房补贴", granted, [])
    conditions = {each["name"]: each for each in body["conditions"]}
    if parcels is None:
        assert conditions == {}
        return
    daily = conditions.pop("daily-parcels")
    assert {band["up_to_percent"]: (band["cases"], band["alone"]) for band in daily["bands"]} == parcels
    assert (daily["cases"], daily["alone"]) == tuple(map(sum, zip(*parcels.values(), strict=True)))
    [(_, form)] = conditions.items()
    assert (form["cases"], form["alone"], form["bands"]) == (*forms, [])
    with world.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM decisions").scalar_one() == 1, (
            "refused ones are not kept"
        )


def test_what_has_no_distances_is_refused(app: FastAPI, world: Harness, evaluated: str) -> None:
    unknown = asked(app, world, evaluated, "nothing")
    assert (unknown.status_code, "courier-rent" in unknown.json()["detail"]) == (404, True)
    assert asked(app, world, world.start(), "courier-rent").status_code == 409, "it has not run"
    assert asked(app, world, uscc(1), "courier-rent").status_code == 422
