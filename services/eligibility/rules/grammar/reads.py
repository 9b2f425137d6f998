"""Reads: which rows of which dataset the evaluation of a subject needs, and how they hang on the subject.

From these follow what a changed enterprise touches, the closure of facts that a few subjects need, and the sealed
inputs of a decision.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Where the value that a read looks for comes from, besides `dataset.column` of rows already read.
SUBJECT, PAYEE = "subject", "payee"


@dataclass(frozen=True, slots=True)
class Read:
    """Rows of `dataset` whose `column` is among the values of `of`.

    `of` is `subject`, `payee`, or `dataset.column` of a read listed earlier. An empty `column` reads the whole
    dataset. `column` may join several with ":", as subjects do. `only` keeps rows with one of these values. With
    `before_colon` only the part of `column` before ":" is compared, so that a unit finds all its levels.
    """

    dataset: str
    column: str = ""
    of: str = SUBJECT
    only: tuple[str, tuple[str, ...]] | None = None
    before_colon: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are joined with ":" to the value looked for."""
        return tuple(self.column.split(":"))
