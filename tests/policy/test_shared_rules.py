"""What every award shares, tried on every award: forms, places, days, years, earlier payments, integrity."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.eligibility.engine.evaluate import evaluate
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from tests.policy.casefile import FOLDER, read_cases
from tests.policy.tables import facts

POLICY = load_policy("lishui-2020-1")
SHARED: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("shared.yaml").read_text(encoding="utf-8"))
FIRST = {path.stem: next(read_cases(path)) for path in FOLDER.glob("*.yaml")}
AWARDS = [award.code for award in POLICY.awards]
DECIDED_ON = date(2026, 3, 1)
every_award = pytest.mark.parametrize("award", AWARDS)

Tables = Mapping[str, list[dict[str, Any]]]


def tables_of(award: str, **more: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    tables = deepcopy(dict(FIRST[award].tables))
    return tables | {name: [*tables.get(name, ()), *rows] for name, rows in more.items()}


def payee(award: str) -> str:
    return str(SHARED["payee"].get(award, "A"))


def year(award: str) -> int:
    ((_, by_year),) = FIRST[award].expect.items()
    plain = [y for y, expected in by_year.items() if not isinstance(expected, dict) and expected != "refused"]
    assert plain and plain[0] is not None
    return plain[0]


def day(award: str) -> date:
    found: date = SHARED["dated"].get(award, date(year(award), 12, 31))
    return found


def outcome(
    award: str, tables: Tables, decided_on: date = DECIDED_ON, in_year: int | None = None, **interpretations: str
) -> dict[str, Any]:
    wanted = year(award) if in_year is None else in_year
    chosen = (
        Interpretations.official_defaults(POLICY)
        .with_changes(FIRST[award].interpretations)
        .with_changes(interpretations)
    )
    found = evaluate(facts(tables), POLICY, chosen, [wanted], decided_on, [award]).to_dicts()
    return found[0] if found else {"result": "refused", "flags": [], "missing": []}


@every_award
@pytest.mark.parametrize("individuals", ["exclude", "include"])
@pytest.mark.parametrize("cooperatives", ["exclude", "include"])
def test_legal_forms(award: str, individuals: str, cooperatives: str) -> None:
    (group,) = [name for name, awards in SHARED["given_to"].items() if award in awards]
    allowed = list(SHARED["forms"][group])
    if group == "enterprises":
        allowed += ["individual"] if individuals == "include" else []
        allowed += ["cooperative"] if cooperatives == "include" else []
    for form in SHARED["forms"]["any form"]:
        tables = tables_of(award, enterprises=[{"uscc": payee(award), "name": "-", "legal_form": form}])
        result = outcome(award, tables, individual_businesses=individuals, cooperatives=cooperatives)["result"]
        assert result == ("granted" if form in allowed else "refused"), form


#: The place of a service centre is its own.
AT_PAYEE = [award for award in AWARDS if award != "service-centre-grade"]


@pytest.mark.parametrize("award", AT_PAYEE)
def test_places(award: str) -> None:
    for place in (*SHARED["area"], *SHARED["outside"]):
        found = outcome(award, tables_of(award, locations=[{"uscc": payee(award), "jurisdiction": place}]))
        assert found["result"] == ("granted" if place in SHARED["area"] else "refused"), place
        if award not in ("park", "logistics-hub", "smart-terminal", "cold-chain") and place in SHARED["area"]:
            assert found["jurisdiction"] == place
    nowhere = tables_of(award, locations=[{"uscc": payee(award), "since": DECIDED_ON}])
    found = outcome(award, nowhere)
    assert found["result"] == "undetermined"
    assert {name.split(":")[0] for name in found["missing"]} == {"locations.jurisdiction"}


@pytest.mark.parametrize("award", [award for award in AT_PAYEE if award != "smart-terminal"])
def test_the_place_on_the_day_counts(award: str) -> None:
    for before, after, expected in (("liandu", "yunhe", "refused"), ("yunhe", "liandu", "granted")):
        moved = [
            {"uscc": payee(award), "jurisdiction": before, "until": day(award)},
            {"uscc": payee(award), "jurisdiction": after, "since": day(award)},
        ]
        assert outcome(award, tables_of(award, locations=moved))["result"] == expected


@every_award
def test_the_day_of_decision(award: str) -> None:
    dated = award in SHARED["dated"]
    tables = tables_of(award)
    first_possible = day(award) if dated else day(award) + timedelta(days=1)
    on_day, before = (outcome(award, tables, first_possible - timedelta(days=n)) for n in (0, 1))
    assert on_day["result"] == "granted"
    if award == "smart-terminal":
        assert before["entitlement_fen"] < on_day["entitlement_fen"]
    else:
        assert before["result"] == "refused"


@every_award
def test_the_first_and_the_last_award_year(award: str) -> None:
    for wanted in (2019, 2024, 2025):
        moved = moved_by(tables_of(award), wanted - year(award))
        granted = wanted == 2024 or (wanted == 2025 and award in SHARED["granted_in_2025"])
        assert (outcome(award, moved, in_year=wanted)["result"] == "granted") == granted, wanted


def moved_by(tables: Tables, years: int) -> Tables:
    def moved(name: str, value: Any) -> Any:
        if isinstance(value, date):
            return value.replace(year=value.year + years)
        return value + years if name == "year" else value

    return {dataset: [{n: moved(n, v) for n, v in row.items()} for row in rows] for dataset, rows in tables.items()}


@every_award
def test_earlier_payments(award: str) -> None:
    subject = outcome(award, tables_of(award))["subject"]

    def paid(in_year: int, **more: Any) -> str:
        row = {"uscc": payee(award), "award": award, "subject": subject, "award_year": in_year, "amount_fen": 1} | more
        return str(outcome(award, tables_of(award, prior_awards=[row]))["result"])

    if award in SHARED["once"]:
        assert {paid(2015), paid(year(award)), paid(2030)} == {"refused"}
    elif award in SHARED["yearly"]:
        assert [paid(year(award) + n) for n in (-1, 0, 1)] == ["granted", "refused", "granted"]
    elif award == "smart-terminal":
        assert paid(2015, subject="T1") == "granted", "the other one still counts"
    else:
        tiers = POLICY.parameters[f"{award.split('-', maxsplit=1)[0]}_tiers"].stored[0][1]
        assert isinstance(tiers, tuple)
        assert {paid(2015, tier=tier) for tier in tiers} == {"refused"}
        assert paid(year(award), tier=0) == "granted"


@pytest.mark.parametrize("award", [award for award in AWARDS if day(award) < date(2024, 2, 28)])
@pytest.mark.parametrize("screen", ["flag", "exclude", "off"])
def test_integrity(award: str, screen: str) -> None:
    for said in SHARED["sanctions"]:
        row = {"uscc": payee(award), **{name: value for name, value in said.items() if name != "counts"}}
        found = outcome(award, tables_of(award, sanctions=[row]), date(2024, 2, 29), integrity_screen=screen)
        excluded = screen == "exclude" and said["counts"]
        assert found["result"] == ("refused" if excluded else "granted"), said
        flags = [f"integrity:{said['kind']}"] if screen == "flag" and said["counts"] else []
        assert found["flags"] == flags, said


@every_award
@pytest.mark.parametrize("reading", ["flag", "higher_only", "ignored"])
def test_other_public_money(award: str, reading: str) -> None:
    plain = outcome(award, tables_of(award))
    row = {"uscc": "Z", "award": award, "subject": plain["subject"], "programme": "p", "amount_fen": 1}
    untouched = (
        "headquarters-land",
        "loan-interest",
        "exhibition-organised",
        "exhibition-independent",
        "overseas-warehouse",
    )
    for in_year in (2015, year(award)):
        row["award_year"] = in_year
        found = outcome(award, tables_of(award, other_support=[row]), overlap=reading)
        same_matter = award not in untouched and (award in SHARED["once"] or in_year == year(award))
        lowered = same_matter and reading == "higher_only"
        assert found["entitlement_fen"] == plain["entitlement_fen"] - lowered
        assert sum(part["amount_fen"] for part in found["instalments"]) == found["entitlement_fen"]
        assert found["flags"] == (["other_support"] if same_matter and reading == "flag" else [])


def test_the_place_of_the_operator_of_a_service_centre_does_not_count() -> None:
    for place in (*SHARED["area"], *SHARED["outside"]):
        tables = tables_of("service-centre-grade", locations=[{"uscc": "A", "jurisdiction": place}])
        assert outcome("service-centre-grade", tables)["jurisdiction"] == "city"


@every_award
def test_instalments(award: str) -> None:
    tables = tables_of(award)
    for row in tables.get("logistics_hubs", ()):
        row["construction_cost_fen"] = 7
    found = outcome(award, tables)
    parts = [(part["due_offset_years"], part["amount_fen"]) for part in found["instalments"]]
    whole = [(0, found["entitlement_fen"])] if found["kind"] == "cash" else []
    assert parts == ([(0, 1), (1, 2)] if award == "logistics-hub" else whole)


def test_every_award_is_said_of() -> None:
    assert sorted(award for awards in SHARED["given_to"].values() for award in awards) == sorted(AWARDS)
    by_other_means = ["retail-scale", "platform-scale", "smart-terminal"]
    assert sorted([*SHARED["once"], *SHARED["yearly"], *by_other_means]) == sorted(AWARDS)
