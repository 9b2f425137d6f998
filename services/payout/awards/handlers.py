"""Apply decided versions: one use case for events from Kafka, one for awards that waited for an arrangement.

Both end in `_apply_versions`: an award that waited is treated like one that did not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from services.payout.arrangements import repository as arrangements
from services.payout.arrangements.domain import Arrangement, Entitlement, UnitPart, split_entitlement
from services.payout.awards import repository
from services.payout.awards.adjustment import adjust, new_orders
from services.payout.awards.domain import Owed, parts_of
from services.payout.awards.messages import read_all
from services.payout.awards.repository import AwardRow, ShareRow, StoredAward
from services.payout.budgets.tables import MAX_APPROPRIATION_FEN
from services.payout.enums import SYSTEM
from services.payout.funding import repository as funding
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from services.payout.orders import transitions
from services.payout.orders.domain import QueuePlace
from services.payout.orders.transitions import NewOrder
from shared.audit import log as audit
from shared.clock import Clock
from shared.database.bulk import array
from shared.events.award_decided import MAX_VERSIONS_AHEAD
from shared.messaging.consumer import Handler
from shared.messaging.envelope import Message, RejectedMessageError

PASS_AWARDS = 2_000
"""Awards that are resumed in one transaction once their arrangement is confirmed."""


def award_decisions(clock: Clock) -> Handler:
    """Return the handler that applies the events of `award-decisions.v1`."""

    def handle(connection: Connection, messages: Sequence[Message]) -> None:
        receive(connection, messages, clock.now())

    return handle


def receive(connection: Connection, messages: Sequence[Message], now: datetime) -> None:
    """Store the versions in `messages` and apply the highest of each award.

    A version that is stored already, or lower than the highest, changes nothing. Raises RejectedMessageError for a message
    that is not a valid `award.decided`, or whose version or amount is implausible.
    """
    versions = read_all(messages)
    funding.lock_blockers_shared(connection)
    award_ids = {award_id for award_id, _ in versions}
    known = repository.lock(connection, award_ids)
    for (award_id, version), (_, entitlement) in versions.items():
        # More than is ever appropriated at once: its order would stand in a queue before all others for good.
        if entitlement.entitlement_fen > MAX_APPROPRIATION_FEN:
            raise RejectedMessageError(f"the entitlement is more than {MAX_APPROPRIATION_FEN // 100} yuan")
        if version > (known[award_id].version if award_id in known else 0) + MAX_VERSIONS_AHEAD:
            raise RejectedMessageError(f"the version is more than {MAX_VERSIONS_AHEAD} above the highest known")
    stored = repository.known_versions(connection, known)
    repository.add_versions(connection, [row for key, (row, _) in versions.items() if key not in stored])
    highest: dict[str, Entitlement] = {}
    for (award_id, version), (_, entitlement) in versions.items():
        if version > (highest[award_id].version if award_id in highest else 0):
            highest[award_id] = entitlement
    newer = [
        (entitlement, known.get(award_id))
        for award_id, entitlement in highest.items()
        if award_id not in known or entitlement.version > known[award_id].version
    ]
    _apply_versions(connection, newer, arrangements.confirmed(connection), now)


def resume(connection: Connection, now: datetime) -> int:
    """Apply awards that waited for an arrangement and have one now; returns how many."""
    confirmed = arrangements.confirmed(connection)
    if not confirmed:
        return 0
    funding.lock_blockers_shared(connection)
    waiting = repository.waiting_for_arrangement(connection, [each.id for each in confirmed], PASS_AWARDS)
    _apply_versions(connection, waiting, confirmed, now)
    if waiting:
        using = [each.id for each in confirmed]
        audit.record(connection, actor=SYSTEM, act="resume_awards", subjects=using, details={"awards": len(waiting)})
    return len(waiting)


def _apply_versions(
    connection: Connection,
    newer: Sequence[tuple[Entitlement, StoredAward | None]],
    confirmed: Sequence[Arrangement],
    now: datetime,
) -> None:
    if not newer:
        return
    in_effect = [e.award_id for e, known in newer if known is not None and known.has_orders]
    before = repository.shares_in_effect(connection, in_effect) if in_effect else {}
    blockers = funding.blockers(connection, [e.award_id for e, _ in newer], {e.payee_uscc for e, _ in newer}, now)
    shares: list[ShareRow] = []
    new_awards: list[AwardRow] = []
    changed_awards: list[AwardRow] = []
    entries: list[ledger.Posting] = []
    first_orders: list[NewOrder] = []
    restated: list[Owed] = []
    to_reconsider: list[str] = []
    for entitlement, known in newer:
        split = split_entitlement(entitlement, confirmed)
        award_row = _award_row(entitlement, known, split.arrangement_id if split else None, waits=split is None)
        (new_awards if known is None else changed_awards).append(award_row)
        # Whether later instalments wait may be another than before.
        if (
            known is not None
            and known.has_orders
            and (split is None or known.waits or len(entitlement.instalments) > 1)
        ):
            to_reconsider.append(entitlement.award_id)
        if split is None:
            continue
        award_id, version = entitlement.award_id, entitlement.version
        shares += [_share_row(entitlement, own) for own in split.units]
        now_owed = {own.unit: own.amount_fen for own in split.units}
        entries += ledger.recognition(award_id, version, before.get(award_id, {}), now_owed)
        place = QueuePlace.of(entitlement.award, entitlement.subject, entitlement.award_year)
        parts = parts_of(entitlement, split.units)
        owed = Owed(award_id, version, entitlement.first_decided_on, place, entitlement.later_wait, parts)
        if known is not None and known.has_orders:
            restated.append(owed)
            continue
        for (unit, uscc), own in parts.items():
            first_orders += new_orders(owed, unit, uscc, own, blockers)
    repository.add_shares(connection, shares)
    repository.add_awards(connection, new_awards)
    repository.update_awards(connection, changed_awards)
    transitions.create(connection, first_orders)
    postings.post(connection, entries, by=SYSTEM)
    adjust(connection, restated, now)
    if to_reconsider:
        transitions.reconsider(connection, now, award_ids=to_reconsider)


def _award_row(entitlement: Entitlement, known: StoredAward | None, arrangement_id: object, *, waits: bool) -> AwardRow:
    before = known.split_version if known else None
    return AwardRow(
        entitlement.award_id,
        entitlement.award,
        entitlement.jurisdiction,
        entitlement.first_decided_on.isoformat(),
        entitlement.version,
        before if waits else entitlement.version,
        str(arrangement_id) if arrangement_id else None,
        "arrangement" if waits else None,
    )


def _share_row(entitlement: Entitlement, own: UnitPart) -> ShareRow:
    return ShareRow(
        entitlement.award_id,
        entitlement.version,
        own.unit,
        entitlement.payee_uscc,
        own.amount_fen,
        array(own.parts_fen),
    )
