"""Art. 7: cold stores for farm products."""

from __future__ import annotations

from services.eligibility.rules.grammar import (
    NOT_GOVERNMENT,
    Article,
    Award,
    Table,
    at_least,
    at_project,
    fixed,
    holds,
    once_on,
    parameter,
)

ColdStore = Table("cold_stores")

cold_chain = Award(
    code="cold-chain",
    article=Article(7, paragraph=2, sentence=2),
    about=once_on(ColdStore.in_use_on, ColdStore),
    given_to=NOT_GOVERNMENT,
    place=at_project(ColdStore.jurisdiction),
    when=(
        holds("upstream", ColdStore.agricultural_upstream),
        at_least("construction-cost", ColdStore.construction_cost, parameter("cold_chain_cost")),
    ),
    amount=fixed(parameter("cold_chain_award")),
)
