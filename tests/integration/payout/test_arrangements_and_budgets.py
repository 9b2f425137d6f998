"""Arrangements and appropriations by HTTP: two persons, no overlap, no budget below zero."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.payout.arrangements.domain import Entitlement
from shared.media_types import XLSX
from shared.web.pagination import encode_cursor
from tests.integration.payout.support import SHARED_HALF, USCC, Payout, award, decision


def test_the_author_cannot_confirm(payout: Payout) -> None:
    drafted = payout.post("/v1/arrangements", SHARED_HALF, by="finance-maker")
    assert (drafted["state"], drafted["sample"], drafted["effective_until"]) == ("draft", True, None)
    path = f"/v1/arrangements/{drafted['id']}"
    payout.post(f"{path}/confirm", by="finance-maker", expect=403)
    payout.execute("UPDATE arrangements SET drafted_by = drafted_by", owner=True)  # a draft may be touched, not changed
    confirmed = payout.post(f"{path}/confirm", by="finance-checker")
    assert (confirmed["state"], confirmed["confirmed_by"]) == ("confirmed", "finance-checker")
    payout.post(f"{path}/confirm", by="finance-checker", expect=409)
    assert payout.get(path) == confirmed | {"possible_acts": []}
    assert payout.get("/v1/arrangements")["items"] == [confirmed]


def test_one_person_with_both_scopes_is_still_one_person(payout: Payout) -> None:
    drafted = payout.post("/v1/arrangements", SHARED_HALF, by="finance-maker")
    headers = payout.tokens.headers("finance-maker")
    token = payout.tokens.issuer.token("finance-maker", ["arrangements:confirm"])
    answer = payout.http.post(
        f"/v1/arrangements/{drafted['id']}/confirm", headers=headers | {"Authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "same-person")


def test_confirmed_arrangements_never_overlap(payout: Payout) -> None:
    payout.arrange(SHARED_HALF | {"effective_until": "2025-01-01"})
    overlapping = payout.post("/v1/arrangements", SHARED_HALF | {"effective_from": "2024-12-31"}, by="finance-maker")
    payout.post(f"/v1/arrangements/{overlapping['id']}/confirm", by="finance-checker", expect=409)
    payout.arrange(SHARED_HALF | {"effective_from": "2025-01-01"})  # the first day that no longer counts


def row(**changes: Any) -> dict[str, Any]:
    return {
        "jurisdiction": "city",
        "award": "*",
        "shares": [{"unit": "city", "numerator": 1, "denominator": 1}],
        "remainder_to": "city",
    } | changes


HALF = {"unit": "city", "numerator": 1, "denominator": 2}


@pytest.mark.parametrize(
    "change",
    [
        {"rows": [row(shares=[HALF])]},
        {"rows": [row(shares=[HALF, HALF])]},
        {"rows": [row(remainder_to="liandu")]},
        {"rows": [row(shares=[HALF | {"numerator": 0.5}])]},
        {"rows": [row(shares=[HALF | {"unit": "qingtian"}])]},
        {"rows": [row(), row()]},
        {"rows": []},
        {"effective_until": "2020-01-02"},
        {"effective_from": "2020-02-30"},
        {"unknown": 1},
    ],
    ids=str,
)
def test_a_wrong_draft_is_refused(payout: Payout, change: dict[str, Any]) -> None:
    problem = payout.post("/v1/arrangements", SHARED_HALF | change, by="finance-maker", expect=422)
    assert problem["errors"]
    assert payout.get("/v1/arrangements")["items"] == []


def test_a_row_that_names_the_award_goes_before_the_star(payout: Payout) -> None:
    named = row(jurisdiction="liandu", award="courier-rent", shares=[HALF | {"denominator": 1}])
    payout.arrange(SHARED_HALF | {"rows": [*SHARED_HALF["rows"], named]})  # type: ignore[misc]
    payout.receive(
        decision(instalments=((2025, 101),)), decision("s2", code="retail-scale", instalments=((2025, 101),))
    )
    assert [(s["unit"], s["entitlement_fen"]) for s in payout.story()["shares"]] == [("city", 101)]
    shares = payout.story("s2", "retail-scale")["shares"]
    assert [(s["unit"], s["entitlement_fen"]) for s in shares] == [("city", 50), ("liandu", 51)]


def test_appropriations_add_up_and_never_fall_below_what_is_reserved(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(instalments=((2025, 1_000),)))
    payout.appropriate("city", 600)
    payout.appropriate("liandu", 500)
    assert payout.fund() == 2
    payout.appropriate("city", -100)
    body = {"unit": "city", "year": 2026, "amount_fen": -1, "document": "d"}
    payout.post("/v1/appropriations", body, by="finance-maker", expect=409)
    payout.post("/v1/appropriations", body | {"year": 2030}, by="finance-maker", expect=409)
    payout.post("/v1/appropriations", body | {"amount_fen": 0}, by="finance-maker", expect=422)
    payout.post("/v1/appropriations", body | {"amount_fen": 1.5}, by="finance-maker", expect=422)
    budget = payout.get("/v1/budgets/city/2026")
    assert (budget["appropriated_fen"], budget["committed_fen"], budget["free_fen"]) == (500, 500, 0)
    assert [a["amount_fen"] for a in budget["appropriations"]] == [600, -100]
    assert [(b["unit"], b["year"]) for b in payout.get("/v1/budgets")["items"]] == [("city", 2026), ("liandu", 2026)]


def test_the_forecast_tells_what_waiting_orders_will_need(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(instalments=((2025, 1_000), (2028, 600))))
    now, later = payout.get("/v1/budgets/city/2026")["forecast"], payout.get("/v1/budgets/city/2028")["forecast"]
    assert (now["amount_fen"], now["proposals"]) == (500, "not_reached")
    assert [(row["award"], row["orders"], row["amount_fen"]) for row in now["awards"]] == [("courier-rent", 1, 500)]
    assert later["amount_fen"] == 300
    assert payout.get("/v1/budgets/liandu/2028")["forecast"]["amount_fen"] == 300


def test_the_forecast_counts_what_open_proposals_would_add(payout: Payout) -> None:
    payout.receive(decision("waits", instalments=((2025, 40),)))
    without = payout.get("/v1/budgets/city/2026")["forecast"]["without_arrangement"]
    assert without == {"awards": 1, "entitlement_fen": 40}
    payout.arrange()
    payout.resume()
    payout.receive(decision("s1", instalments=((2025, 1_000), (2028, 600))))

    def proposal(subject: str, *parts: tuple[int, int], code: str = "courier-rent") -> Entitlement:
        award_id = str(award(subject, code))
        fen, day = sum(fen for _, fen in parts), date(2025, 3, 1)
        return Entitlement(award_id, 0, code, "liandu", USCC, fen, parts, day, subject, 2024)

    payout.decisions.proposed_now = [
        proposal("s1", (2025, 1_201), (2028, 600)),  # 100 more for the city now, nothing in 2028
        proposal("waits", (2025, 10)),  # a lowered one needs nothing
        proposal("new", (2025, 301), (2028, 51), code="park"),
    ]
    now = payout.get("/v1/budgets/city/2026")["forecast"]
    assert {row["award"]: (row["approved_fen"], row["proposals"], row["proposed_fen"]) for row in now["awards"]} == {
        "courier-rent": (520, 1, 100),
        "park": (0, 1, 150),
    }
    assert (now["amount_fen"], now["approved_fen"], now["proposed_fen"]) == (770, 520, 250)
    assert payout.get("/v1/budgets/city/2028")["forecast"]["proposed_fen"] == 26
    assert payout.get("/v1/budgets/liandu/2028")["forecast"]["proposed_fen"] == 25
    left_out = payout.get("/v1/budgets/city/2026?proposals=false")["forecast"]
    assert (left_out["proposed_fen"], left_out["proposals"]) == (0, "left_out")


@pytest.mark.parametrize("year", [2026, 2028])
def test_all_forecasts_of_a_year_are_those_of_each_budget_and_read_the_proposals_once(
    payout: Payout, year: int
) -> None:
    payout.arrange()
    payout.receive(decision("s1", instalments=((2025, 1_001), (2028, 601))))
    payout.decisions.proposed_now = [
        Entitlement(str(award(subject, code)), 0, code, "liandu", USCC, 1_303, parts, date(2025, 3, 1), subject, 2024)
        for subject, code, parts in (
            ("s1", "courier-rent", ((2025, 702), (2028, 601))),  # less now, the same later
            ("s2", "courier-rent", ((2025, 1_303),)),
            ("s3", "park", ((2025, 301), (2028, 1_002))),
        )
    ]
    round_id = "01920000-0000-7000-8000-000000000000"
    given = payout.get(f"/v1/budget-forecasts?year={year}&round_id={round_id}")["items"]
    assert payout.decisions.asked == [round_id]
    assert {each["unit"]: each for each in given} == {
        unit: {name: member for name, member in budget.items() if name in given[0]}
        for unit in ("city", "liandu", "development_zone")
        for budget in [payout.get(f"/v1/budgets/{unit}/{year}")]
    }
    assert {each["forecast"]["proposed_fen"] for each in given if each["unit"] != "development_zone"} != {0}
    [own] = payout.get(f"/v1/budget-forecasts?year={year}", by="liandu-officer")["items"]
    assert own["unit"] == "liandu"


def test_what_is_left_lapses_with_the_year_unless_a_document_carries_it_over(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(jurisdiction="city", instalments=((2025, 400),)))
    payout.appropriate("city", 1_000)
    payout.fund()
    payout.clock.instant = datetime(2027, 1, 4, 4, 0, tzinfo=UTC)
    payout.receive(decision("s2", jurisdiction="city", instalments=((2025, 100),)))
    assert payout.fund() == 0
    old = payout.get("/v1/budgets/city/2026")
    assert (old["free_fen"], old["lapsed_fen"]) == (0, 600)
    path, body = "/v1/budgets/city/2026/carry-over", {"document": "丽财〔2027〕3号"}
    payout.post(path, body | {"amount_fen": 601}, by="finance-maker", expect=409)
    payout.post(path, body, by="finance-checker", expect=403)
    payout.post(path, body | {"amount_fen": 250}, by="finance-maker", expect=201)
    assert payout.fund() == 0, "a draft gives no money"
    (made,) = payout.carry_over(path, body | {"amount_fen": 250})
    assert (made["year"], made["amount_fen"], made["carried_over"]) == (2026, -250, True)
    assert payout.fund() == 1
    assert payout.get("/v1/budgets/city/2027")["free_fen"] == 150
    (given,) = payout.get("/v1/budgets/city/2027")["appropriations"]
    assert [given[name] for name in ("amount_fen", "carried_over", "proposed_by", "confirmed_by")] == [
        250,
        True,
        made["proposed_by"],
        made["confirmed_by"],
    ]
    payout.carry_over(path, body)
    assert payout.get("/v1/budgets/city/2026")["lapsed_fen"] == 0
    payout.post(path, body, by="finance-maker", expect=409)
    kinds = [entry["kind"] for entry in payout.get("/v1/ledger/entries?account=budget:city:2027")["items"]]
    assert kinds == ["carried_over", "funded", "carried_over"]


def test_the_same_key_records_once(payout: Payout) -> None:
    body = {"unit": "city", "year": 2026, "amount_fen": 5, "document": "d"}
    headers = payout.tokens.headers("finance-maker", Idempotency_Key="k1")
    first, second = (payout.http.post("/v1/appropriations", json=body, headers=headers) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert payout.http.post("/v1/appropriations", json=body | {"year": 2027}, headers=headers).status_code == 422
    assert [each["id"] for each in payout.get("/v1/appropriations")["items"]] == [first.json()["id"]]


def test_an_officer_of_liandu_sees_liandu_alone(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(), decision("s2", jurisdiction="city"))
    payout.appropriate("city", 1)
    payout.appropriate("liandu", 1)
    officer = "liandu-officer"
    orders = payout.get("/v1/payment-orders", by=officer)["items"]
    assert {o["jurisdiction"] for o in orders} == {"liandu"}
    assert len(orders) == 2
    own, other = payout.story()["award_id"], payout.story("s2")["award_id"]
    payout.get(f"/v1/awards/{own}", by=officer)
    payout.get(f"/v1/awards/{other}", by=officer, expect=404)
    assert [b["unit"] for b in payout.get("/v1/budgets", by=officer)["items"]] == ["liandu"]
    payout.get("/v1/budgets/city/2026", by=officer, expect=403)
    assert payout.http.get("/v1/budgets").status_code == 401


def test_orders_come_in_pages(payout: Payout) -> None:
    payout.arrange()
    payout.receive(*(decision(f"s{number}", jurisdiction="city") for number in range(5)))
    seen: list[str] = []
    cursor = ""
    while True:
        page = payout.get(f"/v1/payment-orders?limit=2{cursor}")
        seen += [order["id"] for order in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 5
    payout.get("/v1/payment-orders?cursor=nonsense", expect=422)
    assert payout.get("/v1/payment-orders?state=issued")["items"] == []


def test_a_preview_tells_what_a_draft_would_make_of_the_decided_awards(payout: Payout) -> None:
    payout.receive(decision("s1", instalments=((2025, 101),)), decision("s2", instalments=((2025, 101),)))
    payout.receive(decision("s3", instalments=((2025, 50), (2026, 50)), jurisdiction="city"))
    only_liandu = SHARED_HALF | {"rows": SHARED_HALF["rows"][1:2]}  # type: ignore[index]
    drafted = payout.post("/v1/arrangements", only_liandu, by="finance-maker")
    preview = payout.get(f"/v1/arrangements/{drafted['id']}/preview")
    assert (preview["sample"], preview["overlaps"]) == (True, [])
    assert preview["units"] == [
        {"unit": "city", "today_fen": 0, "draft_fen": 100},
        {"unit": "liandu", "today_fen": 0, "draft_fen": 102},
    ]
    assert [(r["jurisdiction"], r["awards"], r["waiting"], r["covered"]) for r in preview["rows"]] == [
        ("city", 1, 1, False),
        ("liandu", 2, 2, True),
    ]
    payout.post(f"/v1/arrangements/{drafted['id']}/confirm", by="finance-checker")
    assert payout.resume() == 2
    after = payout.get(f"/v1/arrangements/{drafted['id']}/preview")["units"]
    assert [(u["today_fen"], u["draft_fen"]) for u in after] == [(100, 100), (102, 102)]
    again = payout.post("/v1/arrangements", SHARED_HALF, by="finance-maker")
    assert payout.get(f"/v1/arrangements/{again['id']}/preview")["overlaps"] == [drafted["id"]]


def test_orders_come_as_a_sheet_too(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(payee={"uscc": USCC, "name": "=1+1"}))
    headers = payout.tokens.headers("auditor", Accept="text/csv")
    lines = payout.http.get("/v1/payment-orders?limit=1", headers=headers).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert '"5000.01"' in lines[2] and '"\'=1+1"' in lines[2]
    book = payout.http.get("/v1/payment-orders", headers=headers | {"Accept": XLSX})
    assert (book.headers["content-type"], book.content[:2]) == (XLSX, b"PK")


def test_a_nul_character_is_pointed_at_wherever_it_stands(payout: Payout) -> None:
    money = {"unit": "city", "year": 2026, "amount_fen": 1, "document": "a\0b"}
    refused = payout.post("/v1/appropriations", money, by="finance-maker", expect=422)  # reaches a COPY
    assert [(each["pointer"], each["code"]) for each in refused["errors"]] == [("/document", "nul_character")]
    refused = payout.post("/v1/arrangements", SHARED_HALF | {"number": "\0"}, by="finance-maker", expect=422)
    assert [each["pointer"] for each in refused["errors"]] == ["/number"]
    refused = payout.get("/v1/payment-orders?uscc=%00", expect=422)
    assert [each["pointer"] for each in refused["errors"]] == ["uscc"]
    assert payout.get("/v1/budgets")["items"] == payout.get("/v1/arrangements")["items"] == []


@pytest.mark.parametrize(
    "listing",
    ["arrangements", "appropriations", "budgets", "payment-batches", "recoveries", "ledger/entries"],
)
@pytest.mark.parametrize("key", [("x", "y"), (None,), (2**40, "z"), ("x",)])
def test_a_cursor_of_another_list_never_fails(payout: Payout, listing: str, key: tuple[object, ...]) -> None:
    expected = 200 if (listing, key) == ("budgets", (2**40, "z")) else 422
    payout.get(f"/v1/{listing}?cursor={encode_cursor(*key)}", expect=expected)
