"""A fact's way to a payment order, through real processes: start, import, decide, pay; kill, correct; start again."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

from deploy.local.demo import SAMPLE_ARRANGEMENT
from deploy.local.demo_client import DemoClient
from deploy.local.system import LocalSystem
from tests.support.steps import COURIER, TODAY, decide, live_orders, record, until

OTHER = "91331145676TY39FY4"
THIRD = "91331102MA2QKPY01N"


def test_a_fact_becomes_a_payment_order(demo: DemoClient) -> None:
    record(
        demo,
        "enterprises",
        uscc=COURIER,
        name="丽水甲快递有限公司",
        legal_form="enterprise",
        registered_on="2015-05-05",
    )
    record(demo, "enterprises", uscc=OTHER, name="丽水乙有限公司", legal_form="enterprise", registered_on="2015-05-05")
    record(demo, "locations", uscc=COURIER, since="2015-05-05", jurisdiction="liandu", until=None)
    record(demo, "courier_years", uscc=COURIER, year=2023, parcels=4_000_000, operating_days=365, rent_fen=20_000_001)

    evaluation = decide(demo)
    assert evaluation["decisions"]["created"] == 1
    [decision] = demo.decisions(evaluation_id=evaluation["id"])
    assert (decision["state"], decision["version"], decision["entitlement_fen"]) == ("approved", 1, 6_000_000)

    award = decision["award_id"]
    waiting = until(lambda: demo.send("auditor", "GET", f"payout:/v1/awards/{award}").json().get("waiting_for"))
    assert waiting == "arrangement"
    demo.arrange(SAMPLE_ARRANGEMENT)
    assert until(lambda: live_orders(demo, award)) == [("city", 3_000_000), ("liandu", 3_000_000)]

    for unit in ("city", "liandu"):
        demo.appropriate(unit, TODAY.year, 100_000_000, "〔样例〕1号")
    until(lambda: len(demo.orders(award_id=award, state="issued")) == 2)


def test_a_corrected_fact_becomes_a_top_up_though_workers_are_killed(demo: DemoClient, system: LocalSystem) -> None:
    for child in system.supervisor._children:
        if child.name in ("eligibility-relay", "payout-worker", "eligibility-worker"):
            assert child.process is not None
            child.process.send_signal(signal.SIGKILL)
            child.process.wait()
    record(demo, "courier_years", uscc=COURIER, year=2023, parcels=4_000_000, operating_days=365, rent_fen=30_000_000)
    system.supervisor.watch()
    evaluation = decide(demo)
    assert evaluation["decisions"]["restated"] == 1
    [decision] = demo.decisions(evaluation_id=evaluation["id"])
    assert (decision["version"], decision["reason"]) == (2, "correction")
    expected = [("city", 1_500_000), ("city", 3_000_000), ("liandu", 1_500_000), ("liandu", 3_000_000)]
    until(lambda: live_orders(demo, decision["award_id"]) == expected)


def test_a_correction_is_restated_by_itself_though_the_worker_is_killed(demo: DemoClient, system: LocalSystem) -> None:
    [award] = {each["award_id"] for each in demo.decisions(uscc=COURIER, state="approved")}
    record(demo, "courier_years", uscc=COURIER, year=2023, parcels=4_000_000, operating_days=365, rent_fen=20_000_000)
    [worker] = [child for child in system.supervisor._children if child.name == "eligibility-worker"]
    assert worker.process is not None
    worker.process.send_signal(signal.SIGKILL)
    worker.process.wait()
    system.supervisor.watch()
    [proposed] = until(lambda: demo.decisions(uscc=COURIER, state="proposed"), 90)
    assert (proposed["award_id"], proposed["entitlement_fen"], proposed["reason"]) == (award, 6_000_000, "correction")
    evaluation = demo.get("auditor", f"eligibility:/v1/evaluations/{proposed['evaluation_id']}")
    assert (evaluation["created_by"], evaluation["occasion"]) == ("eligibility", "correction")
    demo.approve(evaluation["id"], "seen")
    [third] = demo.decisions(uscc=COURIER, state="approved")
    assert third["version"] == 3
    expected = [("city", 3_000_000), ("liandu", 3_000_000)]
    until(lambda: live_orders(demo, award) == expected)

    record(demo, "courier_years", uscc=COURIER, year=2023, parcels=4_000_000, operating_days=365, rent_fen=30_000_000)
    record(demo, "courier_years", uscc=COURIER, year=2023, parcels=4_000_000, operating_days=365, rent_fen=20_000_000)
    time.sleep(3)
    assert demo.decisions(uscc=COURIER, state="proposed") == [], "what swung back leaves no trace"
    for each in demo.decisions(uscc=COURIER):
        assert demo.post("auditor", f"eligibility:/v1/decisions/{each['id']}/replay", {})["same"]


def test_an_evaluation_in_partitions_is_finished_though_its_workers_are_killed(
    demo: DemoClient, system: LocalSystem
) -> None:
    body = {"policy": "lishui-2020-1", "award_years": [2023], "scope": "all", "decided_on": TODAY.isoformat()}
    job = demo.post("commerce-maker", "eligibility:/v1/evaluations", body)
    path = f"eligibility:/v1/evaluations/{job['id']}"
    until(lambda: demo.get("auditor", path)["state"] != "queued", 120)
    for child in system.supervisor._children:
        if child.name == "eligibility-worker":
            assert child.process is not None
            child.process.send_signal(signal.SIGKILL)
            child.process.wait()
    system.supervisor.watch()
    done = demo.wait_for_job("auditor", path, "evaluation")
    assert done["state"] == "succeeded"
    assert done["decisions"]["created"] == done["decisions"]["withdrawn"] == 0
    assert done["progress"]["total"] > 2, "it was in partitions"


def test_an_act_from_its_import_to_a_replay_of_its_first_version(demo: DemoClient, tmp_path: Path) -> None:
    """Import, evaluation, notice, objection, mended fact, notice again, approval, correction, restatement, replay."""
    year: dict[str, Any] = {"uscc": THIRD, "year": 2023, "parcels": 4_000_000, "operating_days": 365}
    files: dict[str, dict[str, Any]] = {
        "enterprises": {
            "uscc": THIRD,
            "name": "丽水丙快递有限公司",
            "legal_form": "enterprise",
            "registered_on": "2015-05-05",
        },
        "locations": {"uscc": THIRD, "since": "2015-05-05", "jurisdiction": "liandu"},
        "courier_years": {**year, "rent_fen": 30_000_000},
    }
    for dataset, row in files.items():
        file = tmp_path / f"{dataset}.csv"
        file.write_text(",".join(row) + "\n" + ",".join(map(str, row.values())) + "\n", "utf-8")
        assert demo.import_file(dataset, file)["rows"]["accepted"] == 1

    def decision(entitlement_fen: int) -> dict[str, Any]:
        found = demo.decisions(uscc=THIRD)
        return next((each for each in reversed(found) if each["entitlement_fen"] == entitlement_fen), {})

    def noticed(evaluation: dict[str, Any]) -> str:
        opened = demo.post("commerce-maker", "eligibility:/v1/notices", {"evaluation_id": evaluation["id"]})
        return f"eligibility:/v1/notices/{opened['id']}"

    first = noticed(demo.evaluate([2023], TODAY.isoformat()))
    contested = {"decision_id": decision(9_000_000)["id"], "objector": "王五", "reason": "合同租金为20万元"}
    objection = demo.post("commerce-maker", f"{first}/objections", contested)
    assert decision(9_000_000)["state"] == "suspended"
    upheld = {"outcome": "upheld", "reason": "以合同为准"}
    demo.post("commerce-checker", f"eligibility:/v1/objections/{objection['id']}/decide", upheld)

    record(demo, "courier_years", **year, rent_fen=20_000_000)
    second = noticed(demo.evaluate([2023], TODAY.isoformat()))
    assert (decision(9_000_000)["state"], decision(6_000_000)["state"]) == ("superseded", "in_notice")
    assert decision(6_000_000)["reason"] == "objection"
    for notice in (first, second):
        demo.post("commerce-maker", f"{notice}/close", {})
    path = f"eligibility:/v1/decisions/{decision(6_000_000)['id']}"
    assert demo.post("commerce-checker", f"{path}/approve", {})["version"] == 1
    award = decision(6_000_000)["award_id"]
    until(lambda: live_orders(demo, award) == [("city", 3_000_000), ("liandu", 3_000_000)])

    record(demo, "courier_years", **year, rent_fen=10_000_000)
    restated = until(lambda: decision(3_000_000), 90)
    assert demo.post("commerce-checker", f"eligibility:/v1/decisions/{restated['id']}/approve", {})["version"] == 2
    until(lambda: live_orders(demo, award) == [("city", 1_500_000), ("liandu", 1_500_000)])
    assert demo.post("auditor", f"{path}/replay", {})["same"], "version 1, as it was decided then"


def test_an_officer_of_liandu_sees_liandu_alone(demo: DemoClient) -> None:
    assert {d["jurisdiction"] for d in demo.items("liandu-officer", "eligibility:/v1/decisions")} == {"liandu"}


def test_no_route_but_probes_answers_without_a_token(demo: DemoClient) -> None:
    for service in ("registry", "eligibility", "payout"):
        document = demo.send(None, "GET", f"{service}:/openapi.json").json()
        for path, methods in document["paths"].items():
            if path in ("/healthz", "/readyz"):
                continue
            for method in methods:
                route = f"{service}:{path}".replace("{", "").replace("}", "")
                json: dict[str, str] | None = {} if method == "post" else None
                status = demo.send(None, method.upper(), route, json=json).status_code
                assert status == 401, (method, path, status)
