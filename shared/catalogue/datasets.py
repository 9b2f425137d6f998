"""All datasets by name. Enterprises come first: the rows of a change set that refer to them are published after them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.catalogue.declarations import (
    enterprises,
    loans,
    logistics,
    markets,
    money,
    monitoring,
    parks,
    providers,
)
from shared.catalogue.domain import Dataset

_IN_ORDER: tuple[Dataset, ...] = (
    enterprises.ENTERPRISES,
    enterprises.LOCATIONS,
    monitoring.MONITORING_INCLUSIONS,
    monitoring.ANNUAL_SALES,
    monitoring.STATISTICS_SALES,
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
    money.PAYEE_ACCOUNTS,
    money.REFERENCE_RATES,
    providers.RECOGNISED_PLATFORMS,
    enterprises.SANCTIONS,
    money.OTHER_SUPPORT,
    money.PRIOR_AWARDS,
)

CATALOGUE: Mapping[str, Dataset] = MappingProxyType({item.name: item for item in _IN_ORDER})
