"""The one spelling of codes, names and cells, however they were typed.

The registry's database has the law of codes as functions, `code_spelling` and `code_key` (its migration 0007).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

INVISIBLE = (
    r"\x00-\x1f\x7f-\x9f\x{ad}\x{34f}\x{61c}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180f}\x{200b}-\x{200f}"
    r"\x{2028}-\x{202e}\x{2060}-\x{206f}\x{2800}\x{3164}\x{fe00}-\x{fe0f}\x{feff}\x{ffa0}\x{fff0}-\x{fffb}"
    r"\x{1bca0}-\x{1bca3}\x{1d173}-\x{1d17a}\x{e0000}-\x{e0fff}"
)
"""Control characters and what Unicode calls ignorable: joiners, marks of direction, variation selectors, fillers."""

SPACES = r"\x20\x{a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}"

DASHES = (
    r"\x{2d7}\x{58a}\x{5be}\x{1400}\x{1806}\x{2010}-\x{2015}\x{2043}\x{207b}\x{208b}\x{2212}\x{2500}\x{2501}\x{2796}"
    r"\x{2e17}\x{2e1a}\x{2e3a}\x{2e3b}\x{2e40}\x{2e5d}\x{301c}\x{3030}\x{30a0}\x{fe31}\x{fe32}\x{fe58}\x{fe63}\x{ff0d}"
)
"""Hyphens, dashes and minus signs, and the lines that are typed in their place."""

_LINE_BREAKS = r"[\t\r\n\x0b\x0c\x{2028}\x{2029}]+"
_MARK_BEFORE, _MARK_AFTER = r"^(?:'|=\")+", r"\"+$"
"""What keeps a spreadsheet from reading a code as a number: a leading apostrophe, or `="…"`."""

# What may not be in its one spelling yet: everything else is left alone, which is cheap.
_UNUSUAL_CODE = r"[^0-9A-Za-z\x{4e00}-\x{9fff}._:/-]"
_USUAL_CODE = re.compile(r"[0-9A-Za-z\u4e00-\u9fff._:/-]*")
_UNUSUAL_NAME = rf"[{INVISIBLE}\x{{300}}-\x{{36f}}]|^[{SPACES}]|[{SPACES}]$"
_UNUSUAL_CELL = r"[^!-~\x{4e00}-\x{9fff}]|^['=]"


def spell_codes(codes: pl.Series) -> pl.Series:
    """Return codes as they are stored: NFKC, no invisible characters or spaces, all dashes as `-`; their case is kept."""

    def spell(code: pl.Expr) -> pl.Expr:
        # Leaving characters out may bring others together that compose, so it is done before and after.
        return _plain_code(_plain_code(code).str.normalize("NFKC")).str.normalize("NFKC")

    return _spelled(codes, _UNUSUAL_CODE, spell)


def spell_names(names: pl.Series) -> pl.Series:
    """Return names as they are stored: of their width, without control, invisible and direction characters."""

    def spell(name: pl.Expr) -> pl.Expr:
        plain = name.str.replace_all(_LINE_BREAKS, " ").str.replace_all(f"[{INVISIBLE}]", "")
        return plain.str.normalize("NFC").str.replace_all(f"^[{SPACES}]+|[{SPACES}]+$", "")

    return _spelled(names, _UNUSUAL_NAME, spell)


def spell_cells(cells: pl.Series) -> pl.Series:
    """Return cells of numbers, days and words as they are read: NFKC, no invisible characters, none of the marks of text."""

    def spell(cell: pl.Expr) -> pl.Expr:
        plain = cell.str.replace_all(f"[{INVISIBLE}]", "").str.normalize("NFKC").str.replace_all(f"[{DASHES}]", "-")
        return _without_marks(plain.str.strip_chars()).str.strip_chars()

    return _spelled(cells, _UNUSUAL_CELL, spell)


def spell_code(code: str) -> str:
    """Return one code as it is stored."""
    if _USUAL_CODE.fullmatch(code):
        return code
    return str(spell_codes(pl.Series([code])).item())


def code_key(code: str) -> str:
    """Return what two spellings of one code have in common."""
    return spell_code(code).lower()


def spell_cell(cell: str) -> str:
    """Return one cell as it is read."""
    return str(spell_cells(pl.Series([cell])).item())


def _spelled(texts: pl.Series, unusual: str, spell: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    found = texts.str.contains(unusual).fill_null(value=False)
    if not found.any():
        return texts
    spelled = pl.select(spell(pl.lit(texts.filter(found)))).to_series()
    return texts.clone().scatter(found.arg_true(), spelled)


def _plain_code(code: pl.Expr) -> pl.Expr:
    return _without_marks(code.str.replace_all(f"[{INVISIBLE}{SPACES}]", "").str.replace_all(f"[{DASHES}]", "-"))


def _without_marks(text: pl.Expr) -> pl.Expr:
    return text.str.replace(_MARK_BEFORE, "").str.replace(_MARK_AFTER, "")
