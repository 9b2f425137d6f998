"""A notice at the desk: an officer opens and objects to every decision in it, an enterprise to its own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.desk import Services
from tests.unit.desk.test_front import TASKS, at_desk

NOTICE = "0198c5b2-7d3e-7a41-9c55-000000000001"
OWN, OTHER = "0198c5b2-7d3e-7a41-9c55-00000000000a", "0198c5b2-7d3e-7a41-9c55-00000000000b"
PATH = f"eligibility GET /v1/notices/{NOTICE}"
EMPTY: dict[str, Any] = {"items": [], "next_cursor": None}


def entry(decision: str, name: str) -> dict[str, Any]:
    return {
        "decision_id": decision,
        "policy": "lishui-2020-1",
        "award": "courier-rent",
        "title": "快递企业租房补贴",
        "article": "第（四）条第一款第三句",
        "award_year": 2024,
        "payee": {"name": name, "uscc": "91331100MA2Q00001X"},
        "jurisdiction": "liandu",
        "result": "granted",
        "kind": "cash",
        "entitlement_fen": 600_000,
        "state": "in_notice",
    }


SHOWN = {
    "id": NOTICE,
    "policy": "lishui-2020-1",
    "document_number": "丽商务公示〔2026〕1号",
    "state": "open",
    "working_days": 5,
    "opened_on": "2026-03-02",
    "last_day": "2026-03-09",
    "closable_on": "2026-03-10",
    "calendar_assumed_from": None,
    "closed_on": None,
    "total": 2,
    "objections": {"open": 0, "rejected": 0, "upheld": 0},
    "contact": {"office": None, "address": None, "telephone": None, "email": None},
    "possible_acts": ["record_objection"],
    "items": [entry(OWN, "丽水甲有限公司"), entry(OTHER, "丽水乙有限公司")],
    "next_cursor": None,
}


@pytest.mark.parametrize(("person", "own"), [({}, [OWN, OTHER]), ({"uscc": "91331100MA2Q00001X"}, [OWN])])
def test_whoever_reads_a_notice_opens_and_objects_to_what_is_theirs(person: dict[str, str], own: list[str]) -> None:
    decisions = {"eligibility GET /v1/decisions": {"items": [{"id": OWN}], "next_cursor": None}}
    services = Services({**TASKS, PATH: SHOWN, f"{PATH}/objections": EMPTY, **decisions})
    answer = at_desk(services, lambda client: client.get(f"/notices/{NOTICE}"), **{"subject": "somebody"} | person)
    assert answer.status_code == 200
    assert "丽水甲有限公司" in answer.text and "丽水乙有限公司" in answer.text
    for decision in (OWN, OTHER):
        assert (f'href="/decisions/{decision}"' in answer.text) is (decision in own)
        assert (f"decision_id={decision}" in answer.text) is (decision in own)
    asked = [each.url.params.get("notice_id") for each in services.asked if each.url.path == "/v1/decisions"]
    assert asked == ([NOTICE] if person else [])


@pytest.mark.parametrize("uscc", ["", "91331100MA2Q00001X"])
def test_where_an_objection_is_open_it_is_shown_instead_of_a_second_one(uscc: str) -> None:
    against, omitted = "0198c5b2-7d3e-7a41-9c55-0000000000c1", "0198c5b2-7d3e-7a41-9c55-0000000000c2"
    written = {"recorded_at": "2026-03-03T01:00:00Z", "reason": "租金有误", "outcome": None}
    objections = [
        {"id": against, "decision_id": OWN, "omission": None, **written},
        {
            "id": omitted,
            "decision_id": None,
            "omission": {"uscc": uscc, "award": "park", "subject": "PARK-1", "award_year": 2023},
            **written,
        },
    ]
    entries = [entry(OWN, "丽水甲有限公司") | {"state": "suspended"}, entry(OTHER, "丽水乙有限公司")]
    services = Services(
        {
            **TASKS,
            PATH: SHOWN | {"items": entries},
            f"{PATH}/objections": EMPTY | {"items": objections},
            "eligibility GET /v1/decisions": EMPTY | {"items": [{"id": OWN}]},
        }
    )
    person = {"uscc": uscc} if uscc else {}
    said = at_desk(services, lambda client: client.get(f"/notices/{NOTICE}"), **{"subject": "somebody"} | person).text
    assert f"decision_id={OWN}" not in said and f'href="/objections/{against}"' in said
    assert (f"decision_id={OTHER}" in said) is not bool(uscc)
    assert ("您对2023年度电商产业园区奖励的异议正在核查" in said) is bool(uscc)
