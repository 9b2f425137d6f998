"""Art. 4: hubs on reclaimed land, the rent of couriers, smart terminals."""

from __future__ import annotations

from services.eligibility.rules.grammar import (
    AT_PAYEE,
    ENTERPRISES,
    NOT_GOVERNMENT,
    Article,
    Award,
    Table,
    Text,
    at_least,
    at_project,
    days,
    each,
    each_year,
    events_of_year,
    once_per,
    one_of,
    parameter,
    place_by_measure,
    share_of,
    some,
    within_validity,
)
from services.eligibility.rules.lishui_2020_1.awards.terminals import terminals

ONE_BY_ONE = Text(
    "逐台按验收日的所在地认定，看运营主体还是终端，依适用口径“项目类奖补的所在地”",
    "tested terminal by terminal, by the place on the day of acceptance: whose, “the place of a project” says",
)
LogisticsHub = Table("logistics_hubs")
HubYear = Table("hub_years")
CourierYear = Table("courier_years")
Terminal = Table("delivery_terminals")

logistics_hub = Award(
    code="logistics-hub",
    article=Article(4, sentence=2),
    about=once_per(LogisticsHub, yearly=HubYear),
    given_to=NOT_GOVERNMENT,
    place=at_project(LogisticsHub.jurisdiction),
    when=(
        one_of("kind", LogisticsHub.kind, parameter("hub_kinds")),
        within_validity("new", LogisticsHub.opened_on),
        one_of("land", LogisticsHub.land_source, parameter("reclaimed_land")),
        at_least("clients-served", HubYear.client_enterprises, parameter("hub_clients")),
        at_least(
            "daily-parcels",
            HubYear.parcels,
            parameter("daily_parcels") * days(HubYear.operating_days, since=LogisticsHub.opened_on),
        ),
    ),
    amount=share_of(LogisticsHub.construction_cost, parameter("hub_cost_share")).capped_at(parameter("hub_cap")),
    instalments=parameter("hub_instalments"),
)

courier_rent = Award(
    code="courier-rent",
    article=Article(4, sentence=3),
    about=each_year(CourierYear),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        at_least("daily-parcels", CourierYear.parcels, parameter("daily_parcels") * days(CourierYear.operating_days)),
    ),
    amount=share_of(CourierYear.rent, parameter("rent_share")).capped_at(parameter("rent_cap")),
)

smart_terminal = Award(
    code="smart-terminal",
    article=Article(4, sentence=4),
    about=events_of_year(Terminal.uscc),
    given_to=NOT_GOVERNMENT,
    place=place_by_measure(terminals.jurisdiction, ONE_BY_ONE),
    when=(some("terminals-accepted", terminals.counted, in_doubt=terminals.in_doubt),),
    amount=each(terminals.counted, parameter("terminal_award")),
)
