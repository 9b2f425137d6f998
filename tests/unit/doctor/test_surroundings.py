"""`subsidies doctor` names what the identity provider, its clock and the disk lack."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import orjson
import pytest
from joserfc.jwk import ECKey, RSAKey

from services.doctor.domain import Finding
from services.doctor.surroundings import examine_disk, examine_identity_provider
from shared.clock import FixedClock
from shared.i18n import CHINESE, ENGLISH, translate
from shared.process_settings import ProcessSettings

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)

Answers = Callable[..., list[Finding]]


@pytest.fixture
def answers() -> Iterator[Answers]:
    """Gives what is found of an identity provider that answers with a status, a body and a clock of its own."""
    given: dict[str, object] = {}

    class Provider(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(int(str(given["status"])))
            self.send_header("Date", format_datetime(NOW + timedelta(seconds=float(str(given["ahead"]))), usegmt=True))
            self.end_headers()
            self.wfile.write(bytes(given["body"]))  # type: ignore[call-overload]

    with HTTPServer(("127.0.0.1", 0), Provider) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()

        def examine(body: bytes, *, status: int = 200, ahead: float = 0) -> list[Finding]:
            given.update(body=body, status=status, ahead=ahead)
            settings = ProcessSettings.model_construct(token_jwks_url=f"http://127.0.0.1:{server.server_port}/keys")
            return list(examine_identity_provider(settings, FixedClock(NOW)))

        yield examine
        server.shutdown()
        thread.join()


def key_set(*keys: ECKey | RSAKey) -> bytes:
    return orjson.dumps({"keys": [key.as_dict(private=False) for key in keys]})


def english(found: list[Finding]) -> list[str]:
    return [translate(each.message, ENGLISH, each.parameters) for each in found]


GOOD = key_set(ECKey.generate_key("P-256"))
OTHERS = key_set(RSAKey.generate_key(2048), ECKey.generate_key("P-384"))


@pytest.mark.parametrize(
    ("body", "status", "ahead", "sentence"),
    [
        (GOOD, 200, 4, "The identity provider gives keys for ES256."),
        (OTHERS, 200, 0, "None of the keys at http"),
        (b'{"keys": []}', 200, 0, "is no key set"),
        (b"<html>", 200, 0, "is no key set"),
        (b'{"keys": [{"kty": "EC"}]}', 200, 0, "is no key set"),
        (b"{}", 503, 0, "(HTTP 503)"),
    ],
)
def test_the_keys_of_the_identity_provider(
    body: bytes, status: int, ahead: float, sentence: str, answers: Answers
) -> None:
    (found,) = english(answers(body, status=status, ahead=ahead))
    assert sentence in found


@pytest.mark.parametrize("ahead", [-60, 60])
def test_the_clock_of_the_identity_provider(ahead: float, answers: Answers) -> None:
    good, clock = answers(GOOD, ahead=ahead)
    assert (good.state, clock.state, clock.part) == ("fine", "lacking", "clock")
    assert translate(clock.message, CHINESE, clock.parameters) == (
        "身份认证服务的时钟与本机相差 60 秒：请以 NTP 校准两者。"
    )


def test_an_identity_provider_that_does_not_answer() -> None:
    settings = ProcessSettings.model_construct(token_jwks_url="http://127.0.0.1:1/keys")
    (found,) = english(list(examine_identity_provider(settings, FixedClock(NOW))))
    assert "does not give its keys" in found and "refused" in found


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    assert [each.state for each in examine_disk(str(tmp_path))] == ["fine"]
    (found,) = examine_disk(str(tmp_path / "missing"))
    assert found.state == "lacking" and found.parameters["folder"] == str(tmp_path / "missing")
