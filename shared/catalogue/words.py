"""Parse what is written as it is, in files and in JSON alike: codes, names, accounts. They get their one spelling."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from shared.catalogue.domain import Field, Kind, words_of
from shared.catalogue.parsing import Condition, ParsedColumn, filled, first_of, missing, surely, suspect
from shared.identifiers import are_uscc, is_uscc
from shared.spelling import code_key, spell_cells, spell_codes, spell_names

PLACEHOLDER = r"(?i)^(?:-+|/+|\\+|无|空|暂无|不详|未知|待定|待补|同上|n/?a|null|none|nil|\?+)$"
"""What people write where they have no value."""
_ROUNDED = r"^[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,3}$"
"""How software writes a code that it took for a number, and rounded."""

ACCOUNT = "^[0-9]{8,32}$"
_LOWER_PART = "(?:^|:)[0-9A-Za-z]*[a-z][0-9A-Za-z]*(?::|$)"
"""A part of a code, between colons, that may be a unified social credit code in lower case."""

_LOOK_ALIKES = {"O": "0", "I": "1", "Z": "2", "S": "5", "-": ""}
"""Letters that no unified social credit code has, and the digits that they are typed for."""


def _text(item: Field, raw: pl.Expr) -> ParsedColumn:
    value = filled(raw.map_batches(spell_names, return_dtype=pl.String()))
    wrong = [_with_nul(raw), _too_long(item, value)]
    return _worded(item, value, wrong)


def _code(item: Field, raw: pl.Expr) -> ParsedColumn:
    value = filled(spelled_code(item, raw))
    if item.known:
        known = {code.lower(): code for code in item.known}
        known |= {code_key(words_of(code, titles)): code for code, titles in item.known.items()}  # as messages say it
        read = value.str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.String)
        return _worded(item, read, [("unknown_award", value.is_not_null() & read.is_null())], value)
    rounded: Condition = ("digits_lost", value.str.contains(_ROUNDED))
    wrong = [_with_nul(raw), rounded, ("not_given", value.str.contains(PLACEHOLDER)), _too_long(item, value)]
    if item.pattern:
        wrong.append(("bad_format", ~value.str.contains(item.pattern)))
    return _worded(item, value, wrong)


def spelled_code(item: Field, raw: pl.Expr) -> pl.Expr:
    """Return codes as they are stored."""
    return raw.map_batches(_spell_parts if item.parts else spell_codes, return_dtype=pl.String())


def _spell_parts(codes: pl.Series) -> pl.Series:
    """Return codes as they are stored, the unified social credit codes in them in upper case."""
    spelled = spell_codes(codes)
    typed = spelled.filter(spelled.str.contains(_LOWER_PART)).unique().drop_nulls()
    upper = [":".join(part.upper() if is_uscc(part.upper()) else part for part in code.split(":")) for code in typed]
    return spelled.replace(typed, pl.Series(upper, dtype=pl.String)) if upper else spelled


def _account(item: Field, raw: pl.Expr) -> ParsedColumn:
    """Parse the number of a bank account, in which spaces and dashes are for the eye."""
    code = raw.map_batches(spell_codes, return_dtype=pl.String())
    value = filled(code.str.replace_all("-", "", literal=True))
    shown = filled(code)
    wrong = [("digits_lost", code.str.contains(_ROUNDED)), ("not_an_account_number", ~value.str.contains(ACCOUNT))]
    missing_digits: Condition = ("not_an_account_number", shown.is_not_null() & value.is_null())
    return _worded(item, value, [*wrong, missing_digits], shown)


def _worded(item: Field, value: pl.Expr, wrong: list[Condition], cell: pl.Expr | None = None) -> ParsedColumn:
    needs_full_check = suspect(item, value if cell is None else cell, value)
    for _, condition in wrong:
        needs_full_check = needs_full_check | surely(condition)
    return ParsedColumn(value, needs_full_check, first_of([missing(item, value if cell is None else cell), *wrong]))


def _with_nul(raw: pl.Expr) -> Condition:
    return "nul_character", raw.str.contains("\0", literal=True)


def _too_long(item: Field, value: pl.Expr) -> Condition:
    # Most are short enough in bytes already, which are counted faster.
    return "too_long", (value.str.len_bytes() > item.max_length) & (value.str.len_chars() > item.max_length)


def _uscc(item: Field, raw: pl.Expr) -> ParsedColumn:
    code = filled(raw.map_batches(spell_codes, return_dtype=pl.String()).str.to_uppercase())
    valid = code.map_batches(are_uscc, return_dtype=pl.Boolean())
    meant = code.str.replace_many(list(_LOOK_ALIKES), list(_LOOK_ALIKES.values()))
    spaced = raw.map_batches(spell_cells, return_dtype=pl.String()).str.contains(" ", literal=True)
    alike = (~valid | spaced) & meant.map_batches(are_uscc, return_dtype=pl.Boolean())
    errors = [
        missing(item, code),
        ("digits_lost", code.str.contains(_ROUNDED)),
        ("uscc_look_alike", alike),
        ("invalid_uscc", ~valid),
    ]
    # What was left out of the code may have been a space in the middle of it.
    shortened = raw.str.len_bytes() != code.str.len_bytes()
    needs_full_check = suspect(item, code, code) | surely(~valid) | surely(shortened)
    return ParsedColumn(code, needs_full_check, first_of(errors), pl.when(alike).then(meant))


WORDS: dict[Kind, Callable[[Field, pl.Expr], ParsedColumn]] = {
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.ACCOUNT: _account,
    Kind.USCC: _uscc,
}
"""The parsers of what is written as it is, in files and in JSON alike."""
