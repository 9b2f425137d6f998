"""All awards by the plain implementation, in the shape in which they are compared with the engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from tests.policy.reference import awards as plain_awards
from tests.policy.reference import markets
from tests.policy.reference.base import Cases, Row, World

#: Award code → function of a world.
AWARDS: Mapping[str, Callable[[World], Cases]] = {
    name.replace("_", "-"): getattr(module, name)
    for module in (plain_awards, markets)
    for name in vars(module)
    if callable(getattr(module, name))
    and getattr(module, name).__module__ == module.__name__
    and not name.startswith("_")
    and name != "tiers"
}


def outcomes(
    tables: Mapping[str, Sequence[Row]],
    interpretations: Mapping[str, str],
    decided_on: date,
    award_years: Sequence[int],
    awards: Collection[str] = tuple(AWARDS),
) -> set[tuple[str, str, int | None, str, int, str | None]]:
    """Return (award, subject, year, result, fen, jurisdiction if not refused) of everything granted or undetermined."""
    world = World(tables, interpretations, decided_on)
    found = set()
    for code in awards:
        for (subject, year), case in AWARDS[code](world).items():
            met = case.met
            money = code != "headquarters-land"
            if met and money:
                met = None if case.amount is None else case.amount > 0 or False
            if met is False or (year is not None and year not in award_years):
                continue
            result = "granted" if met else "undetermined"
            found.add((code, subject, year, result, (case.amount or 0) if met else 0, case.place))
    return found
