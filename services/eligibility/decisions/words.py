"""Words, Chinese and English, for codes of decisions that mean something else elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from shared.catalogue.datasets import CATALOGUE

RESULTS: Mapping[str, tuple[str, str]] = {"withdrawn": ("撤销", "withdrawn")}
KINDS: Mapping[str, tuple[str, str]] = {"cash": ("资金", "money"), "in_kind": ("用地支持", "in kind")}

FLAGS: Mapping[str, tuple[str, str]] = {
    **{name: (dataset.zh, dataset.en) for name, dataset in CATALOGUE.items()},
    **CATALOGUE["sanctions"].field("kind").choices,
    **CATALOGUE["reference_rates"].field("series").choices,
    "integrity": ("失信与处罚", "sanction"),
    "unverified_rate": ("利率或汇率未核实", "unverified rate"),
}
"""The parts of a flag, such as `integrity:tax`."""
