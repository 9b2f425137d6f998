"""Acts: what a person does from a page. Each is one operation of a service, with the form that asks for what it needs.

Whether somebody may do an act now is the service's to say; a page offers what the service lists as possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from shared.errors import FieldError
from shared.i18n import N_
from shared.money import NotAnAmountInYuanError, fen_of_yuan

Kind = Literal["text", "long", "day", "yuan", "whole", "yes", "choice", "several", "file", "hidden"]


@dataclass(frozen=True, slots=True)
class Field:
    """What a form asks for: `name` is its place in the body, with a dot before a member's own members.

    `choices` are codes with messages; `yuan` is written in yuan and sent in fen; `several` are sent as a list.
    """

    name: str
    label: str
    kind: Kind = "text"
    required: bool = True
    help: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


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
}


def _value(asked: Field, texts: list[str]) -> Any:
    if asked.kind == "yes":
        return bool(texts)
    if not texts:
        return None
    match asked.kind:
        case "yuan":
            return fen_of_yuan(texts[0].replace(",", "").replace("，", ""))
        case "whole":
            return int(texts[0])
        case "several":
            return texts
        case _:
            return texts[0]


def _put(body: dict[str, Any], place: list[str], value: Any) -> None:
    for name in place[:-1]:
        body = body.setdefault(name, {})
    body[place[-1]] = value


def entered(act: Act, given: Callable[[str], list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Yield what a form holds, so that it can be shown again."""
    for asked in act.fields:
        if asked.kind != "file":
            yield asked.name, given(asked.name)
