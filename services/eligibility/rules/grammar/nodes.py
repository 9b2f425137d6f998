"""Nodes: the parts that a rule is made of, and the choices between them that interpretations decide.

Awards are declared with choices. `resolve` replaces each by what the interpretations choose, so that plans and explanations
meet none; every node keeps which interpretations chose it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar, cast

_N = TypeVar("_N", bound="Node")


@dataclass(frozen=True, eq=False)
class Node:
    """A part of a rule. Immutable; its fields hold values, other nodes, or tuples of both."""

    #: Name and value of each interpretation that chose this node.
    interpretations: tuple[tuple[str, str], ...] = field(default=(), kw_only=True)

    def children(self) -> Iterator[Node]:
        """Yield the nodes directly within, in the order of the fields."""
        for name in self.__dataclass_fields__:
            yield from _nodes_in(getattr(self, name))

    def walk(self) -> Iterator[Node]:
        """Yield this node and all nodes within, parents first."""
        yield from self._within

    @cached_property
    def _within(self) -> tuple[Node, ...]:
        return (self, *(node for child in self.children() for node in child.walk()))

    def applied(self) -> dict[str, str]:
        """Return the interpretations that chose this node or a node within, by name."""
        return dict(self._chosen)

    @cached_property
    def _chosen(self) -> tuple[tuple[str, str], ...]:
        return tuple(pair for node in self.walk() for pair in node.interpretations)

    def resolved(self, interpretations: Mapping[str, str]) -> Node:
        """Return this node without choices."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        changes = {name: _resolved(value, interpretations) for name, value in values.items()}
        changes = {name: value for name, value in changes.items() if value is not values[name]}
        return replace(self, **changes) if changes else self


@dataclass(frozen=True)
class Choice(Node):
    """The node that an interpretation chooses."""

    interpretation: str
    options: tuple[tuple[str, Any], ...]

    def resolved(self, interpretations: Mapping[str, str]) -> Node:
        """Return the chosen option, resolved, with the interpretation that chose it."""
        value = interpretations[self.interpretation]
        option: Node = dict(self.options)[value].resolved(interpretations)
        return replace(option, interpretations=((self.interpretation, value), *option.interpretations))

    def document(self) -> Any:
        """Return the choice as canonical data."""
        return {"reading": self.interpretation, "values": {value: each.document() for value, each in self.options}}


def choice(interpretation: str, options: Mapping[str, _N]) -> _N:
    """Return a choice, typed as what it is until `resolve` replaces it: one of its options."""
    return cast("_N", Choice(interpretation, tuple(options.items())))


def resolve(node: _N, interpretations: Mapping[str, str]) -> _N:
    """Return the node as the interpretations read it, without choices."""
    return cast("_N", node.resolved(interpretations))


def _nodes_in(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)


def _resolved(value: Any, interpretations: Mapping[str, str]) -> Any:
    if isinstance(value, Node):
        return value.resolved(interpretations)
    if isinstance(value, tuple):
        items = tuple(_resolved(item, interpretations) for item in value)
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    return value
