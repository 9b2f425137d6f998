"""What a template may say: the fields of a kind of paper, and the check that a template names no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from jinja2 import nodes

from shared.i18n import N_
from shared.policies import Names

Fields = Mapping[str, "Field"]
_NO_FIELDS: Fields = MappingProxyType({})
#: What a template may use of a loop beside its item.
_LOOP = ("index", "first", "last")
LANGUAGE = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Not, nodes.And,
    nodes.Or,
)  # fmt: skip
"""All that a template may consist of: fields, loops over lists, and conditions. Nothing in it computes or calls."""

UNKNOWN = N_("There is no field {name} here. Fields: {known}.")
NOT_ALLOWED = N_("Only fields, loops over lists (for) and conditions (if) may be used.")
IS_LIST = N_("{name} is a list. Use it in a loop.")
NO_LIST = N_("{name} is no list.")


@dataclass(frozen=True, slots=True)
class Field:
    """A field: a text, or a list of texts, or of rows that have fields themselves. An empty text or list is false in an `if`."""

    words: Names
    many: bool = False
    within: Fields = field(default_factory=lambda: _NO_FIELDS)

    def as_dict(self, name: str, language: str) -> dict[str, Any]:
        """Return the field as the API shows it."""
        return {
            "name": name,
            "title": self.words[language != "zh-CN"],
            "many": self.many,
            "fields": [each.as_dict(inner, language) for inner, each in self.within.items()],
        }


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake of a template: in which line of its source, and which message with which parameters says it."""

    line: int
    message: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def mistakes_in(template: nodes.Template, fields: Fields) -> Iterator[Mistake]:
    """Yield what is wrong in a parsed template, in its order."""
    yield from _within(template.body, fields)


def _within(body: list[nodes.Node], known: Fields) -> Iterator[Mistake]:
    for node in body:
        if not isinstance(node, LANGUAGE):
            yield Mistake(node.lineno, NOT_ALLOWED)
        elif isinstance(node, nodes.Output):
            for part in node.nodes:
                if not isinstance(part, nodes.TemplateData):
                    yield from _value(part, known, many=False)
        elif isinstance(node, nodes.If):
            yield from _test(node.test, known)
            yield from _within([*node.body, *node.elif_, *node.else_], known)
        elif isinstance(node, nodes.For):
            yield from _loop(node, known)


def _loop(loop: nodes.For, known: Fields) -> Iterator[Mistake]:
    if not isinstance(loop.target, nodes.Name) or loop.test is not None or loop.recursive:
        yield Mistake(loop.lineno, NOT_ALLOWED)
        return
    yield from _value(loop.iter, known, many=True)
    found = _find(loop.iter, known)
    item = Field(("", ""), within=found.within if found else _NO_FIELDS)
    own = Field(("", ""), within={name: Field(("", "")) for name in _LOOP})
    yield from _within([*loop.body, *loop.else_], {**known, loop.target.name: item, "loop": own})


def _test(node: nodes.Node, known: Fields) -> Iterator[Mistake]:
    if isinstance(node, nodes.Not):
        yield from _test(node.node, known)
    elif isinstance(node, nodes.And | nodes.Or):
        yield from _test(node.left, known)
        yield from _test(node.right, known)
    else:
        yield from _value(node, known, many=None)


def _value(node: nodes.Node, known: Fields, *, many: bool | None) -> Iterator[Mistake]:
    """Check a reference to a field; `many`: whether it has to be a list, None where it may be either."""
    if not isinstance(node, nodes.Name | nodes.Getattr):
        yield Mistake(node.lineno, NOT_ALLOWED)
        return
    found, name = _find(node, known), _written(node)
    if found is None:
        around = _find(node.node, known) if isinstance(node, nodes.Getattr) else None
        names = ", ".join(around.within if around else known)
        yield Mistake(node.lineno, UNKNOWN, {"name": name, "known": names or "-"})
    elif many is not None and found.many is not many:
        yield Mistake(node.lineno, IS_LIST if found.many else NO_LIST, {"name": name})


def _find(node: nodes.Node, known: Fields) -> Field | None:
    if isinstance(node, nodes.Name):
        return known.get(node.name)
    if isinstance(node, nodes.Getattr):
        outer = _find(node.node, known)
        return outer.within.get(node.attr) if outer is not None and not outer.many else None
    return None


def _written(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_written(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "?"


OFFICE: Fields = {
    "issuing": Field(("发文机关", "issuing office")),
    "document_number": Field(("文号", "document number")),
    "address": Field(("发文机关地址", "address of the issuing office")),
    "telephone": Field(("联系电话", "telephone")),
    "email": Field(("电子邮箱", "e-mail")),
    "date": Field(("成文日期", "date of the paper")),
}
"""What every paper says of the office that issues it."""
STATEMENTS = Field(
    ("陈述申辩", "statements of the enterprise"),
    many=True,
    within={
        "made_on": Field(("日期", "day")),
        "statement": Field(("内容", "statement")),
        "document": Field(("材料", "document")),
    },
)
"""What an enterprise stated before an act was issued."""
REMEDIES: Fields = {
    "review_office": Field(("行政复议机关", "office for administrative review")),
    "court": Field(("受诉人民法院", "court")),
}
"""Where whoever receives a paper may turn to."""
