"""Pictures of the desk for the documents, from the demonstration that runs on STATE_DIR: `python -m deploy.checks.pictures`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import httpx
import orjson
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from deploy.checks import tools
from deploy.local.clients import PORTAL
from shared.http_client import ClientCredentials

FOLDER = tools.ROOT / "docs" / "images"
_SIZE: ViewportSize = {"width": 1280, "height": 860}


def _of_service(urls: dict[str, str], secret: str, service: str, path: str) -> list[dict[str, object]]:
    """Return the items of a list, as an auditor reads it."""
    auth = ClientCredentials(f"{urls['issuer']}/oauth/token", "auditor", secret)
    answer = httpx.get(f"{urls[service]}{path}", auth=auth, timeout=60)
    items: list[dict[str, object]] = answer.raise_for_status().json()["items"]
    return items


def _taken(browser: Browser, desk: str, person: str, pages: dict[str, str]) -> None:
    """Sign in as `person`, or as an enterprise by its code, and take a picture of each page by its name."""
    page = browser.new_context(locale="zh-CN", viewport=_SIZE).new_page()
    page.goto(desk)
    page.click("main a.button")
    if person[:1].isdigit():
        page.fill("#uscc", person)
        page.click(f"button[value={PORTAL}]")
    else:
        page.click(f"button[value={person}]")
    page.wait_for_url(f"{desk}/")
    for name, path in pages.items():
        page.goto(f"{desk}{path}")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / f"{name}.png")


def main() -> int:
    """Take them; returns the exit code."""
    state = Path(os.environ.get("STATE_DIR") or ".local/demo")
    shell = dict(line.split("=", 1) for line in (state / "shell").read_text().splitlines()[0].split(" "))
    urls = {"issuer": shell["I"], "eligibility": shell["E"]}
    secret = orjson.loads((state / "clients.json").read_bytes())["auditor"]
    desk = os.environ.get("DESK_URL", "http://127.0.0.1:8004")
    [case, *_] = _of_service(urls, secret, "eligibility", "/v1/decisions?state=approved&award=courier-rent&limit=1")
    [round_, *_] = _of_service(urls, secret, "eligibility", "/v1/rounds")
    [own, *_] = _of_service(urls, secret, "eligibility", f"/v1/decisions?limit=1&round_id={round_['id']}")
    payee = own["payee"]
    assert isinstance(payee, dict)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.chromium(), args=["--no-sandbox"])
        _taken(
            browser, desk, "commerce-checker", {"case": f"/decisions/{case['id']}", "round": f"/rounds/{round_['id']}"}
        )
        _taken(browser, desk, "finance-maker", {"money": "/money"})
        _taken(browser, desk, str(payee["uscc"]), {"own": "/own"})
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
