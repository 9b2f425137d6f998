"""The system of compose.yaml from the image: a journey from facts to a payment, and what is wrong in the settings is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest

from deploy.local.demo import SAMPLE_ARRANGEMENT
from deploy.local.demo_client import DemoClient
from tests.image.installation import Installation
from tests.support.compose import COMPOSE
from tests.support.steps import COURIER, TODAY, decide, until


@pytest.fixture(scope="module")
def demo(installation: Installation) -> Iterator[DemoClient]:
    demo = installation.demo_client()
    yield demo
    demo.close()


def test_a_fact_becomes_a_payment(demo: DemoClient) -> None:
    name = "丽水甲快递有限公司"
    rows: dict[str, dict[str, Any]] = {
        "enterprises": {"uscc": COURIER, "name": name, "legal_form": "enterprise", "registered_on": "2015-05-05"},
        "locations": {"uscc": COURIER, "since": "2015-05-05", "jurisdiction": "liandu"},
        "courier_years": {
            "uscc": COURIER, "year": 2023, "parcels": 4_000_000, "operating_days": 365, "rent_fen": 20_000_001,
        },
        "payee_accounts": {
            "uscc": COURIER, "since": "2015-05-05", "account_holder": name, "bank_code": "102345678901",
            "account_number": "6222770099887766",
        },
    }  # fmt: skip
    for dataset, row in rows.items():
        demo.record(dataset, [row], "sample")
    procedure = "eligibility:/v1/policies/lishui-2020-1/procedure"
    made = demo.post("commerce-maker", procedure, {"notice_working_days": 0, "reason": "sample"})
    demo.post("commerce-checker", f"{procedure}/{made['id']}/confirm", {})
    demo.arrange(SAMPLE_ARRANGEMENT | {"sample": False})  # an installation for real money confirms no sample
    for unit in ("city", "liandu"):
        demo.appropriate(unit, TODAY.year, 100_000_000, "sample")
    evaluation = decide(demo)
    [decision] = demo.decisions(evaluation_id=evaluation["id"])
    award = decision["award_id"]
    until(lambda: len(demo.orders(award_id=award, state="issued")) == 2)
    for order in demo.orders(award_id=award):
        demo.post("finance-checker", f"payout:/v1/payment-orders/{order['id']}/approve", {})
        body = {"unit": order["unit"], "order_ids": [order["id"]]}
        batch = demo.post("finance-maker", "payout:/v1/payment-batches", body)
        assert demo.call("bank", "GET", f"payout:/v1/payment-batches/{batch['id']}/file").content
        row = {"order_id": order["id"], "outcome": "settled", "occurred_on": TODAY.isoformat(), "bank_reference": "R"}
        demo.post("bank", f"payout:/v1/payment-batches/{batch['id']}/results", {"rows": [row]})
    assert sorted((each["state"], each["amount_fen"]) for each in demo.orders(award_id=award)) == [
        ("settled", 3_000_000),
        ("settled", 3_000_000),
    ]
    assert demo.post("auditor", f"eligibility:/v1/decisions/{decision['id']}/replay", {})["same"]


def test_a_person_signs_in_to_the_desk(demo: DemoClient) -> None:
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        choice = browser.get("https://desk:8004/sign-in")
        inbox = browser.post(str(choice.url), data={"person": "commerce-checker"})
    assert (inbox.status_code, inbox.url.host, inbox.url.path) == (200, "desk", "/")


def test_prometheus_finds_every_process_where_its_targets_say(demo: DemoClient) -> None:
    token = demo._credentials("ops")
    targets = orjson.loads(COMPOSE.with_name("targets.json").read_bytes())
    for target in (each for group in targets for each in group["targets"]):
        found = httpx.get(f"http://{target}/metrics", auth=token)
        assert found.status_code == 200, target


def test_the_migration_runs_again_and_changes_nothing(installation: Installation) -> None:
    said = installation.outcome("migrate")
    assert said.returncode == 0, said.stderr


@pytest.mark.parametrize("name", ["registry-relay", "eligibility-worker", "payout-relay"])
def test_the_doctor_finds_nothing_lacking(installation: Installation, name: str) -> None:
    said = installation.outcome(name, command=["services.cli", "doctor", name.partition("-")[0]])
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_doctor_names_a_user_of_kafka_that_no_process_has(installation: Installation) -> None:
    changed = {"KAFKA_USER": "admin", "KAFKA_PASSWORD": installation.values["KAFKA_ADMIN_PASSWORD"]}
    said = installation.outcome(
        "payout-relay", changed | {"DEFAULT_LANGUAGE": "en"}, ["services.cli", "doctor", "payout"]
    )
    assert said.returncode == 1
    assert "admin is none of Kafka's users of this system" in said.stdout + said.stderr


WRONG: dict[str, tuple[str, dict[str, str | None], str]] = {
    "a variable is missing": ("eligibility-worker", {"ELIGIBILITY_DATABASE_URL": None}, "ELIGIBILITY_DATABASE_URL is missing"),
    "a URL is malformed": ("registry-app", {"TOKEN_JWKS_URL": "id.city.example"}, "TOKEN_JWKS_URL is not valid"),
    "the brokers are malformed": ("payout-worker", {"KAFKA_BOOTSTRAP_SERVERS": "kafka"}, "KAFKA_BOOTSTRAP_SERVERS is not valid"),
    "a key is none": ("registry-relay", {"REGISTRY_EVENT_KEY": "{}"}, "REGISTRY_EVENT_KEY is not valid"),
    "a key is missing": ("payout-relay", {"PAYOUT_EVENT_KEY": None}, "PAYOUT_EVENT_KEY is missing"),
    "the user is missing": ("eligibility-relay", {"KAFKA_USER": None}, "KAFKA_USER is missing"),
    "a secret is weak": ("payout-app", {"PAYOUT_CLIENT_SECRET": "secret"}, "PAYOUT_CLIENT_SECRET"),
    "a session key is short": ("desk", {"DESK_SESSION_KEY": "c2hvcnQ="}, "DESK_SESSION_KEY is not valid"),
    "a file is not there": ("desk", {"TLS_CA_FILE": "/etc/tls/other.crt"}, "TLS_CA_FILE names the file /etc/tls/other.crt"),
    "a file is no certificate": ("registry-app", {"TLS_CA_FILE": "/etc/hosts"}, "holds no certificate in PEM"),
    "the owner is missing": ("migrate", {"PAYOUT_OWNER_DATABASE_URL": None}, "PAYOUT_OWNER_DATABASE_URL"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_in_the_settings_is_named(installation: Installation, case: str) -> None:
    name, changed, sentence = WRONG[case]
    said = installation.outcome(name, {**changed, "DEFAULT_LANGUAGE": "en"})
    assert said.returncode != 0
    assert sentence in said.stderr
    assert "Traceback" not in said.stderr
