"""Acts: what a person does from a page. Each is one operation of a service, with the form that asks for what it needs.

Whether somebody may do an act now is the service's to say; a page offers what the service lists as possible.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from shared.errors import FieldError
from shared.i18n import N_
from shared.money import NotAnAmountInYuanError, fen_of_yuan

Kind = Literal[
    "text", "long", "day", "yuan", "whole", "flag", "yes", "choice", "several", "file", "hidden", "years", "lines"
]
Said = str | tuple[str, str]
"""A message, or a name in Chinese and in English, as declarations of datasets give it."""


@dataclass(frozen=True, slots=True)
class Field:
    """What a form asks for: `name` is its place in the body, with a dot before a member's own members.

    `choices` are codes with messages; `yuan` is written in yuan and sent in fen; `several` are sent as a list, and so are
    `years` and `lines`, of which a text has any number; a `flag` is a choice of yes and no.
    """

    name: str
    label: str
    kind: Kind = "text"
    required: bool = True
    help: str = ""
    choices: Mapping[str, Said] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """An operation of a service as a form: `title` is on its button, `warning` says what cannot be undone.

    `then` is the page that shows the result, made of the answer's members, where it is not the page that the form was on. `job`:
    what the answer is a job of, to be followed until it ends (`JOBS`).
    """

    title: str
    fields: tuple[Field, ...] = ()
    warning: str = ""
    then: str = ""
    job: str = ""
    is_grave: bool = False

    @property
    def file(self) -> Field | None:
        """The field that takes a file, if the operation sends one."""
        return next((each for each in self.fields if each.kind == "file"), None)


REASON = Field("reason", N_("Reason"), "long")
"""Most acts need a reason: it is kept with the act, and others read it."""


def body_of(act: Act, given: Callable[[str], list[str]]) -> tuple[dict[str, Any], list[FieldError]]:
    """Return the body of an operation from what a form `gives` by name, and what of it cannot be read."""
    body: dict[str, Any] = {}
    mistakes: list[FieldError] = []
    for asked in act.fields:
        texts = [text.strip() for text in given(asked.name) if text.strip()]
        if asked.kind == "file":
            continue
        if asked.required and not texts and asked.kind != "yes":
            mistakes.append(FieldError(asked.name, "missing", "Fill in this field."))
            continue
        try:
            value = _value(asked, texts)
        except (ValueError, NotAnAmountInYuanError):
            mistakes.append(FieldError(asked.name, "malformed", _EXPECTED[asked.kind]))
            continue
        if value is not None:
            _put(body, asked.name.split("."), value)
    return body, mistakes


_EXPECTED: Mapping[str, str] = {
    "yuan": N_("Write an amount in yuan, such as 1234.50."),
    "whole": N_("Write a whole number."),
    "years": N_("Write years, such as 2023 2024."),
}


_SEPARATORS = re.compile(r"[\s,，、;；]+")


_READ: Mapping[str, Callable[[str], Any]] = {
    "yuan": lambda text: fen_of_yuan(text.replace(",", "").replace("，", "")),
    "whole": int,
    "flag": lambda text: text == "yes",
    "years": lambda text: [int(year) for year in _SEPARATORS.split(text) if year],
    "lines": lambda text: [line for line in _SEPARATORS.split(text) if line],
}
"""How a text is read, by kind; one of any other kind is sent as it is."""


def _value(asked: Field, texts: list[str]) -> Any:
    if asked.kind == "yes":
        return bool(texts)
    if not texts or asked.kind == "several":
        return texts or None
    return _READ.get(asked.kind, str)(texts[0])


def _put(body: dict[str, Any], place: list[str], value: Any) -> None:
    for name in place[:-1]:
        body = body.setdefault(name, {})
    body[place[-1]] = value


def entered(act: Act, given: Callable[[str], list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Yield what a form holds, so that it can be shown again."""
    for asked in act.fields:
        if asked.kind != "file":
            yield asked.name, given(asked.name)
