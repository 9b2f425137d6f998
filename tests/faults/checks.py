"""When nothing is on its way any more: was everything received once, and do all sums hold? Set by set."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Any

import httpx

from services.payout.reconciliation.repository import CHECKS, queries
from shared.messaging.dead_letters import MAX_KEY_BYTES
from tests.faults.campaign import Campaign

PATIENCE_SECONDS = 600.0

_BUSY = {
    "events not published": ("eligibility", "SELECT count(*) FROM outbox_events WHERE published_at IS NULL"),
    "payout's events not published": ("payout", "SELECT count(*) FROM outbox_events WHERE published_at IS NULL"),
    "payout's jobs": ("payout", "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"),
    "imports": ("registry", "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"),
    "orders not funded": ("payout", "SELECT count(*) FROM payment_orders WHERE waiting_for = 'funds'"),
}

EFFECTS = {
    "a version has two effects": (
        "SELECT count(*) FROM (SELECT FROM award_versions GROUP BY award_id, version HAVING count(*) > 1) d"
    ),
    "an event is in the inbox twice": (
        "SELECT count(*) FROM (SELECT FROM inbox GROUP BY source, event_id HAVING count(*) > 1) d"
    ),
    "an order is in two batches": (
        "SELECT count(*) FROM (SELECT FROM batch_orders GROUP BY order_id HAVING count(*) > 1) d"
    ),
    "a purpose is ordered twice": (
        "SELECT count(*) FROM (SELECT FROM payment_orders WHERE live AND replaces IS NULL"
        " GROUP BY award_id, version, unit, payee_uscc, instalment HAVING count(*) > 1) d"
    ),
    "an order is posted as paid twice": (
        "SELECT count(*) FROM (SELECT FROM postings WHERE kind = 'paid' GROUP BY order_id HAVING count(*) > 1) d"
    ),
    "more is paid than was ever owed": (
        "SELECT count(*) FROM (SELECT award_id, unit, payee_uscc, sum(amount_fen) AS fen FROM payment_orders"
        " WHERE state = 'settled' GROUP BY 1, 2, 3) p"
        " LEFT JOIN (SELECT award_id, unit, payee_uscc, max(amount_fen) AS fen FROM award_shares GROUP BY 1, 2, 3) s"
        " USING (award_id, unit, payee_uscc) WHERE p.fen > coalesce(s.fen, 0)"
    ),
}


def settle(campaign: Campaign) -> float:
    """Wait until nothing is on its way, and return how long that took in seconds; what remains after the patience is lost."""
    started = time.monotonic()
    harness = campaign.harness
    harness.tend(all_of_it=True)
    while True:
        harness.tend()
        busy = {name: harness.rows(service, query)[0][0] for name, (service, query) in _BUSY.items()}
        if not any(busy.values()):
            busy |= {"lost events": len(_missing(campaign)), "lost dead letters": len(_dead_letters_missing(campaign))}
        left = {name: count for name, count in busy.items() if count}
        if not left:
            return time.monotonic() - started
        if time.monotonic() - started > PATIENCE_SECONDS:
            campaign.violations += [f"lost: {count} {name}" for name, count in left.items()]
            return time.monotonic() - started
        time.sleep(0.3)


def verify(campaign: Campaign) -> None:
    """Hold every invariant against what was decided, commanded and sent; what breaks is a violation."""
    rows, found = campaign.harness.rows, campaign.violations
    for name, query in EFFECTS.items():
        if count := rows("payout", query)[0][0]:
            found.append(f"double: {name} ({count})")
    for name in CHECKS:
        if differing := rows("payout", getattr(queries, name).text, limit=None):
            found.append(f"mismatch: {name} ({len(differing)}, first {tuple(differing[0])})")
    _entitlements(campaign)
    _payments(campaign)
    _promises(campaign)
    _files(campaign)
    strangers = _dead_letters(campaign) - _digests(campaign.refused)
    if strangers:
        found.append(f"mismatch: {len(strangers)} dead letters of messages that are well-formed")


def _missing(campaign: Campaign) -> set[str]:
    """Return the events of the outbox that payout lacks, but for superseded ones that a lost log may have taken.

    A relay that starts takes an event that is in the log and not in the outbox for one that was lost; malformed ones among these
    are refused, whoever published them.
    """
    rows = campaign.harness.rows
    received = {row.event_id for row in rows("payout", "SELECT event_id FROM inbox")}
    committed = campaign.decisions.committed.values()
    latest = {versions[-1].event_id for versions in committed}
    query = "SELECT batch, event_id FROM outbox_events ORDER BY batch"
    published = {str(row.event_id): row.batch for row in rows("eligibility", query)}
    missing = {
        event
        for event in {version.event_id for versions in committed for version in versions} | set(published)
        if event not in received
        and (event in latest or event not in published or published[event] > campaign.log_lost_after)
    }
    query = "SELECT event_id, key, data FROM outbox_events WHERE event_id = ANY(CAST(:missing AS uuid[]))"
    found = rows("eligibility", query, missing=sorted(missing)) if missing else []
    return missing - {str(row.event_id) for row in found if (row.key.encode(), row.data.encode()) in campaign.refused}


def _digest(key: bytes | None, value: bytes | None) -> str:
    return hashlib.sha256(b"\x1f".join(((key or b"")[:MAX_KEY_BYTES], value or b""))).hexdigest()


def _digests(records: set[tuple[bytes | None, bytes | None]]) -> set[str]:
    return {_digest(key, value) for key, value in records}


def _dead_letters(campaign: Campaign) -> set[str]:
    query = (
        "SELECT encode(sha256(coalesce(key, '') || '\\x1f'::bytea || coalesce(value, '')), 'hex') AS digest"
        " FROM dead_letters"
    )
    return {row.digest for row in campaign.harness.rows("payout", query)}


def _dead_letters_missing(campaign: Campaign) -> set[str]:
    return _digests(campaign.refused - campaign.perhaps_refused) - _dead_letters(campaign)


def _entitlements(campaign: Campaign) -> None:
    """Each award stands at the version decided last, its shares add up to it, and no version has gone back or been invented."""
    query = (
        "SELECT a.award_id, a.version, a.split_version, coalesce(sum(s.amount_fen), 0)::bigint AS fen FROM awards a"
        " LEFT JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version GROUP BY a.award_id"
    )
    standing: Mapping[str, Any] = {str(row.award_id): row for row in campaign.harness.rows("payout", query)}
    for award_id, versions in campaign.decisions.committed.items():
        row, last = standing.get(award_id), versions[-1]
        if row is None:
            campaign.violations.append(f"lost: award {award_id}")
        elif (row.version, row.split_version, row.fen) != (last.version, last.version, last.fen):
            campaign.violations.append(
                f"mismatch: {award_id} stands at {row.version}/{row.split_version} with {row.fen} fen,"
                f" decided was {last.version} with {last.fen}"
            )
    if invented := set(standing) - set(campaign.decisions.committed):
        campaign.violations.append(f"mismatch: {len(invented)} awards that nobody decided")


def _payments(campaign: Campaign) -> None:
    """What the bank has paid is what the books say, order by order; each appropriation is there once."""
    users, rows = campaign.users, campaign.harness.rows
    settled = {
        str(row.id): row.amount_fen
        for row in rows("payout", "SELECT id, amount_fen FROM payment_orders WHERE state = 'settled'")
    }
    if settled != users.paid:
        differing = set(settled.items()) ^ set(users.paid.items())
        campaign.violations.append(f"mismatch: {len(differing)} orders that the bank has paid, or the books say so")
    posted = [
        (row.document, row.amount_fen) for row in rows("payout", "SELECT document, amount_fen FROM appropriations")
    ]
    if sorted(posted) != sorted(users.documents.items()):
        campaign.violations.append(f"mismatch: {len(posted)} appropriations for {len(users.documents)} commands")


def _promises(campaign: Campaign) -> None:
    """What a 2xx said is there can be read."""
    for client, path in campaign.users.promised:
        answer: httpx.Response = campaign.users.get(client, path)
        if answer.status_code != httpx.codes.OK:
            campaign.violations.append(f"lost: {path} was acknowledged and answers {answer.status_code}")
    campaign.users.promised.clear()


def _files(campaign: Campaign) -> None:
    """Every file taken is in the registry, once."""
    rows = campaign.harness.rows("registry", "SELECT uscc, year, online_retail_fen FROM annual_sales")
    if {(row.uscc, row.year): row.online_retail_fen for row in rows} != campaign.imported:
        campaign.violations.append(f"mismatch: {len(rows)} rows of {len(campaign.imported)} imported")
    again = campaign.harness.rows("registry", "SELECT count(*) FROM annual_sales_history")[0][0]
    if again:
        campaign.violations.append(f"double: {again} imported rows have a history")
