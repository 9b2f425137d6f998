"""The awards of the policy, in the order of its articles."""

from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.lishui_2020_1.awards.article_01_scale import (
    headquarters_land,
    platform_scale,
    retail_scale,
)
from services.eligibility.rules.lishui_2020_1.awards.article_02_services import (
    provider_growth,
    provider_setup,
    service_centre_grade,
)
from services.eligibility.rules.lishui_2020_1.awards.article_03_parks import park
from services.eligibility.rules.lishui_2020_1.awards.article_04_logistics import (
    courier_rent,
    logistics_hub,
    smart_terminal,
)
from services.eligibility.rules.lishui_2020_1.awards.article_05_loans import loan_interest
from services.eligibility.rules.lishui_2020_1.awards.article_06_crossborder import (
    crossborder_postage,
    overseas_warehouse,
)
from services.eligibility.rules.lishui_2020_1.awards.article_06_markets import (
    exhibition_independent,
    exhibition_organised,
    platform_zone,
    sales_spin_off,
)
from services.eligibility.rules.lishui_2020_1.awards.article_07_rural import cold_chain
from services.eligibility.rules.lishui_2020_1.awards.article_09_demonstration import demonstration
from services.eligibility.rules.lishui_2020_1.awards.article_10_growth import sustained_growth

AWARDS: tuple[Award, ...] = (
    retail_scale,
    platform_scale,
    headquarters_land,
    service_centre_grade,
    provider_setup,
    provider_growth,
    park,
    logistics_hub,
    courier_rent,
    smart_terminal,
    loan_interest,
    sales_spin_off,
    platform_zone,
    exhibition_organised,
    exhibition_independent,
    crossborder_postage,
    overseas_warehouse,
    cold_chain,
    demonstration,
    sustained_growth,
)
