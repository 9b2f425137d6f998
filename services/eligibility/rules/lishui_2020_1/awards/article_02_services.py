"""Art. 2: public service centres, and providers that platforms authorise."""

from __future__ import annotations

from services.eligibility.rules.grammar import (
    AT_PAYEE,
    ENTERPRISES,
    NOT_GOVERNMENT,
    Article,
    Award,
    Table,
    Text,
    amount_by,
    at_least,
    condition_by,
    each_year,
    each_year_of,
    fixed,
    grown_by,
    holds,
    later_of,
    more_than,
    on_record,
    once_on,
    one_of,
    parameter,
    place_by,
    recognised,
    within_validity,
)
from services.eligibility.rules.lishui_2020_1.awards.clients import authorisation, growth, new_clients

ON_THE_LATER_DAY = Text("授权、落户两日中较晚的一日，", "on the later of the days of authorisation and settling")
CentreGrade = Table("service_centre_grades")
Authorisation = Table("platform_authorisations")
Contract = Table("service_contracts")

service_centre_grade = Award(
    code="service-centre-grade",
    article=Article(2, paragraph=1, sentence=2),
    about=each_year(CentreGrade),
    given_to=NOT_GOVERNMENT,
    place=place_by("centre_place", CentreGrade.jurisdiction, own="centre", payee="operator", both="both"),
    when=(
        on_record("tender", CentreGrade.tender_reference),
        one_of("grade", CentreGrade.grade, parameter("centre_grades")),
    ),
    amount=amount_by(CentreGrade.grade, excellent="centre_excellent_award", good="centre_good_award"),
)

provider_setup = Award(
    code="provider-setup",
    article=Article(2, paragraph=2, sentence=2),
    about=once_on(
        later_of(Authorisation.authorised_on, Authorisation.settled_on),
        Authorisation,
        subject=("uscc",),
        earliest_by=(later_of(Authorisation.authorised_on, Authorisation.settled_on),),
    ),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        holds("recognised-platform", recognised(Authorisation.platform, ON_THE_LATER_DAY)),
        within_validity("settled", Authorisation.settled_on, by_end_of_year=False),
    ),
    amount=fixed(parameter("provider_setup_support")),
)

provider_growth = Award(
    code="provider-growth",
    article=Article(2, paragraph=2, sentence=3),
    about=each_year_of(Contract.provider_uscc),
    given_to=NOT_GOVERNMENT,
    place=AT_PAYEE,
    when=(
        condition_by(
            "provider_client_floor",
            "new-clients",
            more_than_50=more_than(
                "new-clients", new_clients.counted, parameter("provider_clients"), new_clients.in_doubt
            ),
            at_least_50=at_least(
                "new-clients", new_clients.counted, parameter("provider_clients"), new_clients.in_doubt
            ),
        ),
        condition_by(
            "client_growth",
            "client-growth",
            aggregate=more_than(
                "client-growth", growth.later, grown_by(growth.earlier, parameter("client_growth_floor"))
            ),
            mean_of_rates=more_than(
                "client-growth", growth.rates, grown_by(growth.clients, parameter("client_growth_floor"))
            ),
        ),
        condition_by(
            "provider_authorised",
            "authorised",
            not_required=None,
            required=holds("authorised", authorisation.held),
        ),
    ),
    amount=fixed(parameter("provider_growth_award")),
)
