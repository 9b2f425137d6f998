"""Facts given inline are read as strictly as the registry reads them: the mistake is pointed at, the value never told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.eligibility.facts.catalogue import Facts
from services.eligibility.scenarios.inline_facts import frames_of, with_rows
from shared.errors import Invalid
from shared.i18n import ENGLISH, translate
from tests.policy.tables import facts

CODE = "91331100MA20000018"
YEAR = {"uscc": CODE, "year": 2023, "parcels": 1, "operating_days": 365, "rent_fen": 1}
PAID = {
    "uscc": CODE,
    "award": "retail-scale",
    "subject": CODE,
    "award_year": 2020,
    "tier": 1,
    "amount_fen": 1,
    "paid_on": "2021-01-01",
}
AREA = {"park_id": "K", "year": 2021}
SUPPORT = {
    "uscc": CODE,
    "award": "courier-rent",
    "subject": "K",
    "award_year": 2021,
    "programme": "p",
    "level": "district",
    "amount_fen": 1,
    "granted_on": "2021-01-01",
}
PLACE = {"uscc": CODE, "since": "2015-01-01", "jurisdiction": "city"}


def refusal_at(pointer: str, act: Callable[[], object]) -> str:
    """Return the message with which `act` is refused at `pointer`."""
    with pytest.raises(Invalid) as refused:
        act()
    [mistake] = refused.value.errors
    assert mistake.pointer == pointer
    return translate(mistake.message, ENGLISH, mistake.parameters)


@pytest.mark.parametrize(
    ("given", "pointer", "message"),
    [
        ({"courier": []}, "/facts/courier", "Datasets: enterprises"),
        ({"courier_years": [YEAR | {"rent_yuan": 1}]}, "/facts/courier_years/0/rent_yuan", "no such field"),
        ({"courier_years": [YEAR | {"parcels": "1"}]}, "/facts/courier_years/0/parcels", "a whole number"),
        ({"courier_years": [YEAR | {"rent_fen": 1.5}]}, "/facts/courier_years/0/rent_fen", "a whole number"),
        ({"courier_years": [YEAR | {"rent_fen": -1}]}, "/facts/courier_years/0/rent_fen", "at least 0"),
        ({"courier_years": [YEAR | {"rent_fen": 2**53}]}, "/facts/courier_years/0/rent_fen", "9007199254740991"),
        ({"courier_years": [YEAR | {"operating_days": 0}]}, "/facts/courier_years/0/operating_days", "at least 1"),
        ({"courier_years": [YEAR | {"operating_days": 367}]}, "/facts/courier_years/0/operating_days", "at most 366"),
        ({"courier_years": [YEAR, {"year": 2023}]}, "/facts/courier_years/1/uscc", "must be given"),
        ({"courier_years": [YEAR, YEAR]}, "/facts/courier_years/1", r"\(uscc, year\) is given twice"),
        ({"locations": [PLACE | {"jurisdiction": "mars"}]}, "/facts/locations/0/jurisdiction", "one of: city, liandu"),
        ({"locations": [PLACE | {"since": "2015-02-30"}]}, "/facts/locations/0/since", "does not exist"),
        ({"locations": [PLACE | {"since": "20150101"}]}, "/facts/locations/0/since", "must be a date"),
        ({"locations": [PLACE | {"until": "2014-12-31"}]}, "/facts/locations/0/until", "before the first day"),
        ({"locations": [PLACE, PLACE | {"uscc": CODE[:-1] + "0"}]}, "/facts/locations/1/uscc", "check digit"),
        ({"prior_awards": [PAID | {"tier": 0}]}, "/facts/prior_awards/0/tier", "above 0"),
        (
            {"park_years": [AREA | {"operating_area_m2": 1.005}]},
            "/facts/park_years/0/operating_area_m2",
            "two decimals",
        ),
        ({"park_years": [AREA | {"operating_area_m2": "1"}]}, "/facts/park_years/0/operating_area_m2", "two decimals"),
        ({"park_years": [AREA | {"operating_area_m2": True}]}, "/facts/park_years/0/operating_area_m2", "two decimals"),
        ({"park_years": [AREA | {"operating_area_m2": -0.5}]}, "/facts/park_years/0/operating_area_m2", "at least 0"),
        ({"other_support": [SUPPORT | {"award": "parks"}]}, "/facts/other_support/0/award", "known are: retail-scale"),
        ({"other_support": [SUPPORT]}, "/facts/other_support/0/subject", "credit code of an enterprise"),
        ({"prior_awards": [PAID | {"award": "park"}]}, "/facts/prior_awards/0/tier", "must be 0"),
    ],
)
def test_a_mistake_is_pointed_at(given: dict[str, Any], pointer: str, message: str) -> None:
    assert re.search(message, refusal_at(pointer, lambda: frames_of(given)))


def test_a_code_is_read_as_the_registry_reads_it() -> None:
    assert frames_of({"locations": [PLACE | {"uscc": f" {CODE.lower()}"}]})["locations"]["uscc"].to_list() == [CODE]
    twice = {"locations": [PLACE, PLACE | {"uscc": CODE.lower()}]}
    assert "given twice" in refusal_at("/facts/locations/1", lambda: frames_of(twice))


def test_every_mistake_is_in_one_answer() -> None:
    given: dict[str, Any] = {
        "courier_years": [YEAR | {"parcels": "1", "year": 1}],
        "locations": [PLACE | {"uscc": "x"}],
        "mars": [],
    }
    with pytest.raises(Invalid) as refused:
        frames_of(given)
    assert {mistake.pointer for mistake in refused.value.errors} >= {
        "/facts/courier_years/0/parcels", "/facts/locations/0/uscc", "/facts/mars"
    }  # fmt: skip


def test_a_code_in_another_spelling_is_the_same_row() -> None:
    known = facts({"parks": []})
    years = [AREA | {"park_id": spelling} for spelling in ("P-1", "ｐ－１")]
    assert "given twice" in refusal_at("/facts/park_years/1", lambda: frames_of({"park_years": years}))
    (first,) = frames_of({"park_years": [years[0]]}).values()
    base = Facts({**known, "park_years": first})
    (second,) = frames_of({"park_years": [years[1]]}).values()
    assert with_rows(base, {"park_years": second})["park_years"].height == 1


def test_any_platform_may_be_named() -> None:
    row = {"uscc": CODE, "platform": "unheard", "authorised_on": "2021-01-01"}
    assert frames_of({"platform_authorisations": [row]})["platform_authorisations"].height == 1


def test_a_move_needs_the_day_on_which_the_place_before_ended() -> None:
    known = facts({"locations": [{"uscc": CODE, "since": date(2015, 1, 1), "jurisdiction": "liandu"}]})
    moved = {"uscc": CODE, "since": "2021-06-01", "jurisdiction": "qingtian"}
    alone = frames_of({"locations": [moved]})
    assert "overlap" in refusal_at("/facts/locations/0", lambda: with_rows(known, alone))
    left = {"uscc": CODE, "since": "2015-01-01", "until": "2021-06-01", "jurisdiction": "liandu"}
    both = with_rows(known, frames_of({"locations": [moved, left]}))
    assert both["locations"].height == 2


def test_periods_of_two_do_not_overlap() -> None:
    balances = [
        {"loan_id": loan, "since": since, "until": until, "principal_fen": 1}
        for loan, since, until in (
            ("L1", "2021-01-01", "2021-02-01"),
            ("L1", "2021-02-01", "2021-03-01"),
            ("L2", "2021-01-15", "2021-02-15"),
        )
    ]
    with_rows(Facts.of({}), frames_of({"loan_balances": balances}))
    overlapping = frames_of({"loan_balances": [balances[0], balances[1] | {"since": "2021-01-31"}]})
    assert "loan_id overlap" in refusal_at("/facts/loan_balances/0", lambda: with_rows(Facts.of({}), overlapping))
