"""The status page in a real browser: on a desk and on a phone, in both languages, with nothing from elsewhere."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from deploy.checks import tools
from deploy.local.status_links import links
from deploy.local.system import LocalSystem

SCRIPT = Path(__file__).with_name("status_page.mjs")
TITLES = {
    "registry": {"en": "Registry", "zh-CN": "数据登记"},
    "eligibility": {"en": "Eligibility", "zh-CN": "资格认定"},
    "payout": {"en": "Payout", "zh-CN": "资金兑付"},
}


def test_the_page_holds_no_data_and_lets_nothing_else_in(urls: dict[str, str]) -> None:
    answer = httpx.get(f"{urls['payout']}/status")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "src=" not in answer.text and "https://" not in answer.text
    assert httpx.get(f"{urls['payout']}/v1/status").status_code == httpx.codes.UNAUTHORIZED


def test_a_link_opens_it_and_its_token_reads_metrics_and_nothing_else(system: LocalSystem) -> None:
    for service, link in links(system.state).items():
        bearer = {"Authorization": f"Bearer {link.partition('#token=')[2]}"}
        assert httpx.get(f"{system.url(service)}/v1/status", headers=bearer).json()["service"] == service
        paths = httpx.get(f"{system.url(service)}/openapi.json").json()["paths"]
        for path, operations in paths.items():
            for method, operation in operations.items():
                scopes = [scope for each in operation.get("security", ()) for scope in each["oauth2"]]
                if scopes and "metrics:read" not in scopes:
                    address = f"{system.url(service)}{path.replace('{', '').replace('}', '')}"
                    assert httpx.request(method, address, headers=bearer).status_code == 403, path


@pytest.mark.parametrize("service", TITLES)
def test_in_a_browser(service: str, system: LocalSystem, urls: dict[str, str]) -> None:
    folder = os.environ.get("SCREENSHOTS", "")
    asked = {
        "packages": str(tools.node()),
        "executable": tools.chromium(),
        "url": f"{urls[service]}/status",
        "secret": system.clients["ops"],
        "screenshots": bool(folder),
        "folder": folder,
        "name": service,
    }
    seen = json.loads(tools.run(["node", SCRIPT, json.dumps(asked)]))
    assert [(one["form"], one["locale"]) for one in seen] == [
        (form, locale) for form in ("desktop", "phone") for locale in ("en-US", "zh-CN")
    ]
    origins = {f"{urlsplit(urls[name]).scheme}://{urlsplit(urls[name]).netloc}" for name in (service, "issuer")}
    for one in seen:
        assert one["closed"] and one["refusal"] and one["wrong"] == []
        assert set(one["asked"]) - {"null"} <= origins, "something came from elsewhere"
        languages = {one["first"]["lang"], one["second"]["lang"]}
        assert one["first"]["lang"] == ("en" if one["locale"] == "en-US" else "zh-CN") and languages == {"en", "zh-CN"}
        for view in (one["first"], one["second"]):
            assert view["title"] == TITLES[service][view["lang"]]
            assert view["bare"] == [] and view["overflow"] <= 0
            assert view["stages"] and view["loops"] > 0 and len(view["headings"]) >= 5
            assert "undefined" not in str(view) and "NaN" not in str(view)
