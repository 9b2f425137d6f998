"""Preview what restated entitlements would do to orders and claims: the difference law, without changing anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from services.payout.arrangements import repository as arrangements
from services.payout.arrangements.domain import split_entitlement
from services.payout.awards import repository
from services.payout.awards.domain import Restatement, parts_of
from services.payout.orders import repository as orders
from services.payout.orders.domain import NO_CLAIM, difference
from services.payout.recoveries import repository as recoveries


def preview(connection: Connection, restated: Sequence[Restatement], jurisdiction: str | None) -> list[dict[str, Any]]:
    """Return per award that payout has (in `jurisdiction`, if one is given) what its restatement would do; nothing is changed.

    The arrangement and the due years are those of the award's first decision day.
    """
    restatements = {each.award_id: each for each in restated}
    known = repository.entitlements(connection, restatements, jurisdiction)
    confirmed = arrangements.confirmed(connection)
    live, claims = orders.live(connection, known, lock=False), recoveries.claims(connection, known)
    parties: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for award_id, unit, uscc in (*live, *claims):
        parties[award_id].add((unit, uscc))
    found = []
    for award_id, now in known.items():
        then = restatements[award_id]
        first_year = now.first_decided_on.year
        entitlement = now._replace(
            jurisdiction=then.jurisdiction,
            payee_uscc=then.payee_uscc,
            entitlement_fen=sum(then.instalments_fen),
            instalments=tuple((first_year + place, fen) for place, fen in enumerate(then.instalments_fen)),
        )
        split = split_entitlement(entitlement, confirmed)
        owed = parts_of(entitlement, split.units) if split else {}
        shares = []
        for unit, uscc in sorted(parties[award_id] | set(owed)) if split else ():
            ordered = live.get((award_id, unit, uscc), [])
            claim = claims.get((award_id, unit, uscc), NO_CLAIM)
            change = difference(owed.get((unit, uscc), ()), ordered, claim)
            shares.append(
                {
                    "unit": unit,
                    "payee_uscc": uscc,
                    "ordered_fen": sum(order.amount_fen for order in ordered),
                    "paid_fen": sum(order.amount_fen for order in ordered if order.state == "settled"),
                    "top_up_fen": sum(part.amount_fen for part in change.top_ups),
                    "cancelled_fen": sum(order.amount_fen for order in change.cancelled) - change.replacement_fen,
                    "to_recover_fen": change.to_recover_fen,
                }
            )
        found.append({"award_id": award_id, "version": now.version, "waits": split is None, "shares": shares})
    return found
