"""Art. 9: demonstration titles."""

from __future__ import annotations

from services.eligibility.rules.grammar import (
    ANY_FORM,
    AT_PAYEE,
    HIGHEST_LEVEL,
    Article,
    Award,
    GivenBefore,
    Read,
    Table,
    amount_by,
    condition_by,
    once_per_unit_and_level,
)

Title = Table("demonstration_titles")

_by_level = amount_by(
    Title.level, national="national_award", provincial="provincial_award", municipal="municipal_award"
)

demonstration = Award(
    code="demonstration",
    article=Article(9),
    about=once_per_unit_and_level(
        Title.awarded_on,
        Title,
        unit=Title.uscc,
        level=Title.level,
        highest_first=("national", "provincial", "municipal"),
        same_year=condition_by("demonstration_same_year", HIGHEST_LEVEL.name, highest=HIGHEST_LEVEL, each_level=None),
    ),
    given_to=ANY_FORM,
    place=AT_PAYEE,
    when=(),  # a title within validity of a unit in the area is enough
    amount=_by_level,
    in_later_years=GivenBefore("demonstration_promotion", "difference", _by_level),
    prior_reads=tuple(
        Read(dataset, "subject", Title.uscc.name, only=("award", ("demonstration",)), before_colon=True)
        for dataset in ("prior_awards", "other_support")
    ),
)
