"""An assessment reads facts only of enterprises in the caller's jurisdiction, whatever the request says of them."""

from __future__ import annotations

from tests.integration.registry.conftest import enterprise, uscc
from tests.integration.scenarios.conftest import POLICY, City

OWN, FOREIGN = uscc(1), uscc(2)


def location(code: str, jurisdiction: str) -> dict[str, object]:
    return {"uscc": code, "since": "2019-01-01", "jurisdiction": jurisdiction, "until": None}


def test_a_districts_officer_assesses_its_own_enterprises_alone(city: City) -> None:
    city.registry.recorded("enterprises", enterprise(OWN), enterprise(FOREIGN))
    city.registry.recorded("locations", location(OWN, "liandu"), location(FOREIGN, "qingtian"))
    district = city.tokens.bearer(scope="simulations:write", jurisdiction="liandu")

    def status(code: str, **more: object) -> int:
        body = {"policy": POLICY, "uscc": code, "award_years": [2023], "decided_on": "2024-03-01", **more}
        return city.http.post("/v1/assessments", json=body, headers=district).status_code

    assert status(OWN) == 200
    assert status(FOREIGN) == 403
    moved = {"locations": [location(FOREIGN, "liandu")]}
    assert status(FOREIGN, facts=moved, from_registry=True) == 403, "what the request says does not move an enterprise"
    assert status(FOREIGN, facts=moved, from_registry=False) == 200, "nothing is read"
