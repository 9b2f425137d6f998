"""All datasets by name: those that any policy may read, and the own ones of each installed policy.

Enterprises come first: the rows of a change set that refer to them are published after them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType

from shared.catalogue.declarations import enterprises, money, monitoring, platforms
from shared.catalogue.domain import Dataset
from shared.i18n import N_
from shared.policies import POLICIES, PolicyPackageError

_OF_ANY_POLICY: tuple[Dataset, ...] = (
    enterprises.ENTERPRISES,
    enterprises.LOCATIONS,
    monitoring.MONITORING_INCLUSIONS,
    monitoring.ANNUAL_SALES,
    monitoring.STATISTICS_SALES,
    money.PAYEE_ACCOUNTS,
    money.REFERENCE_RATES,
    platforms.RECOGNISED_PLATFORMS,
    enterprises.SANCTIONS,
    money.OTHER_SUPPORT,
    money.PRIOR_AWARDS,
)


def _all() -> Iterator[Dataset]:
    yield from _OF_ANY_POLICY
    for policy in POLICIES.values():
        yield from import_module(f"{policy.package}.datasets").DATASETS


def _by_name() -> Mapping[str, Dataset]:
    found: dict[str, Dataset] = {}
    for dataset in _all():
        if dataset.name in found:
            raise PolicyPackageError(f"two packages declare the dataset {dataset.name}")
        found[dataset.name] = dataset
    return MappingProxyType(found)


CATALOGUE = _by_name()

STARTING_VALUES = N_("starting values of the policy packages")
"""The source that the registry records of the rows that packages bring along, shown in the language of who reads it."""
