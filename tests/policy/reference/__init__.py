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

#: Awards whose identity has no award year.
ONCE = {"headquarters-land", "provider-setup", "park", "logistics-hub", "sales-spin-off", "exhibition-organised",
        "exhibition-independent", "overseas-warehouse", "cold-chain", "demonstration", "sustained-growth"}  # fmt: skip
#: Awards that other public money does not touch: in kind, or with a rule of their own.
OWN_RULES = {
    "headquarters-land",
    "loan-interest",
    "exhibition-organised",
    "exhibition-independent",
    "overseas-warehouse",
}
#: Awards that other public money lowers at the end, and not within a series of years.
ALONE = set(AWARDS) - OWN_RULES - {"retail-scale", "platform-scale", "demonstration"}


def outcomes(
    tables: Mapping[str, Sequence[Row]],
    interpretations: Mapping[str, str],
    decided_on: date,
    award_years: Sequence[int],
    awards: Collection[str] = tuple(AWARDS),
) -> set[tuple[str, str, int | None, str, int, str | None, bool]]:
    """Return (award, subject, year, result, fen, jurisdiction, other support flagged) of everything granted or undetermined."""
    world = World(tables, interpretations, decided_on)
    found = set()
    for code in awards:
        for (subject, year), case in AWARDS[code](world).items():
            met, amount = case.met, case.amount
            matter = (code, subject, None if code in ONCE else year)
            if met and code in ALONE and amount is not None:
                amount = world.remaining(amount, *matter)
            if met and code != "headquarters-land":
                met = None if amount is None else amount > 0 or False
            if met is False or (year is not None and year not in award_years):
                continue
            result = "granted" if met else "undetermined"
            flagged = interpretations["overlap"] == "flag" and code not in OWN_RULES and world.support(*matter) > 0
            found.add((code, subject, year, result, (amount or 0) if met else 0, case.place, flagged))
    return found
