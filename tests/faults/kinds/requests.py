"""Faults of requests: repeated, at once, with another body, without a listener, too large; files twice, killed, bombs."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from uuid import uuid4

import httpx

from tests.faults.campaign import Campaign

STAMPEDE = 50
JSON = {"Content-Type": "application/json"}
SHEET = "xl/worksheets/sheet1.xml"
PAYEES_IN_A_FILE = 5
"""So few that the years that the registry takes suffice for the longest campaign."""


def reuse_key(campaign: Campaign) -> None:
    """The same key with another body: refused, and nothing done."""
    key, users = uuid4().hex, campaign.users
    first = users.appropriate(users.appropriation(5), key)
    second = users.try_to_appropriate(users.appropriation(7), key)
    if first.status_code != 201 or (second is not None and second.status_code != 422):
        campaign.violations.append(f"a key with another body: {first.status_code}, then {second}")


def stampede(campaign: Campaign) -> None:
    """Fifty identical requests at once: one effect, one answer."""
    key, users = uuid4().hex, campaign.users
    body = users.appropriation(3)
    with ThreadPoolExecutor(STAMPEDE) as pool:
        answers = _responses([pool.submit(users.try_to_appropriate, body, key) for _ in range(STAMPEDE)])
    answers.append(users.appropriate(body, key))
    made = {answer.json()["id"] for answer in answers if answer.is_success}
    if len(made) != 1:
        campaign.violations.append(f"{STAMPEDE} identical requests made {len(made)} appropriations")


def race_to_approve(campaign: Campaign) -> None:
    """Eight approvals of one order at once, each under its own key, and one by who may not."""
    issued = campaign.harness.rows(
        "payout", "SELECT id FROM payment_orders WHERE state = 'issued' ORDER BY random() LIMIT 1"
    )
    if not issued:
        campaign.decisions.decide(10)
        return
    path = f"payout:/v1/payment-orders/{issued[0].id}/approve"
    with ThreadPoolExecutor(8) as pool:
        approvals = [pool.submit(campaign.users.once, "finance-checker", "POST", path) for _ in range(8)]
        answers = _responses(approvals)
    by_maker = campaign.users.command("finance-maker", path)
    if sum(answer.status_code == 200 for answer in answers) > 1 or by_maker.status_code != 403:
        campaign.violations.append(f"approved {[a.status_code for a in answers]}; by its maker {by_maker.status_code}")


def _responses(sent: Iterable[Future[httpx.Response | None]]) -> list[httpx.Response]:
    return [answer for each in sent if (answer := each.result()) is not None]


def lose_answers(campaign: Campaign) -> None:
    """Approval, batch and the bank's word, each sent with nobody listening, and then again."""
    campaign.users.pay(campaign.a_unit(), hang_up=True)


def send_large_bodies(campaign: Campaign) -> None:
    """Bodies that are too large or too deep, with a token: refused by name."""
    path = "payout:/v1/appropriations"
    for content, expected in (
        (b'{"document": "' + b"x" * 300_000 + b'"}', httpx.codes.REQUEST_ENTITY_TOO_LARGE),
        (b"[" * 100_000, httpx.codes.UNPROCESSABLE_ENTITY),
        (b'{"a":' * 40 + b"1" + b"}" * 40, httpx.codes.UNPROCESSABLE_ENTITY),
    ):
        answer = campaign.users.once("finance-maker", "POST", path, content=content, headers=JSON)
        campaign.expect("a large body", answer, expected)


def send_bombs(campaign: Campaign) -> None:
    """Files that unpack to far more than they are, or that are no tables: refused, and the worker lives."""
    worker = campaign.harness.children["registry-worker"].process
    send = partial(campaign.users.command, "data-platform", "registry:/v1/imports?dataset=annual_sales")
    answer = send(content=campaign.dice.choice(_bombs()), headers={"Content-Type": "application/octet-stream"})
    if not answer.is_success:
        campaign.expect("a bomb", answer, httpx.codes.UNPROCESSABLE_ENTITY)
        return
    state = campaign.users.job_state("data-platform", f"registry:/v1/imports/{answer.json()['id']}")
    if state != "failed" or campaign.harness.children["registry-worker"].process is not worker:
        campaign.violations.append(f"a bomb ended as {state}, or took the worker with it")


@cache
def _bombs() -> list[bytes]:
    return [
        _workbook(f"<row r='1'>{_cell('A1')}</row><row r='1048576'>{_cell('XFD1048576')}</row>".encode()),
        _workbook(b"<row><c t='inlineStr'><is><t>" + b"9" * 200_000_000 + b"</t></is></c></row>"),
        b"uscc,year,online_retail_yuan\n" + b"9" * 4_000_000,
        b"\x00\xff" * 500_000,
    ]


def _cell(place: str) -> str:
    return f"<c r='{place}' t='inlineStr'><is><t>uscc</t></is></c>"


def _workbook(rows: bytes) -> bytes:
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = b"http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "[Content_Types].xml": b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
        "xl/workbook.xml": b"<workbook xmlns='" + main + b"' xmlns:r='" + relations + b"'><sheets>"
        b"<sheet name='a' sheetId='1' r:id='r1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": b"<Relationships xmlns='"
        + package
        + b"'><Relationship Id='r1' Type='"
        + relations
        + b"/worksheet' Target='worksheets/sheet1.xml'/></Relationships>",
        SHEET: b"<worksheet xmlns='" + main + b"'><sheetData>" + rows + b"</sheetData></worksheet>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


def import_twice(campaign: Campaign) -> None:
    """The same file twice at once."""
    import_sales(campaign, twice=True)


def kill_import(campaign: Campaign) -> None:
    """The registry's worker is killed amid a file."""
    import_sales(campaign, twice=False)
    threading.Event().wait(campaign.dice.uniform(0, 0.3))
    campaign.harness.kill("registry-worker")
    campaign.harness.revive("registry-worker")


def import_sales(campaign: Campaign, *, twice: bool) -> None:
    """Import a file with a year's sales of some payees, none of which was in a file before."""
    years, place = divmod(len(campaign.imported), len(campaign.payees))
    payees = campaign.payees[place : place + PAYEES_IN_A_FILE]
    year = 2000 + years
    fen = {code: campaign.dice.randint(1, 10**9) for code in payees}
    lines = [f"{code},{year},{amount // 100}.{amount % 100:02d}" for code, amount in fen.items()]
    content = ("uscc,year,online_retail_yuan\n" + "\n".join(lines)).encode()
    path, headers = "registry:/v1/imports?dataset=annual_sales", {"Content-Type": "text/csv"}
    with ThreadPoolExecutor(2) as pool:
        send = partial(campaign.users.command, "data-platform", path, content=content, headers=headers)
        for sent in [pool.submit(send) for _ in range(2 if twice else 1)]:
            answer = sent.result()
            if answer.is_success:
                campaign.users.promised.append(("data-platform", f"registry:/v1/imports/{answer.json()['id']}"))
            else:
                campaign.violations.append(f"a file was refused: {answer.status_code} {answer.text[:300]}")
    campaign.imported |= {(code, year): amount for code, amount in fen.items()}
