"""What processes tell: one trace from a request to a payment order, and nothing secret in any output."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from kafka import KafkaProducer, TopicPartition

from deploy.local.broker import ADMIN
from deploy.local.demo import SAMPLE_ARRANGEMENT
from deploy.local.demo_client import DemoClient
from deploy.local.system import LocalSystem
from shared.messaging import kafka, topics
from shared.messaging.kafka import Cluster
from tests.support.collector import Collector
from tests.support.steps import TODAY, record, until

SECRETIVE = "91331100MA2000003E"
TRACE_ID, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
NAME = "丽水暗记七号快递有限公司"
ACCOUNT = "6222770099887766"
WRONG = "WRONGVALUE7391"
OURS = b"not from a service"


@pytest.fixture(scope="module")
def answers(demo: DemoClient, system: LocalSystem) -> list[httpx.Response]:
    """An award is decided and ordered; then wrong values are submitted everywhere. Returns the refusals."""
    rows: dict[str, dict[str, Any]] = {
        "enterprises": {"uscc": SECRETIVE, "name": NAME, "legal_form": "enterprise", "registered_on": "2015-05-05"},
        "locations": {"uscc": SECRETIVE, "since": "2015-05-05", "jurisdiction": "liandu"},
        "courier_years": {
            "uscc": SECRETIVE,
            "year": 2023,
            "parcels": 4_000_000,
            "operating_days": 365,
            "rent_fen": 20_000_001,
        },
        "payee_accounts": {
            "uscc": SECRETIVE,
            "since": "2015-05-05",
            "account_holder": NAME,
            "bank_code": "102345678901",
            "account_number": ACCOUNT,
        },
    }
    for dataset, row in rows.items():
        record(demo, dataset, **row)
    demo.arrange(SAMPLE_ARRANGEMENT)
    for unit in ("city", "liandu"):
        demo.appropriate(unit, TODAY.year, 100_000_000, "〔样例〕1号")
    evaluation = demo.evaluate([2023], TODAY.isoformat())
    headers = {"traceparent": f"00-{TRACE_ID}-{CALLER}-01"}
    body = {"evaluation_id": evaluation["id"]}
    demo.call("commerce-checker", "POST", "eligibility:/v1/approvals", json=body, headers=headers)
    [decision] = until(lambda: demo.decisions(uscc=SECRETIVE, state="approved"))
    until(lambda: len(demo.orders(award_id=decision["award_id"], state="issued")) == 2)
    return list(_wrong(demo, system))


def _wrong(demo: DemoClient, system: LocalSystem) -> Iterator[httpx.Response]:
    registry, eligibility, payout = (system.url(each) for each in ("registry", "eligibility", "payout"))
    platform, maker = demo._auth["data-platform"], demo._auth["finance-maker"]
    records = f"{registry}/v1/datasets/payee_accounts/records"
    wrong_rows: list[Any] = [{"uscc": WRONG, "account_number": ACCOUNT}, {WRONG: WRONG}, WRONG]
    for row in wrong_rows:
        yield demo._http.post(records, json={"records": [row]}, auth=platform)
    yield demo._http.get(f"{registry}/v1/enterprises/{WRONG}", auth=platform)
    yield demo._http.post(f"{payout}/v1/arrangements", json={"number": {WRONG: ACCOUNT}}, auth=maker)
    yield demo._http.post(f"{payout}/v1/appropriations", content=f'{{"unit": "{WRONG}'.encode(), auth=maker)
    yield demo._http.get(f"{payout}/v1/payment-orders?state={WRONG}", auth=maker)
    yield demo._http.post(f"{eligibility}/v1/evaluations", json={"policy": WRONG}, auth=demo._auth["commerce-maker"])
    yield demo._http.get(f"{eligibility}/v1/decisions", headers={"Authorization": f"Bearer {WRONG}.{WRONG}.{WRONG}"})
    file = f"uscc,since,account_number\n{WRONG},{WRONG},{ACCOUNT}\n".encode()
    job = demo._http.post(
        f"{registry}/v1/imports?dataset=payee_accounts&mode=all_or_nothing",
        content=file,
        headers={"Content-Type": "text/csv"},
        auth=platform,
    ).json()["id"]
    until(lambda: demo._http.get(f"{registry}/v1/imports/{job}", auth=platform).json()["state"] != "queued")
    until(lambda: demo._http.get(f"{registry}/v1/imports/{job}", auth=platform).json()["state"] != "running")
    headers = [(name, WRONG.encode()) for name in ("ce_id", "ce_source", "ce_traceparent")]
    headers += [("ce_specversion", b"1.0"), ("ce_type", b"award.decided")]
    producer: KafkaProducer = kafka.producer(system.cluster_of(ADMIN), "test")
    producer.send(topics.AWARD_DECISIONS, key=OURS, value=f'{{"payee":"{WRONG}"}}'.encode(), headers=headers)
    producer.close()
    letters = f"{payout}/v1/dead-letters?state=open"
    until(lambda: demo._http.get(letters, auth=demo._auth["ops"]).json()["items"])
    yield demo._http.get(letters, auth=demo._auth["ops"])


def _events(cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Yield topic and whole content of every event that services have published; the wrong one of ours is none."""
    reader = kafka.reader(cluster)
    partitions = [TopicPartition(topic, number) for topic in topics.ALL for number in range(topics.PARTITIONS)]
    reader.assign(partitions)
    reader.seek_to_beginning()
    ends = reader.end_offsets(partitions)
    while any(reader.position(partition) < end for partition, end in ends.items()):
        for partition, events in reader.poll(timeout_ms=1_000).items():
            yield from ((partition.topic, str(event)) for event in events if event.key != OURS)
    reader.close()


