"""Whether a measured value grows: a robust slope after the warm-up, held against an allowance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import median

LEAST_SAMPLES = 12
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much a value may seem to grow over the watched time: a share of its median, and a fixed amount, both together."""

    share: float
    fixed: float

    def of(self, values: Sequence[float]) -> float:
        """Return the allowance for `values`, in their unit."""
        return self.share * abs(median(values)) + self.fixed


def growth(samples: Sequence[tuple[float, float]]) -> float:
    """Return by how much a value grows over the time of its `samples` (seconds, value): Theil and Sen's slope times that time.

    The median of the slopes between all pairs: a peak, or a step of less than a third of the samples, does not move it much.
    """
    slopes = [
        (later - value) / (at - second) for (second, value), (at, later) in combinations(samples, 2) if at > second
    ]
    return median(slopes) * (samples[-1][0] - samples[0][0]) if slopes else 0.0


@dataclass(slots=True)
class Series:
    """One value of one process, measured again and again."""

    name: str
    unit: str
    allowance: Allowance
    samples: list[tuple[float, float]] = field(default_factory=list)

    def after(self, second: float) -> list[tuple[float, float]]:
        """Return the samples from `second` on."""
        return [sample for sample in self.samples if sample[0] >= second]

    def grows(self, warm_up_seconds: float) -> bool:
        """Return whether it grew by more than its allowance since the warm-up; not before there are enough samples."""
        watched = self.after(warm_up_seconds)
        if len(watched) < LEAST_SAMPLES:
            return False
        return growth(watched) > self.allowance.of([value for _, value in watched])
