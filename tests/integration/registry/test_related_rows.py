"""Related rows: what given values lead to, as far as the caller may see it, and no more than one answer holds."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.integration.registry.conftest import Registry, sale, uscc

A, B, C = uscc(1), uscc(2), uscc(3)
PATH = "/v1/snapshots/latest/related-rows"
CLIENTS_SALES: list[dict[str, Any]] = [
    {"field": "service_contracts.provider_uscc", "given": True},
    {"field": "annual_sales.uscc", "of": ["service_contracts.client_uscc"]},
]


def asked(registry: Registry, queries: list[dict[str, Any]], *values: str, **headers: Any) -> httpx.Response:
    return registry.request("POST", PATH, json={"values": list(values), "queries": queries}, **headers)


def contract(provider: str, client: str) -> dict[str, Any]:
    return {"provider_uscc": provider, "client_uscc": client, "since": "2021-03-01"}


def located(code: str, jurisdiction: str) -> dict[str, Any]:
    return {"uscc": code, "since": "2020-01-01", "jurisdiction": jurisdiction}


def test_rows_lead_to_others_as_of_the_newest_revision(registry: Registry) -> None:
    registry.enterprises(A, B, C)
    registry.recorded("annual_sales", sale(B, 2021, 100), sale(C, 2021, 300))
    registry.recorded("service_contracts", contract(A, B))
    revision = registry.recorded("annual_sales", sale(B, 2021, 200))
    answer = asked(registry, CLIENTS_SALES, A).json()
    assert (answer["revision"], answer["complete"]) == (revision, True)
    contracts, sales = answer["rows"]
    assert [row["client_uscc"] for row in contracts] == [B]
    assert [(row["uscc"], row["year"], row["online_retail_fen"]) for row in sales] == [(B, 2021, 200)]
    assert asked(registry, CLIENTS_SALES[1:], A).json()["rows"] == [[]], "earlier queries found nothing"
    assert asked(registry, CLIENTS_SALES[::-1], A).json()["rows"][0] == [], "only earlier ones count"


def test_codes_are_joined_and_cut_at_colons(registry: Registry) -> None:
    registry.enterprises(A)
    title = {"uscc": A, "level": "national", "title": "样例示范", "awarded_on": "2021-05-01"}
    registry.recorded("demonstration_titles", title)
    paid = {
        "uscc": A,
        "award": "demonstration",
        "award_year": 2021,
        "tier": 0,
        "amount_fen": 1,
        "paid_on": "2022-01-01",
    }
    registry.recorded("prior_awards", *(paid | {"subject": each} for each in (f"{A}:national", f"{A}:provincial", "X")))
    first: dict[str, Any] = {"field": "demonstration_titles.uscc", "given": True}

    def subjects(**query: Any) -> list[str]:
        answer = asked(registry, [first, {"field": "prior_awards.subject"} | query], A)
        assert answer.status_code == 200, answer.text
        return sorted(row["subject"] for row in answer.json()["rows"][1])

    assert subjects(of=["demonstration_titles.uscc:level"]) == [f"{A}:national"]
    assert subjects(of=["demonstration_titles.uscc"], before_colon=True) == [f"{A}:national", f"{A}:provincial"]
    assert subjects(of=["demonstration_titles.uscc"]) == []


def test_an_officer_of_a_district_reaches_its_own_rows_alone(registry: Registry) -> None:
    registry.enterprises(A, B, C)
    registry.recorded("locations", located(A, "qingtian"), located(B, "liandu"), located(C, "qingtian"))
    registry.recorded("annual_sales", sale(B, 2021, 100), sale(C, 2021, 300))
    registry.recorded("service_contracts", contract(A, B), contract(A, C))
    district = registry.tokens.bearer(scope="facts:read", jurisdiction="liandu")
    contracts, sales = asked(registry, CLIENTS_SALES, A, headers=district).json()["rows"]
    assert [row["client_uscc"] for row in contracts] == [B], "the other contract names nobody of the district"
    assert [row["uscc"] for row in sales] == [B]


@pytest.mark.parametrize(
    ("queries", "pointer"),
    [
        ([{"field": "nothing.uscc"}], "/queries/0/field"),
        ([{"field": "annual_sales.year"}], "/queries/0/field"),
        ([{"field": "annual_sales.uscc; DROP TABLE x"}], "/queries/0/field"),
        ([{"field": "annual_sales"}], "/queries/0/field"),
        ([{"field": "park_years"}], "/queries/0/field"),
        ([{"field": "payee_accounts.uscc", "given": True}], "/queries/0/field"),
        ([{"field": "loans.uscc", "of": ["payee_accounts.uscc"]}], "/queries/0/of/0"),
        ([{"field": "loans.uscc", "of": ["loans.uscc", "loans.uscc:drawn_on"]}], "/queries/0/of/1"),
        ([{"field": "loans.uscc"}] * 5, ""),
        ([{"field": "loans.uscc", "of": ["loans.uscc"] * 201}], ""),
    ],
)
def test_what_is_not_declared_is_refused(registry: Registry, queries: list[dict[str, Any]], pointer: str) -> None:
    answer = asked(registry, queries, A)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
