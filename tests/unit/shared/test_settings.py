"""Settings: what is missing, malformed or unsafe for production stops the start with a sentence that names the variable."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from services.eligibility.settings import Settings as EligibilitySettings
from services.payout.settings import Settings as PayoutSettings
from services.registry.settings import Settings
from shared.process_settings import load
from shared.settings import ServiceSettings
from tests.support.events import EVENT_KEYS, PRIVATE_KEYS

KEY = base64.b64encode(os.urandom(64)).decode()
STRONG = "b3f1c2d4e5a6978877665544"
GOOD = {
    "REGISTRY_DATABASE_URL": f"postgresql://registry_app:{STRONG}@db.city:5432/registry?sslmode=verify-full",
    "REGISTRY_ACCOUNT_KEY": KEY,
    "PAYOUT_FILE_SEAL_KEY": KEY,
    "KAFKA_BOOTSTRAP_SERVERS": "kafka-1.city:9092,kafka-2.city:9092",
    "EVENT_KEYS": EVENT_KEYS,
    "TOKEN_ISSUER": "https://login.city",
    "TOKEN_JWKS_URL": "https://login.city/jwks",
    "TOKEN_URL": "https://login.city/token",
    "DEFAULT_LANGUAGE": "en",
}
EVENT_KEY = PRIVATE_KEYS["registry"]
OWNERLESS = {name: value for name, value in EVENT_KEY.items() if name != "d"}
ZEROS = base64.b64encode(bytes(64)).decode()

MALFORMED = [
    ("REGISTRY_DATABASE_URL", None, "REGISTRY_DATABASE_URL is missing. Set it to: PostgreSQL URL"),
    ("REGISTRY_DATABASE_URL", "", "REGISTRY_DATABASE_URL is missing"),
    ("REGISTRY_DATABASE_URL", "mysql://x/y", "REGISTRY_DATABASE_URL is not valid: must have the form postgresql://"),
    ("REGISTRY_DATABASE_URL", "postgresql://h:port/x", "REGISTRY_DATABASE_URL is not valid: must be a URL"),
    ("REGISTRY_ACCOUNT_KEY", None, "REGISTRY_ACCOUNT_KEY is missing"),
    ("REGISTRY_ACCOUNT_KEY", "§", "REGISTRY_ACCOUNT_KEY is not valid"),
    ("REGISTRY_ACCOUNT_KEY", "c2hvcnQ=", "REGISTRY_ACCOUNT_KEY is not valid: it must hold 64 bytes in base64"),
    ("REGISTRY_PORT", "eighty", "REGISTRY_PORT is not valid"),
    ("REGISTRY_PORT", "70000", "REGISTRY_PORT is not valid"),
    ("KAFKA_BOOTSTRAP_SERVERS", None, "KAFKA_BOOTSTRAP_SERVERS is missing"),
    (
        "KAFKA_BOOTSTRAP_SERVERS",
        "kafka-without-port",
        "KAFKA_BOOTSTRAP_SERVERS is not valid: must have the form host:port",
    ),
    ("TOKEN_ISSUER", None, "TOKEN_ISSUER is missing"),
    ("TOKEN_JWKS_URL", "login.city/jwks", "TOKEN_JWKS_URL is not valid: must be an http or https URL"),
    ("DEPLOYMENT", "test", "DEPLOYMENT is not valid: input should be 'production' or 'demonstration'"),
    ("DRAIN_SECONDS", "-1", "DRAIN_SECONDS is not valid"),
    ("LOG_LEVEL", "LOUD", "LOG_LEVEL is not valid: must be one of DEBUG"),
    ("KAFKA_SECURITY_PROTOCOL", "SSLv3", "KAFKA_SECURITY_PROTOCOL is not valid"),
    ("KAFKA_SASL_MECHANISM", "MD5", "KAFKA_SASL_MECHANISM is not valid"),
    ("EVENT_KEYS", "{", "EVENT_KEYS is not valid: must be JSON"),
    ("EVENT_KEYS", "[]", "EVENT_KEYS is not valid: must be a JSON object"),
    ("EVENT_KEYS", "{}", 'EVENT_KEYS is not valid: must have the form {"keys": […]}'),
    ("EVENT_KEYS", '{"keys": [{"kty": "oct"}]}', "EVENT_KEYS is not valid: must hold keys of the curve Ed25519"),
    ("EVENT_KEYS", orjson.dumps({"keys": [EVENT_KEY]}).decode(), "EVENT_KEYS is not valid: holds a private key"),
    (
        "EVENT_KEYS",
        orjson.dumps({"keys": [OWNERLESS]}).decode(),
        "EVENT_KEYS is not valid: each key must name its service",
    ),
    (
        "REGISTRY_EVENT_KEY",
        orjson.dumps(OWNERLESS).decode(),
        "REGISTRY_EVENT_KEY is not valid: must hold the private member d",
    ),
    ("UNSIGNED_EVENTS_UNTIL", "2027-01-01T00:00:00", "UNSIGNED_EVENTS_UNTIL is not valid"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector", "OTEL_EXPORTER_OTLP_ENDPOINT is not valid"),
]
UNSAFE = [
    ("TOKEN_ISSUER", "http://127.0.0.1:8000", "TOKEN_ISSUER names the demonstration's issuer"),
    ("TOKEN_ISSUER", "http://login.city", "TOKEN_ISSUER is plain http"),
    ("TOKEN_JWKS_URL", "http://login.city/jwks", "TOKEN_JWKS_URL is plain http"),
    ("TOKEN_URL", "http://localhost/token", "TOKEN_URL names the demonstration's issuer"),
    ("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092", "KAFKA_BOOTSTRAP_SERVERS names a broker on loopback"),
    (
        "REGISTRY_DATABASE_URL",
        f"postgresql://a:{STRONG}@db/registry",
        "REGISTRY_DATABASE_URL does not verify the server",
    ),
    ("REGISTRY_DATABASE_URL", f"postgresql://a:{STRONG}@db/r?sslmode=prefer", "REGISTRY_DATABASE_URL does not verify"),
    (
        "REGISTRY_DATABASE_URL",
        "postgresql://a@db/r?sslmode=verify-full",
        "REGISTRY_DATABASE_URL has a password that is",
    ),
    (
        "REGISTRY_DATABASE_URL",
        "postgresql://a:change-me-please-now@db/r?sslmode=verify-full",
        "REGISTRY_DATABASE_URL has a",
    ),
    (
        "REGISTRY_OWNER_DATABASE_URL",
        "postgresql://a:short@db/r?sslmode=verify-full",
        "REGISTRY_OWNER_DATABASE_URL has a",
    ),
    ("REGISTRY_DATABASE_URL", f"postgresql://a:{STRONG}@db/r?sslmode=require", "REGISTRY_DATABASE_URL does not verify"),
    (
        "REGISTRY_DATABASE_URL",
        f"postgresql://a:{STRONG}@db/r?sslmode=verify-ca",
        "REGISTRY_DATABASE_URL does not verify",
    ),
    ("REGISTRY_ACCOUNT_KEY", ZEROS, "REGISTRY_ACCOUNT_KEY is no random key"),
    ("KAFKA_SECURITY_PROTOCOL", "PLAINTEXT", "KAFKA_SECURITY_PROTOCOL lets everybody"),
    ("EVENT_KEYS", '{"keys": []}', "EVENT_KEYS is empty"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.city:4318", "OTEL_EXPORTER_OTLP_ENDPOINT is plain http"),
]


def refusal(monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None]) -> list[str]:
    for name in os.environ:
        monkeypatch.delenv(name)
    for name, value in (GOOD | changes).items():
        if value is not None:
            monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        load(Settings)
    return str(ended.value.code).splitlines()


@pytest.mark.parametrize(("name", "value", "sentence"), MALFORMED)
def test_what_is_missing_or_malformed_is_named(
    name: str, value: str | None, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [line] = refusal(monkeypatch, {name: value, "DEPLOYMENT": "demonstration"} | {name: value})
    assert line.startswith(sentence)
    assert not value or len(value) < 5 or value not in line, "submitted values are not repeated"


@pytest.mark.parametrize(("name", "value", "sentence"), UNSAFE)
def test_what_is_unsafe_stops_production_alone(
    name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, last = refusal(monkeypatch, {name: value})
    assert line.startswith(sentence) and value not in line
    assert "DEPLOYMENT" in last
    monkeypatch.setenv("DEPLOYMENT", "demonstration")
    assert load(Settings)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TOKEN_ISSUER", None, "缺少设置 TOKEN_ISSUER。请设为：可接受的访问令牌签发者（`iss`）。"),
        ("LOG_LEVEL", "LOUD", "设置 LOG_LEVEL 无效：须为 DEBUG、INFO、WARNING、ERROR 之一。含义：记录的最低日志级别。"),
        ("TOKEN_URL", "http://login.city/token", "TOKEN_URL 为明文 http，令牌可能在传输中被伪造：请使用 https 地址。"),
    ],
)
def test_sentences_are_chinese_by_default(
    name: str, value: str | None, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refusal(monkeypatch, {name: value, "DEFAULT_LANGUAGE": None})[0] == sentence


def test_a_socket_needs_no_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgresql://registry_app:{STRONG}@/registry?host=/var/run/postgresql"
    for name, value in (GOOD | {"REGISTRY_DATABASE_URL": url}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DEPLOYMENT", "production")
    assert load(Settings).database_url == url


def test_all_mistakes_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = refusal(monkeypatch, {"TOKEN_URL": None, "KAFKA_BOOTSTRAP_SERVERS": None, "REGISTRY_PORT": "0"})
    assert sorted(line.split()[0] for line in found) == ["KAFKA_BOOTSTRAP_SERVERS", "REGISTRY_PORT", "TOKEN_URL"]


@pytest.mark.parametrize(("service", "process"), [("registry", "app"), ("eligibility", "relay"), ("payout", "worker")])
def test_a_process_ends_with_a_sentence(service: str, process: str) -> None:
    root = Path(__file__).parents[3]
    ended = subprocess.run(
        [sys.executable, "-m", f"services.{service}.{process}"],
        env={"PATH": os.environ["PATH"], "DEPLOYMENT": "demonstration", "DEFAULT_LANGUAGE": "en"},
        capture_output=True,
        text=True,
        cwd=root,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert f"{service.upper()}_DATABASE_URL is missing" in ended.stderr


def test_a_variable_of_an_earlier_version_is_refused_with_its_new_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGIBILITY_STANDING", "off")
    with pytest.raises(SystemExit, match="ELIGIBILITY_STANDING is now ELIGIBILITY_AUTOMATIC_REEVALUATION"):
        load(EligibilitySettings)


@pytest.mark.parametrize(
    ("settings", "service", "url"),
    [
        (EligibilitySettings, "ELIGIBILITY", "REGISTRY_URL"),
        (EligibilitySettings, "ELIGIBILITY", "PAYOUT_URL"),
        (PayoutSettings, "PAYOUT", "REGISTRY_URL"),
        (PayoutSettings, "PAYOUT", "ELIGIBILITY_URL"),
    ],
)
def test_services_speak_https_in_production(
    settings: type[ServiceSettings], service: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = {f"{each}_URL": f"https://{each.lower()}.city" for each in ("REGISTRY", "ELIGIBILITY", "PAYOUT")}
    own = {f"{service}_DATABASE_URL": GOOD["REGISTRY_DATABASE_URL"], f"{service}_CLIENT_SECRET": STRONG}
    for name, value in (GOOD | others | own).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DEPLOYMENT", raising=False)
    assert load(settings)
    monkeypatch.setenv(url, "http://other.city:8001")
    with pytest.raises(SystemExit, match=f"{url} is plain http"):
        load(settings)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (None, "PAYOUT_FILE_SEAL_KEY is missing"),
        ("§", "PAYOUT_FILE_SEAL_KEY is not valid: must hold keys in base64"),
        ("c2hvcnQ=", "PAYOUT_FILE_SEAL_KEY is not valid: must hold keys of at least 32 bytes"),
        (f"{KEY},c2hvcnQ=", "PAYOUT_FILE_SEAL_KEY is not valid"),
        (f"{KEY},{ZEROS}", "PAYOUT_FILE_SEAL_KEY is no random key"),
    ],
    ids=["none", "letters", "short", "second_short", "second_of_zeros"],
)
def test_production_has_a_key_of_payment_files(key: str | None, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    others = {"PAYOUT_DATABASE_URL": GOOD["REGISTRY_DATABASE_URL"], "PAYOUT_CLIENT_SECRET": STRONG}
    others |= {f"{each}_URL": f"https://{each.lower()}.city" for each in ("REGISTRY", "ELIGIBILITY")}
    for name, value in (GOOD | others | {"PAYOUT_FILE_SEAL_KEY": key}).items():
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    monkeypatch.delenv("DEPLOYMENT", raising=False)
    with pytest.raises(SystemExit, match=sentence):
        load(PayoutSettings)
