"""A second, slow implementation in plain Python, written from the clauses: what all awards share.

It knows nothing of the engine: rows are dictionaries, a result is True, False or None. Property tests compare it
with the engine on generated populations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Row = Mapping[str, Any]
URBAN = ("city", "liandu", "development_zone")
YEARS = range(2020, 2025)


@dataclass(frozen=True)
class Case:
    """One evaluated case: met, the amount if met, and where."""

    met: bool | None
    amount: int | None = 0
    place: str | None = None


def kleene(*conditions: bool | None) -> bool | None:
    """Return whether all results are true."""
    if any(condition is False for condition in conditions):
        return False
    return None if any(condition is None for condition in conditions) else True


def either(*conditions: bool | None) -> bool | None:
    """Return whether any result is true."""
    if any(condition is True for condition in conditions):
        return True
    return None if any(condition is None for condition in conditions) else False


def known(test: Callable[..., bool], *figures: Any) -> bool | None:
    """Return a test of figures, unknown while one is."""
    return None if any(figure is None for figure in figures) else test(*figures)


def payable(amount: int) -> int | None:
    """Return an amount, or unknown: no event and no order may hold more than 2^53 - 1 fen."""
    return amount if amount < 2**53 else None


def year_end(year: int) -> date:
    """Return 31 December."""
    return date(year, 12, 31)


@dataclass(frozen=True)
class World:
    """Tables, interpretations and the decision day."""

    tables: Mapping[str, Sequence[Row]]
    interpretations: Mapping[str, str]
    decided_on: date

    def rows(self, dataset: str, **equal: Any) -> list[Row]:
        """Return rows whose fields equal these."""
        return [row for row in self.tables.get(dataset, ()) if all(row[k] == v for k, v in equal.items())]

    def row(self, dataset: str, **equal: Any) -> Row:
        """Return the one row, or an empty one whose every field is unknown."""
        found = self.rows(dataset, **equal)
        return found[0] if found else _Unknown()

    def place(self, uscc: str | None, day: date | None) -> str | None:
        """Return the jurisdiction of an enterprise on a day."""
        for row in self.rows("locations", uscc=uscc):
            if day is not None and row["since"] <= day and (row["until"] is None or day < row["until"]):
                return str(row["jurisdiction"])
        return None

    def urban(self, place: str | None) -> bool | None:
        """Return whether a place is in the urban area."""
        return known(lambda where: where in URBAN, place)

    def monitored(self, uscc: str, day: date | None, *tracks: str) -> bool | None:
        """Return whether an enterprise is in monitoring on a day; without tracks, on any."""
        if day is None:
            return None
        return any(
            (not tracks or row["track"] in tracks)
            and row["included_on"] <= day
            and (row["removed_on"] is None or day < row["removed_on"])
            for row in self.rows("monitoring_inclusions", uscc=uscc)
        )

    def recognised(self, platform: str, day: date | None) -> bool | None:
        """Return whether a platform is recognised on a day."""
        if day is None:
            return None
        return any(
            row["since"] <= day and (row["until"] is None or day < row["until"])
            for row in self.rows("recognised_platforms", platform=platform)
        )

    def monitored_for(self, uscc: str, year: int, *tracks: str) -> bool:
        """Return whether an enterprise is in monitoring as a yearly award asks; without tracks, on any."""
        reading = self.interpretations["monitored_on"]
        if reading != "any_day":
            return bool(self.monitored(uscc, year_end(year) if reading == "year_end" else self.decided_on, *tracks))
        days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
        return any(self.monitored(uscc, day, *tracks) for day in days if day.year == year)

    def first_day(self) -> date:
        """Return the first day of validity."""
        return date.fromisoformat(self.interpretations["validity_first_day"])

    def last_day(self) -> date:
        """Return the last day of validity: five years after the first, or the day before."""
        day = self.first_day().replace(year=2025)
        return day if self.interpretations["validity_last_day"] == "anniversary" else day - timedelta(days=1)

    def valid(self, day: date | None) -> bool | None:
        """Return whether a day is within validity."""
        return known(lambda d: self.first_day() <= d <= self.last_day(), day)

    def happened(self, day: date | None) -> bool | None:
        """Return whether a day has come by the day of decision."""
        return known(lambda d: d <= self.decided_on, day)

    def form(self, uscc: str | None, *, enterprises: bool) -> bool | None:
        """Return whether the legal form is right."""
        form = self.row("enterprises", uscc=uscc)["legal_form"]
        if enterprises:
            allowed = {"enterprise"}
            allowed |= {"individual"} if self.interpretations["individual_businesses"] == "include" else set()
            allowed |= {"cooperative"} if self.interpretations["cooperatives"] == "include" else set()
            return known(lambda f: f in allowed, form)
        return known(lambda f: f != "government", form)

    def honest(self, uscc: str | None) -> bool:
        """Return whether the payee is not excluded for dishonesty or penalties."""
        return self.interpretations["integrity_screen"] != "exclude" or not self.sanctioned(uscc)

    def sanctioned(self, uscc: str | None) -> set[str]:
        """Return the kinds of sanction that count on the decision day."""
        day = self.decided_on
        try:
            year_ago = day.replace(year=day.year - 1)
        except ValueError:
            year_ago = day - timedelta(days=366)
        kinds = set()
        for row in self.rows("sanctions", uscc=uscc):
            if row["kind"] == "serious_dishonesty":
                if row["since"] <= day and (row["until"] is None or day < row["until"]):
                    kinds.add("serious_dishonesty")
            elif year_ago <= row["since"] <= day and not self._repaired(row):
                kinds.add(str(row["kind"]))
        return kinds

    def _repaired(self, row: Row) -> bool:
        ended = row["until"] is not None and row["until"] <= self.decided_on
        return ended and self.interpretations["credit_repair"] == "counts"

    def yearly(self, uscc: str | None, year: int, *, enterprises: bool, at_payee: bool = True) -> bool | None:
        """Return the results that every yearly award requires of its payee; its place only if the award is `at_payee`."""
        ended = year in YEARS and year_end(year) < self.decided_on
        here = self.urban(self.place(uscc, year_end(year))) if at_payee else True
        return kleene(ended, here, self.form(uscc, enterprises=enterprises), self.honest(uscc))

    def dated(self, uscc: str, day: date | None, *, enterprises: bool | None, at_payee: bool = True) -> bool | None:
        """Return the results that every dated award requires of its payee and event; `enterprises` None for any form."""
        form = True if enterprises is None else self.form(uscc, enterprises=enterprises)
        here = self.urban(self.place(uscc, day)) if at_payee else True
        return kleene(self.valid(day), self.happened(day), here, form, self.honest(uscc))

    def project(self, project: str | None, payee: str | None) -> tuple[bool | None, str | None]:
        """Return whether the places of a project and its payee are right, and the jurisdiction."""
        reading = self.interpretations["project_place"]
        if reading == "payee":
            return self.urban(payee), payee
        return kleene(self.urban(project), self.urban(payee) if reading == "both" else True), project

    def remaining(self, amount: int, award: str, subject: str, year: int | None) -> int:
        """Return what is left of an amount after other public money for the matter; `year` is None for once-awards."""
        if self.interpretations["overlap"] != "higher_only":
            return amount
        return max(0, amount - self.support(award, subject, year))

    def support(self, award: str, subject: str, year: int | None) -> int:
        """Return the public money of other programmes for the matter."""
        rows = self.rows("other_support", award=award, subject=subject)
        return sum(row["amount_fen"] for row in rows if year in (None, row["award_year"]))

    def paid(self, awards: Iterable[str], subject: str, year: int | None = None) -> bool:
        """Return whether earlier payments name the subject (and year)."""
        return any(
            row["subject"] == subject and row["award"] in awards and year in (None, row["award_year"])
            for row in self.rows("prior_awards")
        )


class _Unknown(dict[str, Any]):
    def __missing__(self, key: str) -> None:
        return None


Cases = dict[tuple[str, int | None], Case]


def first_year_only(cases: Cases) -> Cases:
    """Apply that an award is given once: the first year whose conditions are met keeps the award, later ones are refused."""
    firsts: dict[str, int] = {}
    for (subject, year), case in cases.items():
        if case.met and year is not None:
            firsts[subject] = min(year, firsts.get(subject, year))
    kept = {}
    for (subject, year), case in cases.items():
        late = year is not None and year > firsts.get(subject, year)
        kept[subject, year] = Case(False, case.amount, case.place) if late else case
    return kept


def best(candidates: list[tuple[tuple[Any, ...], Case]]) -> Case:
    """Return of several candidates in a year the first that qualifies, else an open one, else a failed one."""
    rank = {True: 0, None: 1, False: 2}
    return min(candidates, key=lambda pair: (rank[pair[1].met], pair[0]))[1]
