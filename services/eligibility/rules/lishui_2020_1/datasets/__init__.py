"""The policy's own datasets, beside those that every policy may read."""

from services.eligibility.rules.lishui_2020_1.datasets import loans, logistics, markets, parks, providers
from shared.catalogue.domain import Dataset

DATASETS: tuple[Dataset, ...] = (
    providers.SERVICE_CENTRE_GRADES,
    providers.PLATFORM_AUTHORISATIONS,
    providers.SERVICE_CONTRACTS,
    parks.PARKS,
    parks.PARK_YEARS,
    logistics.LOGISTICS_HUBS,
    logistics.HUB_YEARS,
    logistics.COURIER_YEARS,
    logistics.DELIVERY_TERMINALS,
    loans.LOANS,
    loans.LOAN_BALANCES,
    loans.LOAN_YEARS,
    markets.SALES_SPIN_OFFS,
    markets.PLATFORM_ZONES,
    markets.ZONE_YEARS,
    markets.EXHIBITION_ATTENDANCES,
    markets.CROSS_BORDER_YEARS,
    markets.OVERSEAS_WAREHOUSES,
    logistics.COLD_STORES,
    markets.DEMONSTRATION_TITLES,
)
