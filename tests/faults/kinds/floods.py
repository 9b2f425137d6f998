"""Floods, bounded in number and time: whoever sends them, probes answer and people's acts end."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from uuid import uuid4

import httpx

from tests.faults.campaign import Campaign

NESTED = b"[" * 1_000_000
MANY = 120


def flood_without_token(campaign: Campaign) -> None:
    """Requests without a token and with a megabyte of nested JSON, beside connections that say nothing."""
    send = partial(
        campaign.users.once,
        None,
        "POST",
        "payout:/v1/appropriations",
        content=NESTED,
        headers={"Content-Type": "application/json"},
    )
    with _connections(campaign, "payout", MANY), ThreadPoolExecutor(16) as pool:
        sent = [pool.submit(send) for _ in range(MANY)]
        _people_work(campaign)
        for each in sent:
            campaign.expect("a request without a token", each.result(), httpx.codes.UNAUTHORIZED)


def flood_with_token(campaign: Campaign) -> None:
    """One client sends as fast as it can: it is told to wait, and nobody else is."""
    send = partial(campaign.users.once, "liandu-officer", "GET", "payout:/v1/payment-orders", params={"limit": 1000})
    with ThreadPoolExecutor(32) as pool:
        sent = [pool.submit(send) for _ in range(4 * MANY)]
        _people_work(campaign)
        for each in sent:
            answer = each.result()
            if answer is not None and answer.status_code not in (200, 429, 503):
                campaign.violations.append(f"a flood was answered with {answer.status_code}")


def read_slowly(campaign: Campaign) -> None:
    """Readers of changes and snapshots that take nothing of what they asked for."""
    token = campaign.harness.bearer({"sub": "reader", "scope": "facts:read"})["Authorization"]
    revision = campaign.users.get("data-platform", "registry:/v1/revisions/latest").json()["revision"]
    paths = ("/v1/changes?after=0", f"/v1/snapshots/{revision}/enterprises")
    with _connections(campaign, "registry", MANY // 2, receive_bytes=4_096) as readers:
        for number, reader in enumerate(readers):
            head = f"GET {paths[number % 2]} HTTP/1.1\r\nHost: registry\r\nAuthorization: {token}\r\n\r\n"
            with contextlib.suppress(OSError):
                reader.sendall(head.encode())
        _people_work(campaign)
        latest = campaign.users.get("auditor", "registry:/v1/revisions/latest")
        campaign.expect("a person beside slow readers", latest, httpx.codes.OK)


def _people_work(campaign: Campaign) -> None:
    """Probes answer, and a person's act ends."""
    campaign.probe()
    users = campaign.users
    answer = users.appropriate(users.appropriation(6), uuid4().hex)
    campaign.expect("a person's act beside a flood", answer, httpx.codes.CREATED)


@contextmanager
def _connections(
    campaign: Campaign, service: str, count: int, *, receive_bytes: int | None = None
) -> Iterator[list[socket.socket]]:
    """Hold connections to a service while the block runs."""
    port = campaign.harness.system.ports[f"{service.upper()}_PORT"]
    opened = []
    for _ in range(count):
        made = socket.socket()
        opened.append(made)
        if receive_bytes:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        made.settimeout(10)
        with contextlib.suppress(OSError):
            made.connect(("127.0.0.1", port))
    try:
        yield opened
    finally:
        for made in opened:
            made.close()
