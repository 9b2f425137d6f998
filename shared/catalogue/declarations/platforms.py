"""Platforms that officers recognise."""

from shared.authorization import Scope
from shared.catalogue import fields as f
from shared.catalogue.domain import Dataset, Period

RECOGNISED_PLATFORMS = Dataset(
    name="recognised_platforms",
    zh="认定平台",
    en="recognised platforms",
    key=("platform", "since"),
    fields=(
        f.code("platform", "平台", "platform"),
        f.since(),
        f.text("name", "名称", "name"),
        f.until(),
        f.text("source", "来源", "source"),
    ),
    period=Period(),
    confirmation=Scope.REFERENCE_CONFIRM,
)
