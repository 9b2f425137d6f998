"""Read `award.decided` from Kafka: anything else is rejected with the reason, never with its values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import orjson

from services.payout.arrangements.domain import Entitlement
from shared.events.award_decided import AwardDecided
from shared.messaging.envelope import Message, RejectedMessageError

_USCC_CHARACTERS = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
"""Not `shared.identifiers.is_uscc`: the registry checks the check digit when it takes a code, and an approved award is not
refused again for it. The characters are checked because codes are written into array literals."""
MAX_INSTALMENTS = 20


class VersionRow(NamedTuple):
    """A new row of `award_versions`; the fields are its columns."""

    award_id: str
    version: int
    policy: str
    award: str
    article: str
    subject: str
    award_year: int
    payee_uscc: str
    payee_name: str
    jurisdiction: str
    kind: str
    result: str
    entitlement_fen: int
    instalments: str
    decided_on: str
    first_decided_on: str
    reason: str
    receipt: str
    later_wait: bool
    trace_parent: str | None


def read(message: Message) -> tuple[VersionRow, Entitlement]:
    """Return the version in `message`, as a row and as an entitlement; raises RejectedMessageError."""
    event = message.read(AwardDecided)
    award_id = str(event.award_id)
    if message.key != award_id.encode():
        raise RejectedMessageError("the key is not the award_id")
    if not _USCC_CHARACTERS.fullmatch(event.payee.uscc):
        raise RejectedMessageError("payee.uscc is not a unified social credit code")
    if len(event.instalments) > MAX_INSTALMENTS:
        raise RejectedMessageError(f"an award has at most {MAX_INSTALMENTS} instalments")
    entitlement = Entitlement(
        award_id,
        event.version,
        event.award,
        event.jurisdiction,
        event.payee.uscc,
        event.entitlement_fen,
        tuple([(part.due_year, part.amount_fen) for part in event.instalments]),
        event.first_decided_on,
        event.subject,
        event.award_year,
        event.later_instalments is not None,
    )
    return _row(award_id, event, message.trace_parent), entitlement


def _row(award_id: str, event: AwardDecided, trace_parent: str | None) -> VersionRow:
    receipt = event.receipt
    instalments = ",".join(
        [f'{{"due_year":{part.due_year},"amount_fen":{part.amount_fen}}}' for part in event.instalments]
    )
    stored = {
        "facts_revision": receipt.facts_revision,
        "policy_hash": receipt.policy_hash,
        "interpretations_hash": receipt.interpretations_hash,
        "engine_version": receipt.engine_version,
    }
    return VersionRow(
        award_id,
        event.version,
        event.policy,
        event.award,
        event.article,
        event.subject,
        event.award_year,
        event.payee.uscc,
        event.payee.name,
        event.jurisdiction,
        event.kind,
        event.result,
        event.entitlement_fen,
        f"[{instalments}]",
        event.decided_on.isoformat(),
        event.first_decided_on.isoformat(),
        event.reason.value,
        orjson.dumps(stored).decode(),
        event.later_instalments is not None,
        trace_parent,
    )


def read_all(messages: Sequence[Message]) -> dict[tuple[str, int], tuple[VersionRow, Entitlement]]:
    """Read `messages` into versions by (award_id, version), each once."""
    versions: dict[tuple[str, int], tuple[VersionRow, Entitlement]] = {}
    for message in messages:
        row, entitlement = read(message)
        versions.setdefault((row.award_id, row.version), (row, entitlement))
    return versions
