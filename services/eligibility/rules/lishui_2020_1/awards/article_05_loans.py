"""Art. 5: interest on business loans."""

from __future__ import annotations

from services.eligibility.rules.grammar import (
    AT_PAYEE,
    ENTERPRISES,
    Article,
    Award,
    Table,
    each_year_of,
    holds,
    monitored,
    parameter,
    some,
    whole_of,
)
from services.eligibility.rules.lishui_2020_1.awards.interest import interest

Loan = Table("loans")

loan_interest = Award(
    code="loan-interest",
    article=Article(5, sentence=3),
    about=each_year_of(Loan.uscc),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        holds("monitored", monitored("retail", "platform")),
        some("loans-counted", interest.loans),
    ),
    amount=whole_of(interest.subsidy).capped_at(parameter("interest_cap")),
    overlap_counts=False,  # other subsidy of each loan
)
