"""Acts: what a person does from a page. Each is one operation of a service, with the form that asks for what it needs.

Whether somebody may do an act now is the service's to say; a page offers what the service lists as possible.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

import orjson

from shared.errors import FieldError
from shared.i18n import N_
from shared.money import NotAnAmountInYuanError, fen_of_yuan

Kind = Literal[
    "text",
    "long",
    "day",
    "yuan",
    "whole",
    "decimal",
    "fraction",
    "years",
    "figures",
    "rows",
    "flag",
    "yes",
    "choice",
    "several",
    "file",
    "hidden",
    "lines",
]
Said = str | tuple[str, str]
"""A message, or a name in Chinese and in English, as declarations of datasets give it."""
PART, QUERY = "part.", "query."
"""How a form names the parts of an operation's path and its query, beside the members of its body."""
ABSENT = object()
"""Of a field that sends nothing where it is left empty."""
_ROW = re.compile(r"(.+?\.\d+)\.")


@dataclass(frozen=True, slots=True)
class Field:
    """What a form asks for: `name` is its place in the body, with a dot before a member's own members or a number in a list.

    `*` stands for each number that the form has, `+` for each name. What begins with `part.` or `query.` belongs to the path or
    the query. `choices` are codes with messages; `yuan` is written in yuan and sent in fen; `several` are sent as a list, and so
    are `years` and `lines`, of which a text has any number; a `flag` is a choice of yes and no; `figures` are a whole number, or
    several; `rows` come from a page as JSON. `empty` is sent where the field is left empty; unless it is given, nothing is.
    `preset` is the choice that a form begins with. `without` names another field: where that is filled in, the form does not ask
    for this one; where it is empty, this one is needed.
    `row` is the place in a list of which a form may have any number, such as `rows.0`.
    """

    name: str
    label: Said
    kind: Kind = "text"
    required: bool = True
    help: Said = ""
    choices: Mapping[str, Said] = field(default_factory=dict)
    empty: object = ABSENT
    preset: str = ""
    without: str = ""
    row: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """An operation of a service as a form: `title` is on its button, `warning` says what cannot be undone.

    `own_title` is the title as an enterprise reads it, where an officer's words are others.

    `then` is the page that shows the result, made of the answer's members, where it has them; else it is the page that the form
    was on. `job`: what the answer is a job of, to be followed until it ends (`JOBS`). `about` names what the form is about. A
    client has one method for what each dataset has an operation of: `method` names it, `parts` are what it needs besides.
    `always` are members of every body. `file_name` is the parameter of the query that gets a file's name if it is left empty.
    `shaped` makes the body of what the form holds, where they differ. `counts` are numbers of the answer that are told once it is
    done, by their place in it.
    """

    title: str
    fields: tuple[Field, ...] = ()
    warning: str = ""
    then: str = ""
    job: str = ""
    is_grave: bool = False
    about: Said = ""
    method: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    always: Mapping[str, Any] = field(default_factory=dict)
    file_name: str = ""
    shaped: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    counts: Mapping[str, str] = field(default_factory=dict)
    own_title: str = ""

    def title_for(self, uscc: str | None) -> str:
        """Return the title as whoever is signed in reads it: an enterprise, if `uscc` is given, or an officer."""
        return (self.own_title if uscc else "") or self.title

    @property
    def file(self) -> Field | None:
        """The field that takes a file, if the operation sends one."""
        return next((each for each in self.fields if each.kind == "file"), None)


REASON = Field("reason", N_("Reason"), "long")
"""Most acts need a reason: it is kept with the act, and others read it."""


def fields_of(act: Act, names: Iterable[str]) -> Iterator[Field]:
    """Yield the fields of a form that has inputs of these names: one with a `*` once for each number."""
    given = list(dict.fromkeys(names))
    for asked in act.fields:
        if not {"*", "+"} & set(asked.name):
            yield asked
            continue
        pattern = re.compile(re.escape(asked.name).replace(r"\*", r"[0-9]{1,6}").replace(r"\+", r"[a-z0-9_-]+"))
        yield from (replace(asked, name=name, row=_row(name)) for name in given if pattern.fullmatch(name))


def grouped(fields: Iterable[Field]) -> list[tuple[str, list[Field]]]:
    """Return fields in groups, in their order: those of one row of a list together under its place, `rows.0`; others alone."""
    groups: dict[str, list[Field]] = {}
    for each in fields:
        groups.setdefault(each.row or each.name, []).append(each)
    return list(groups.items())


