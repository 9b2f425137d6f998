"""A large population of enterprises as typed frames: the same for the same size, spread over every line of the rules.

Nobody moves or leaves monitoring, and both began before 2020; a platform is listed once; what the statistics hold of an
enterprise they hold for every year, if only as unknown. `handwritten` builds on this; the engine does not.
"""

from __future__ import annotations

import polars as pl

from services.eligibility.facts.catalogue import Facts
from tests.bench.population.draws import YEARS
from tests.bench.population.enterprises import markets, registered, sales, services
from tests.bench.population.lists import lists, other_support, prior_awards
from tests.bench.population.projects import loans, logistics, projects

__all__ = ["YEARS", "facts"]


def facts(enterprises: int) -> Facts:
    """Return facts of `enterprises`: most have a place and sell; fewer are couriers, exporters, borrowers and so on."""
    everyone = pl.DataFrame({"n": pl.int_range(enterprises, eager=True)}).with_columns(uscc=pl.format("E{}", "n"))
    frames = {
        **registered(everyone),
        **sales(everyone),
        **services(everyone),
        **projects(everyone),
        **logistics(everyone),
        **loans(everyone),
        **markets(everyone),
        **lists(),
    }
    return Facts.of({**frames, "prior_awards": prior_awards(frames), "other_support": other_support(frames)})
