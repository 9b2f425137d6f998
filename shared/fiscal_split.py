"""The fiscal split (Suppl.: the funds are shared and paid under the fiscal system in force). Pure, in whole fen.

Given instalments a₁ … aₖ that add up to the entitlement E, Aᵢ = a₁ + … + aᵢ, units with exact fractions f that add up to
one, and the unit r that takes the remainder.

*Per award.* Every unit u ≠ r pays Sᵤ = ⌊E·fᵤ⌋; r pays Sᵣ = E − ΣSᵤ. Since Σ⌊E·fᵤ⌋ ≤ E·Σfᵤ ≤ E, Sᵣ ≥ 0.

*Per instalment*, by differences of cumulated floors: u ≠ r pays pᵤ(i) = ⌊Aᵢ·fᵤ⌋ − ⌊Aᵢ₋₁·fᵤ⌋, and r the rest
pᵣ(i) = aᵢ − Σpᵤ(i). Then
- Σᵢ pᵤ(i) = ⌊Aₖ·fᵤ⌋ = Sᵤ (the sum telescopes), hence Σᵢ pᵣ(i) = E − ΣSᵤ = Sᵣ; and Σᵤ p(i) = aᵢ by construction;
- pᵤ(i) ≥ 0, as Aᵢ does not fall. With two units pᵣ(i) ≥ 0 too: ⌊x + y⌋ − ⌊x⌋ ≤ ⌈y⌉, so pᵤ(i) ≤ ⌈aᵢ·fᵤ⌉ ≤ aᵢ.

*With three units* the floors of two may both step in one tiny instalment and pass it by a fen (1, 1, 1 fen in thirds:
the third step is 1 + 1 > 1). Where some pᵣ(i) would be negative, the same sums are reached by *peeling*: the first unit is
taken out of the instalments as if there were two units; what remains of each instalment, bᵢ ≥ 0 with total E′ = E − S₁, is
split likewise with the next unit's fraction S₂/E′, and so on; r takes what remains. Each step is a split between two, so
no part is negative, and ⌊E′·S₂/E′⌋ = S₂ keeps the sums exact.

Which construction is used depends on amounts and fractions alone, so the same award is always split the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class UnitShare:
    """The exact fraction of an award that `unit` pays: numerator / denominator."""

    unit: str
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class SplitRule:
    """Fractions that add up to one, and the unit among them that takes the remainder."""

    shares: tuple[UnitShare, ...]
    remainder_to: str


ANY_AWARD = "*"
"""The award of an arrangement's row that applies to every award without a row of its own."""


def rule_for(rules: Mapping[tuple[str, str], SplitRule], jurisdiction: str, award: str) -> SplitRule | None:
    """Return the rule of `award` in `jurisdiction` from `rules` by (jurisdiction, award): the award's own, else that of `*`."""
    return rules.get((jurisdiction, award)) or rules.get((jurisdiction, ANY_AWARD))


def split(instalments: Sequence[int], rule: SplitRule) -> list[tuple[str, tuple[int, ...]]]:
    """Split `instalments` (fen, each ≥ 0) among the units of `rule`.

    Returns (unit, its part of each instalment in fen) in the order of the rule, the remainder's unit last. Σ over units is
    each instalment, Σ over instalments is the unit's floored share of the whole, no part is negative.
    """
    if len(rule.shares) == 1:
        return [(rule.remainder_to, tuple(instalments))]
    cumulated = list(accumulate(instalments))
    floored = [share for share in rule.shares if share.unit != rule.remainder_to]
    parts = [_steps(cumulated, share.numerator, share.denominator) for share in floored]
    rest = tuple([whole - sum(own) for whole, own in zip(instalments, zip(*parts, strict=True), strict=True)])
    if rest and min(rest) < 0:
        parts, rest = _peel(instalments, [sum(part) for part in parts])
    return [*[(share.unit, part) for share, part in zip(floored, parts, strict=True)], (rule.remainder_to, rest)]


def _steps(cumulated: Sequence[int], numerator: int, denominator: int) -> tuple[int, ...]:
    floors = [amount * numerator // denominator for amount in cumulated]
    return tuple([after - before for before, after in zip([0, *floors], floors, strict=False)])


def _peel(instalments: Sequence[int], totals: Sequence[int]) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    rest = tuple(instalments)
    parts = []
    for total in totals:
        part = _steps(list(accumulate(rest)), total, sum(rest) or 1)
        parts.append(part)
        rest = tuple(whole - own for whole, own in zip(rest, part, strict=True))
    return parts, rest