def _row(name: str) -> str:
    found = _ROW.match(name)
    return found[1] if found else ""


def body_of(act: Act, held: Mapping[str, list[str]]) -> tuple[Any, list[FieldError]]:
    """Return the body of an operation from what a form holds by name, and what of it cannot be read."""
    body: dict[str, Any] = dict(act.always)
    mistakes: list[FieldError] = []
    for asked in fields_of(act, held):
        texts = [text.strip() for text in held.get(asked.name, ()) if text.strip()]
        if asked.kind == "file":
            continue
        is_needed = asked.required or (asked.without and not any(held.get(asked.without, ())))
        if is_needed and not texts and asked.kind != "yes":
            mistakes.append(FieldError(asked.name, "missing", "Fill in this field."))
            continue
        if asked.name.startswith((PART, QUERY)):
            continue
        try:
            value = _value(asked, texts)
        except (ValueError, NotAnAmountInYuanError):
            mistakes.append(FieldError(asked.name, "malformed", _EXPECTED[asked.kind]))
            continue
        if value is not ABSENT:
            _put(body, asked.name.split("."), value)
    made = _with_lists(body)
    return act.shaped(made) if act.shaped else made, mistakes


_EXPECTED: Mapping[str, str] = {
    "yuan": N_("Write an amount in yuan, such as 1234.50."),
    "whole": N_("Write a whole number."),
    "decimal": N_("Write a number in digits, such as 85.25."),
    "fraction": N_("Write a fraction such as 1/2, or a percentage such as 50%."),
    "years": N_("Write years, such as 2023 2024."),
    "figures": N_("Write a whole number, or several with commas between them."),
    "rows": N_("Read the file again."),
}
_SEPARATORS = re.compile(r"[\s,，、;；]+")


def _value(asked: Field, texts: list[str]) -> Any:
    if asked.kind == "yes":
        return bool(texts)
    if not texts:
        return asked.empty
    return texts if asked.kind == "several" else _READERS.get(asked.kind, str)(texts[0])


def _decimal(text: str) -> float:
    """Return a number with at most two decimals, which JSON writes with the same digits; raises ValueError."""
    if not re.fullmatch(r"-?[0-9]{1,13}(\.[0-9]{1,2})?", text):
        raise ValueError(text)
    return float(text)


def _fraction(text: str) -> dict[str, int]:
    """Return `1/2` or `50%` as a fraction; raises ValueError."""
    if not re.fullmatch(r"[0-9]{1,9}([/.][0-9]{1,9})?%?", text):
        raise ValueError(text)
    try:
        part = Fraction(text.removesuffix("%"))
    except ZeroDivisionError as error:
        raise ValueError(text) from error
    if text.endswith("%"):
        part /= 100
    return {"numerator": part.numerator, "denominator": part.denominator}


def _plain(text: str) -> str:
    """Return a number without the commas that people write between its digits."""
    return text.replace(",", "").replace("，", "")


def _whole_numbers(text: str) -> list[int]:
    """Return the whole numbers that a text has between separators; raises ValueError."""
    return [int(each) for each in _SEPARATORS.split(text) if each]


def _figures(text: str) -> int | list[int]:
    """Return a whole number, or several; raises ValueError."""
    first, *others = _whole_numbers(text)
    return [first, *others] if others else first


_READERS: Mapping[str, Callable[[str], Any]] = {
    "yuan": lambda text: fen_of_yuan(_plain(text)),
    "whole": lambda text: int(_plain(text)),
    "decimal": lambda text: _decimal(_plain(text)),
    "fraction": lambda text: _fraction(text.replace("／", "/").replace("％", "%")),
    "years": _whole_numbers,
    "figures": _figures,
    "rows": orjson.loads,
    "flag": lambda text: text == "yes",
    "lines": lambda text: [line for line in _SEPARATORS.split(text) if line],
}
"""How a text is read, by kind; one of any other kind is sent as it is."""


def _put(body: dict[str, Any], place: list[str], value: Any) -> None:
    for name in place[:-1]:
        body = body.setdefault(name, {})
    body[place[-1]] = value


def _with_lists(value: Any) -> Any:
    """Return a body in which members whose names are numbers are lists, in their order."""
    if not isinstance(value, dict):
        return value
    made = {name: _with_lists(member) for name, member in value.items()}
    if made and all(name.isdecimal() for name in made):
        return [made[name] for name in sorted(made, key=int)]
    return made