@pytest.mark.usefixtures("answers")
def test_one_trace_leads_from_the_request_to_the_order(
    answers: list[httpx.Response], collector: Collector, state: Path, demo: DemoClient
) -> None:
    *_, act = demo.items("auditor", "eligibility:/v1/audit", act="start_approval")
    trace_id = act["trace_id"]
    assert trace_id != TRACE_ID, "what the caller sent does not choose the id"
    last = ("payout-relay", "publish payment_order.issued")
    found = until(lambda: trace if last in (trace := collector.of(trace_id)) else None)
    request = found["eligibility-app", "POST"]
    (job,) = [span for (service, name), span in found.items() if (service, name[:3]) == ("eligibility-worker", "job")]
    assert not request.parent_id
    assert job.parent_id == request.span_id
    told = {
        ("eligibility-relay", "publish award.decided"),
        ("payout-worker", "receive award-decisions.v1"),
        last,
    }
    assert {found[each].parent_id for each in told} == {job.span_id}
    logged = [log.stem for log in (state / "logs").glob("*.log") if trace_id in log.read_text("utf-8")]
    assert "eligibility-app" in logged


def test_nothing_secret_is_in_any_output(
    answers: list[httpx.Response], collector: Collector, state: Path, system: LocalSystem, demo: DemoClient
) -> None:
    ops = demo._auth["ops"]
    outputs = {f"log {log.stem}": log.read_text("utf-8") for log in (state / "logs").glob("*-*.log")}
    assert {name for name, content in outputs.items() if not content} == set()
    for target in system.targets:
        address = target["targets"][0]
        outputs[f"metrics {address}"] = demo._http.get(f"http://{address}/metrics", auth=ops).text
        assert "process_" in outputs[f"metrics {address}"]
    outputs |= {f"span {number}": body.decode("utf-8", "replace") for number, body in enumerate(collector.bodies)}
    for answer in answers:
        assert answer.status_code in (200, 400, 401, 403, 404, 415, 422), answer.url
        outputs[f"answer {answer.url.path}"] = answer.text.replace(f"/{WRONG}", "/…")  # `instance` is the caller's URL
    tokens = [str(each._token) for each in demo._auth.values() if getattr(each, "_token", None)]
    secrets = [*system.secrets.values(), *system.clients.values(), *tokens, ACCOUNT, WRONG, NAME]
    events = list(_events(system.cluster_of(ADMIN)))
    published = {topics.REGISTRY_FACTS, topics.AWARD_DECISIONS, topics.PAYMENT_ORDERS}
    assert published <= {topic for topic, _ in events}
    outputs |= {f"event {topic} {number}": content for number, (topic, content) in enumerate(events)}
    leaks = {(name, value[:8]) for name, content in outputs.items() for value in secrets if value in content}
    assert leaks == set()
