"""The offices behind a policy: who issues its papers and takes objections, and which department keeps which data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.eligibility.rules.text import Text
from shared.i18n import N_, translate
from shared.offices import Office

_HEADINGS = {"office": N_("Office"), "address": N_("Address"), "telephone": N_("Telephone"), "email": N_("E-mail")}
#: What stands in the place of an entry that is not filled in.
NOT_FILLED_IN = N_("(not filled in)")


@dataclass(frozen=True, slots=True)
class Offices:
    """Offices and contacts of a policy. What is not filled in is None, and whatever shows it says so."""

    #: Who issues notices and letters, and takes objections.
    office: Office
    #: Department code → its names.
    departments: Mapping[str, Text]
    #: Dataset → code of the department that keeps it.
    keepers: Mapping[str, str]

    def contact(self, language: str) -> dict[str, str | None]:
        """Return office, address, telephone and e-mail in one language; None where not filled in."""
        names = {"office": "issuing", "address": "address", "telephone": "telephone", "email": "email"}
        return {shown: self.office.named(name, language) for shown, name in names.items()}

    def contact_lines(self, language: str) -> dict[str, str]:
        """Return the contact for a reader: heading → entry, which says so where it is not filled in."""
        missing = translate(NOT_FILLED_IN, language)
        return {
            translate(_HEADINGS[name], language): entry or missing for name, entry in self.contact(language).items()
        }

    def keeper_of(self, dataset: str) -> Text | None:
        """Return the department that keeps a dataset, if the package names it."""
        code = self.keepers.get(dataset)
        return None if code is None else self.departments[code]
