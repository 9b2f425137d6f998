"""What all of these tests stand on."""

from __future__ import annotations

import httpx


def test_every_service_is_ready_and_serves_its_document(urls: dict[str, str]) -> None:
    for service in ("registry", "eligibility", "payout"):
        assert httpx.get(f"{urls[service]}/readyz").status_code == httpx.codes.OK
        assert httpx.get(f"{urls[service]}/openapi.json").json()["openapi"].startswith("3.1")
