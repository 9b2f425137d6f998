"""The offices behind a policy: who issues its papers and takes objections, and which department keeps which data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.eligibility.rules.text import Text


@dataclass(frozen=True, slots=True)
class Offices:
    """Offices and contacts of a policy. What is not filled in is None, and whatever shows it says so."""

    #: Who issues notices and letters, and takes objections.
    issuing: Text | None
    address: Text | None
    telephone: str | None
    email: str | None
    #: Department code → its names.
    departments: Mapping[str, Text]
    #: Dataset → code of the department that keeps it.
    keepers: Mapping[str, str]

    def keeper_of(self, dataset: str) -> Text | None:
        """Return the department that keeps a dataset, if the package names it."""
        code = self.keepers.get(dataset)
        return None if code is None else self.departments[code]
