"""Enterprises are found by what people know of them, and their card holds all that names them."""

from __future__ import annotations

from tests.integration.registry.conftest import Registry, enterprise, uscc

A, B, C = uscc(1), uscc(2), uscc(3)


def test_enterprises_are_found_by_any_part_of_their_name(registry: Registry) -> None:
    registry.recorded(
        "enterprises",
        enterprise(A, name="丽水绿谷电子商务有限公司"),
        enterprise(B, name="缙云烧饼100%网店"),
        enterprise(C, name="丽水山耕"),
    )
    for part, expected in {
        "绿谷": {A},
        "丽水": {A, C},
        "山": {C},
        "水山": {C},
        "100%": {B},
        "0_%": set(),
        "谷绿": set(),
    }.items():
        assert {item["uscc"] for item in registry.items("/v1/enterprises", name=part)} == expected, part
    assert [item["uscc"] for item in registry.items("/v1/enterprises", limit=1)] == sorted((A, B, C))
    assert {item["uscc"] for item in registry.items("/v1/enterprises", uscc=A[:12].lower())} == {A}


def test_the_search_uses_its_index(registry: Registry) -> None:
    from services.registry.datasets.tables import searchable

    with registry.database.transaction() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = connection.exec_driver_sql(
            f"EXPLAIN SELECT * FROM enterprises WHERE {searchable('name')} LIKE '%%丽丽丽水水水%%'"
        ).scalars()
        assert "ix_enterprises_name" in " ".join(plan)


def test_a_card_holds_everything_at_a_revision_and_on_a_day(registry: Registry) -> None:
    registry.enterprises(A, B)
    registry.recorded(
        "locations",
        {"uscc": A, "since": "2020-01-01", "jurisdiction": "liandu", "until": "2024-01-01"},
        {"uscc": A, "since": "2024-01-01", "jurisdiction": "city"},
    )
    registry.recorded("monitoring_inclusions", {"uscc": A, "track": "retail", "included_on": "2021-01-01"})
    before = registry.recorded("annual_sales", {"uscc": A, "year": 2021}, {"uscc": A, "year": 2020})
    hub = {
        "hub_id": "H1",
        "uscc": A,
        "kind": "sorting_centre",
        "opened_on": "2020-05-01",
        "land_source": "old_factory",
        "construction_cost_fen": 1,
    }
    registry.recorded("logistics_hubs", hub)
    registry.recorded("hub_years", {"hub_id": "H1", "year": 2021, "parcels": 3})
    registry.recorded("service_contracts", {"provider_uscc": B, "client_uscc": A, "since": "2020-01-01"})
    card = registry.get(f"/v1/enterprises/{A.lower()}").json()
    assert (card["jurisdiction"], card["monitored_as"], card["sanctions"]) == ("city", ["retail"], [])
    assert [record["year"] for record in card["records"]["annual_sales"]] == [2020, 2021]
    assert set(card["records"]) == {
        "locations",
        "monitoring_inclusions",
        "annual_sales",
        "service_contracts",
        "logistics_hubs",
        "hub_years",
    }
    then = registry.get(f"/v1/enterprises/{A}", as_of=before, on="2020-06-01").json()
    assert (then["jurisdiction"], then["monitored_as"]) == ("liandu", [])
    assert set(then["records"]) == {"locations", "monitoring_inclusions", "annual_sales"}
    assert registry.get(f"/v1/enterprises/{C}").status_code == 404
    assert registry.get(f"/v1/enterprises/{A}", by="liandu-officer").status_code == 404
