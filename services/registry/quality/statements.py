"""The signs of odd or missing data that the policies declare, their messages, and the statement that finds the rows with one."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from services.registry.revisions.records import ReadAccess
from services.registry.revisions.sql_fragments import codes_array, listed, names_any_of, owner_at, rows_at
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.signs import Sign
from shared.i18n import N_
from shared.policies import POLICIES

MESSAGES: Mapping[str, str] = {
    "missing_figure": N_("“{name}” is missing, and would decide the award"),
    "part_above_whole": N_("“{name}” is above the whole that it is part of"),
    "unknown_region": N_("the code's region does not exist"),
    "days_above_year": N_("366 operating days in an ordinary year"),
    "sudden_jump": N_("“{name}” changed more than tenfold from the year before"),
    "before_registration": N_("it is before the enterprise was registered"),
    "monitored_without_location": N_("monitored, but without any location"),
    "without_location": N_("the enterprise has no location at all"),
    "no_rate": N_("there is no average exchange rate for the year"),
    "no_parent": N_("what it belongs to is not recorded"),
    "second_spelling": N_(
        "“{name}” is on record in other spellings too: correct all but one, which count as different codes"
    ),
    "spelling_of_subject": N_("“{name}” names a row whose code is on record in another spelling, and does not find it"),
    "unusual_spelling": N_(
        "“{name}” has spaces, invisible or full-width characters in it, which are not typed again alike"
    ),
    "gap_of_one_day": N_("the next period begins a day after “{name}”: was the last day that counts given instead?"),
    "ends_on_31_december": N_(
        "“{name}” is 31 December, which then no longer counts: was the last day that counts given instead?"
    ),
    "odd_day": N_("“{name}” lies before 1949-10-01 or more than ten years ahead"),
    "odd_name": N_("“{name}” is not the name of an enterprise"),
    "holder_differs": N_("“{name}” is not the enterprise's name"),
    "overlapping_period": N_("the period overlaps another one: correct both in one change set"),
    "empty_period": N_("the period is empty: it ends on its first day"),
}

SIGNS: tuple[Sign, ...] = tuple(
    sign for policy in POLICIES.values() for sign in import_module(f"{policy.package}.signs").SIGNS
)


def placeholders(access: ReadAccess, revision: int) -> dict[str, str]:
    """Return the values of a sign's placeholders: every dataset's rows at the revision, the award years, and the day."""
    years = [year for policy in POLICIES.values() for year in policy.award_years]
    return {
        **{name: f"({rows_at(dataset, revision)})" for name, dataset in CATALOGUE.items()},
        "award_years": f"(SELECT CAST(generate_series({min(years)}, {max(years)}) AS bigint) AS year)",
        "today": access.today.isoformat(),
    }


def page_of_warnings(
    sign: Sign, values: Mapping[str, str], access: ReadAccess, revision: int, naming: str | None
) -> str:
    """Return the keys after `:after` of up to `:limit` rows with the sign, those of the enterprise `naming` if it is given."""
    dataset = CATALOGUE[sign.dataset]
    source = (sign.source or f"{{{dataset.name}}}").format_map(values)
    conditions = [f"({sign.where.format_map(values)})", access.visible_condition(dataset, revision)]
    if naming is not None:
        conditions.append(names_any_of(dataset, codes_array([naming]), revision))
    return f"""
        SELECT * FROM (
            SELECT CAST(json_build_array({listed(dataset.key, "r.")}) AS text) COLLATE "C" AS key_text,
                   {owner_at(dataset, "r", revision)} AS uscc
            FROM {source} AS r WHERE {" AND ".join(conditions)}) AS warned
        WHERE key_text > :after ORDER BY key_text LIMIT :limit
    """
