"""Acts on rows, by the declaration of each dataset: record one, withdraw one, challenge a fact of one."""

from __future__ import annotations

from collections.abc import Iterator

from services.desk.acts.domain import ABSENT, QUERY, REASON, Act, Field, Kind, Said
from services.desk.datasets import choices_of, is_number, label_of
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset
from shared.catalogue.domain import Field as Declared
from shared.catalogue.domain import Kind as Content
from shared.i18n import N_

_KINDS: dict[Content, Kind] = {
    Content.CHOICE: "choice",
    Content.DAY: "day",
    Content.YEAR: "whole",
    Content.COUNT: "whole",
    Content.NUMBER: "whole",
    Content.MONEY: "yuan",
    Content.DECIMAL: "decimal",
    Content.FLAG: "flag",
}
CLEARING = Field(
    f"{QUERY}clearing",
    N_("Values that are left empty"),
    "choice",
    choices={"refuse": N_("keep what is on record"), "allow": N_("empty what is on record: it is unknown")},
    preset="refuse",
)
"""Whether empty cells and fields may empty values on record."""
SOURCE = Field("source", N_("Where it comes from"), required=False, help=N_("Such as the number of a document"))


def acts_on_records() -> Iterator[tuple[str, Act]]:
    """Yield the acts of every dataset by operation; a challenge's operation is followed by the dataset."""
    for dataset in CATALOGUE.values():
        yield f"record_{dataset.name}", _record(dataset)
        yield f"withdraw_{dataset.name}", _withdraw(dataset)
        yield f"make_challenge.{dataset.name}", _challenge(dataset)


def _record(dataset: Dataset) -> Act:
    fields = [
        _field(f"records.0.{item.name}", item, required=not item.optional, empty=None if item.optional else ABSENT)
        for item in dataset.fields
    ]
    has_optional = any(item.optional for item in dataset.fields)
    return Act(
        N_("Record a row"),
        (*fields, *([CLEARING] if has_optional else []), SOURCE, REASON),
        warning=_WAITS if dataset.confirmation else "",
        then="/drafts/{draft}",
        about=(dataset.zh, dataset.en),
        method="record_records",
        parts={"dataset": dataset.name},
    )


def _withdraw(dataset: Dataset) -> Act:
    return Act(
        N_("Withdraw a row"),
        (*_key(dataset, "keys.0."), SOURCE, REASON),
        warning=N_("Withdraw only what was never true. What was true until a day gets an end day instead."),
        then="/drafts/{draft}",
        is_grave=True,
        about=(dataset.zh, dataset.en),
        method="withdraw_records",
        parts={"dataset": dataset.name},
    )


def _challenge(dataset: Dataset) -> Act:
    names: dict[str, Said] = {"": N_("the whole row: that it is there, or missing")}
    names |= {item.name: label_of(item) for item in dataset.fields if item.name not in dataset.key}
    return Act(
        N_("Challenge a fact"),
        (
            *_key(dataset, "key."),
            Field("field", N_("What is wrong"), "choice", required=False, choices=names),
            Field("stated", N_("What it should be"), required=False),
            REASON,
            Field("document", N_("Document that shows it"), required=False),
        ),
        then="/challenges/{id}",
        about=(dataset.zh, dataset.en),
        method="make_challenge",
        always={"dataset": dataset.name},
    )


_WAITS = N_("It waits as a draft until another person confirms it.")


def _key(dataset: Dataset, place: str) -> Iterator[Field]:
    return (_field(f"{place}{name}", dataset.by_name[name], required=True) for name in dataset.key)


def _field(name: str, item: Declared, *, required: bool, empty: object = ABSENT) -> Field:
    choices: dict[str, Said] = dict(choices_of(item))
    kind = "choice" if choices else _KINDS.get(item.kind, "text")
    help_ = (
        N_("Leave it empty if it is unknown; write 0 if there is none.") if item.optional and is_number(item) else ""
    )
    return Field(name, label_of(item), kind, required, help_, choices, empty)
