"""Real processes seen from outside: one trace from a request to a payment order, nothing secret in any output, an orderly end."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from kafka import KafkaProducer

from deploy.local.demo import SAMPLE_ARRANGEMENT
from deploy.local.processes import free_port
from deploy.local.story import Story
from deploy.local.system import DEFAULT_PORTS, LocalSystem
from shared.clock import SystemClock, calendar_date
from shared.messaging import kafka, topics
from tests.support.collector import Collector, collecting

COURIER = "91331100MA20000018"
TODAY = calendar_date(SystemClock().now())
TRACE_ID, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
NAME = "丽水暗记七号快递有限公司"
ACCOUNT = "6222770099887766"
WRONG = "WRONGVALUE7391"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("processes")


@pytest.fixture(scope="module")
def system(state: Path, collector: Collector) -> Iterator[LocalSystem]:
    environment = {
        "ELIGIBILITY_NOTICE_WORKING_DAYS": "0",
        "LOCAL_BROKER": os.environ.get("LOCAL_BROKER", "auto"),
        "LOG_LEVEL": "DEBUG",
        "DRAIN_SECONDS": "2",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    } | {name: str(free_port()) for name in DEFAULT_PORTS}
    system = LocalSystem(state, environment, durable=False)
    try:
        system.start()
        yield system
    finally:
        system.stop()


@pytest.fixture(scope="module")
def story(system: LocalSystem) -> Iterator[Story]:
    urls = {service: system.url(service) for service in ("issuer", "registry", "eligibility", "payout")}
    story = Story(urls, system.clients)
    yield story
    story.close()


@pytest.fixture(scope="module")
def answers(story: Story, system: LocalSystem) -> list[httpx.Response]:
    """An award is decided and ordered under TRACE_ID; then wrong values are submitted everywhere. Returns the refusals."""
    rows: dict[str, dict[str, Any]] = {
        "enterprises": {"uscc": COURIER, "name": NAME, "legal_form": "enterprise", "registered_on": "2015-05-05"},
        "locations": {"uscc": COURIER, "since": "2015-05-05", "jurisdiction": "liandu"},
        "courier_years": {
            "uscc": COURIER,
            "year": 2023,
            "parcels": 4_000_000,
            "operating_days": 365,
            "rent_fen": 20_000_001,
        },
        "payee_accounts": {
            "uscc": COURIER,
            "since": "2015-05-05",
            "account_holder": NAME,
            "bank_code": "102345678901",
            "account_number": ACCOUNT,
        },
    }
    for dataset, row in rows.items():
        story.post("data-platform", f"registry:/v1/datasets/{dataset}/records", {"records": [row], "source": "test"})
    story.arrange(SAMPLE_ARRANGEMENT)
    for unit in ("city", "liandu"):
        story.appropriate(unit, TODAY.year, 100_000_000, "〔样例〕1号")
    evaluation = story.evaluate([2023], TODAY.isoformat())
    headers = {"traceparent": f"00-{TRACE_ID}-{CALLER}-01"}
    body = {"evaluation_id": evaluation["id"]}
    url, client = f"{system.url('eligibility')}/v1/approvals", story._auth["commerce-checker"]
    assert story._http.post(url, json=body, headers=headers, auth=client).is_success
    until(lambda: len(story.orders(state="issued")) == 2)
    return list(_wrong(story, system))


def _wrong(story: Story, system: LocalSystem) -> Iterator[httpx.Response]:
    registry, eligibility, payout = (system.url(each) for each in ("registry", "eligibility", "payout"))
    platform, maker = story._auth["data-platform"], story._auth["finance-maker"]
    records = f"{registry}/v1/datasets/payee_accounts/records"
    wrong_rows: list[Any] = [{"uscc": WRONG, "account_number": ACCOUNT}, {WRONG: WRONG}, WRONG]
    for row in wrong_rows:
        yield story._http.post(records, json={"records": [row]}, auth=platform)
    yield story._http.get(f"{registry}/v1/enterprises/{WRONG}", auth=platform)
    yield story._http.post(f"{payout}/v1/arrangements", json={"number": {WRONG: ACCOUNT}}, auth=maker)
    yield story._http.post(f"{payout}/v1/appropriations", content=f'{{"unit": "{WRONG}'.encode(), auth=maker)
    yield story._http.get(f"{payout}/v1/payment-orders?state={WRONG}", auth=maker)
    yield story._http.post(f"{eligibility}/v1/evaluations", json={"policy": WRONG}, auth=story._auth["commerce-maker"])
    yield story._http.get(f"{eligibility}/v1/decisions", headers={"Authorization": f"Bearer {WRONG}.{WRONG}.{WRONG}"})
    file = f"uscc,since,account_number\n{WRONG},{WRONG},{ACCOUNT}\n".encode()
    job = story._http.post(
        f"{registry}/v1/imports?dataset=payee_accounts&mode=all_or_nothing",
        content=file,
        headers={"Content-Type": "text/csv"},
        auth=platform,
    ).json()["id"]
    until(lambda: story._http.get(f"{registry}/v1/imports/{job}", auth=platform).json()["state"] != "queued")
    until(lambda: story._http.get(f"{registry}/v1/imports/{job}", auth=platform).json()["state"] != "running")
    headers = [(name, WRONG.encode()) for name in ("ce_id", "ce_source", "ce_traceparent")]
    headers += [("ce_specversion", b"1.0"), ("ce_type", b"award.decided")]
    producer: KafkaProducer = kafka.producer(system.settings["KAFKA_BOOTSTRAP_SERVERS"], "test")
    producer.send(topics.AWARD_DECISIONS, key=b"k", value=f'{{"payee":"{WRONG}"}}'.encode(), headers=headers)
    producer.close()
    letters = f"{payout}/v1/dead-letters?state=open"
    until(lambda: story._http.get(letters, auth=story._auth["ops"]).json()["items"])
    yield story._http.get(letters, auth=story._auth["ops"])


def until(check: Callable[[], Any], seconds: float = 90.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)
    return found


@pytest.mark.usefixtures("answers")
def test_one_trace_leads_from_the_request_to_the_order(collector: Collector, state: Path) -> None:
    last = ("payout-relay", "publish payment_order.issued")
    found = until(lambda: trace if last in (trace := collector.of(TRACE_ID)) else None)
    request = found["eligibility-app", "POST"]
    (job,) = [span for (service, name), span in found.items() if (service, name[:3]) == ("eligibility-worker", "job")]
    assert request.parent_id == CALLER
    assert job.parent_id == request.span_id
    told = {
        ("eligibility-relay", "publish award.decided"),
        ("payout-worker", "receive award-decisions.v1"),
        last,
    }
    assert {found[each].parent_id for each in told} == {job.span_id}
    logged = [log.stem for log in (state / "logs").glob("*.log") if TRACE_ID in log.read_text("utf-8")]
    assert "eligibility-app" in logged


def test_nothing_secret_is_in_any_output(
    answers: list[httpx.Response], collector: Collector, state: Path, system: LocalSystem, story: Story
) -> None:
    ops = story._auth["ops"]
    outputs = {f"log {log.stem}": log.read_text("utf-8") for log in (state / "logs").glob("*-*.log")}
    assert {name for name, content in outputs.items() if not content} == set()
    for target in system.targets:
        address = target["targets"][0]
        outputs[f"metrics {address}"] = story._http.get(f"http://{address}/metrics", auth=ops).text
        assert "process_" in outputs[f"metrics {address}"]
    outputs |= {f"span {number}": body.decode("utf-8", "replace") for number, body in enumerate(collector.bodies)}
    for answer in answers:
        assert answer.status_code in (200, 400, 401, 403, 404, 415, 422), answer.url
        outputs[f"answer {answer.url.path}"] = answer.text.replace(f"/{WRONG}", "/…")  # `instance` is the caller's URL
    tokens = [str(each._token) for each in story._auth.values() if getattr(each, "_token", None)]
    secrets = [*system.secrets.values(), *system.clients.values(), *tokens, ACCOUNT, WRONG, NAME]
    leaks = {(name, value[:8]) for name, content in outputs.items() for value in secrets if value in content}
    assert leaks == set()


@pytest.mark.usefixtures("answers")
def test_told_to_stop_every_process_finishes_what_it_has_in_hand(system: LocalSystem, state: Path) -> None:
    children = {child.name: child for child in system.supervisor._children if child.name.count("-") == 1}
    assert len(children) == 9
    url = f"{system.url('registry')}/readyz"
    ready, started = httpx.get(url).status_code, threading.Event()
    answered: list[int] = []

    def slowly() -> Iterator[bytes]:
        yield b"uscc,name,"
        started.set()
        time.sleep(3)
        yield b"legal_form,registered_on\n"

    def upload(token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
        path = f"{system.url('registry')}/v1/imports?dataset=enterprises&mode=all_or_nothing"
        answered.append(httpx.post(path, content=slowly(), headers=headers, timeout=30).status_code)

    client = ("data-platform", system.clients["data-platform"])
    token = httpx.post(f"{system.url('issuer')}/oauth/token", data={"grant_type": "client_credentials"}, auth=client)
    thread = threading.Thread(target=upload, args=(token.json()["access_token"],))
    thread.start()
    started.wait()
    for child in children.values():
        assert child.process is not None
        child.process.send_signal(signal.SIGTERM)
    draining = until(lambda: httpx.get(url).status_code != ready and httpx.get(url).status_code, 2)
    assert (ready, draining) == (200, 503)
    thread.join()
    assert answered == [202], "the request in hand was answered though the app had been told to stop"
    ends = {name: child.process.wait(60) for name, child in children.items() if child.process is not None}
    assert ends == dict.fromkeys(children, 0)
    for name in children:
        last = (state / "logs" / f"{name}.log").read_text("utf-8").splitlines()[-3:]
        assert any('"event":"app.stopped"' in line or '"event":"worker.stopped"' in line for line in last), last
