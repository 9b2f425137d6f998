"""An enterprise sees what is its own in all three services, and nothing of anyone else's."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.integration.registry.conftest import enterprise, uscc
from tests.integration.scenarios.conftest import POLICY, City

OWN, OTHER, NOBODY = uscc(1), uscc(2), uscc(9)
LISTS = {
    "registry": [
        f"/v1/datasets/{name}/records" for name in ("enterprises", "locations", "courier_years", "service_contracts")
    ],
    "eligibility": ["/v1/decisions", "/v1/refusals"],
    "payout": ["/v1/payment-orders", "/v1/recoveries"],
}


def settle(city: City) -> None:
    """Two couriers of Liandu that are decided and paid, one serving the other."""
    city.registry.recorded("enterprises", *(enterprise(code, name=f"丽水{code[-4:]}有限公司") for code in (OWN, OTHER)))
    city.registry.recorded(
        "locations", *({"uscc": code, "since": "2015-03-01", "jurisdiction": "liandu"} for code in (OWN, OTHER))
    )
    rents = {OWN: 300_000_00, OTHER: 200_000_00}
    city.registry.recorded(
        "courier_years",
        *(
            {"uscc": code, "year": 2023, "parcels": 4_000_000, "operating_days": 365, "rent_fen": fen}
            for code, fen in rents.items()
        ),
    )
    account = {
        "since": "2020-01-01",
        "account_holder": "x",
        "bank_code": "102343000017",
        "account_number": "6222000011112222",
    }
    city.registry.recorded("payee_accounts", {"uscc": OWN, **account})
    city.payout.arrange()
    city.decide()


def read(city: City, service: str, path: str, headers: dict[str, str]) -> httpx.Response:
    """Ask a service."""
    if service == "registry":
        return city.registry.request("GET", path, headers=headers)
    return (city.http if service == "eligibility" else city.payout.http).get(path, headers=headers)


def test_its_view_is_the_whole_view_filtered(city: City) -> None:
    settle(city)
    own = city.tokens.enterprise(OWN)
    seen = 0
    for service, paths in LISTS.items():
        for path in paths:
            whole = read(city, service, path, city.tokens.headers("auditor")).json()["items"]
            answer = read(city, service, path, own)
            assert answer.status_code == 200, (path, answer.text)
            assert answer.json()["items"] == [row for row in whole if OWN in str(row)], path
            assert OTHER not in answer.text, path
            seen += len(answer.json()["items"])
    assert seen >= 5


def test_it_reads_its_decision_with_explanation_receipt_and_award_and_no_other(city: City) -> None:
    settle(city)
    own = city.tokens.enterprise(OWN)
    decisions = {each["payee"]["uscc"]: each for each in city.items("/v1/decisions")}
    for tail in ("", "/explanation", "/receipt"):
        mine = city.http.get(f"/v1/decisions/{decisions[OWN]['id']}{tail}", headers=own)
        assert mine.status_code == 200 and OTHER not in mine.text
        assert city.http.get(f"/v1/decisions/{decisions[OTHER]['id']}{tail}", headers=own).status_code == 404
    award = city.payout.http.get(f"/v1/awards/{decisions[OWN]['award_id']}", headers=own).json()
    assert [share["entitlement_fen"] for share in award["shares"]] and award["orders"]
    assert (award["steps"], award["postings"]) == ([], [])
    assert city.payout.http.get(f"/v1/awards/{decisions[OTHER]['award_id']}", headers=own).status_code == 404


def test_it_reads_its_card_and_accounts_masked_and_no_other(city: City) -> None:
    settle(city)
    own = city.tokens.enterprise(OWN)
    card = city.registry.request("GET", f"/v1/enterprises/{OWN}", headers=own)
    assert card.status_code == 200 and OTHER not in card.text
    assert card.json()["records"]["payee_accounts"][0]["account_number"].endswith("2222")
    assert "62220000" not in card.text
    assert city.registry.request("GET", f"/v1/enterprises/{OTHER}", headers=own).status_code == 404
    history = city.registry.request("GET", f"/v1/datasets/courier_years/history?uscc={OTHER}&year=2023", headers=own)
    assert history.json()["items"] == []


def test_it_assesses_itself_with_facts_of_itself(city: City) -> None:
    settle(city)
    own = city.tokens.enterprise(OWN)

    def status(code: str, **facts: Any) -> int:
        body = {"policy": POLICY, "uscc": code, "award_years": [2023], "decided_on": "2024-03-01", "facts": facts}
        return city.http.post("/v1/assessments", json=body | {"from_registry": True}, headers=own).status_code

    assert status(OWN) == 200
    assert status(OTHER) == 403
    contract = {"provider_uscc": OWN, "client_uscc": OTHER, "since": "2023-01-01", "until": None}
    assert status(OWN, service_contracts=[contract]) == 403, "nobody learns of a client by inventing a contract"


@pytest.mark.parametrize("service", ["registry", "eligibility"])
def test_a_claim_that_belongs_to_nobody_is_refused(city: City, service: str) -> None:
    city.registry.recorded("enterprises", enterprise(OWN))
    path = LISTS[service][0]
    refused = read(city, service, path, city.tokens.enterprise(NOBODY))
    assert (refused.status_code, refused.json()["type"].rsplit(":", 1)[1]) == (403, "unknown-enterprise")
    malformed = city.tokens.bearer(scope="own:read", uscc=OWN[:-1] + ("0" if OWN[-1] != "0" else "1"))
    assert read(city, service, path, malformed).json()["type"].endswith("malformed-claim")
    city.registry.recorded("enterprises", enterprise(NOBODY))
    assert read(city, service, path, city.tokens.enterprise(NOBODY)).status_code == 200
