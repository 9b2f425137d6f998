"""Statements that give codes the spelling on record: two spellings of one code are one code.

`code_key` is a function of the database (migration 0007). A code is looked up wherever the catalogue has fields of its name, and
as the subject of an award, whose first part is the code of a row.
"""

from __future__ import annotations

from services.registry.revisions.sql_fragments import differ, same
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset, Field


def first_part(field: Field) -> str:
    """Write the code of the row that a field names: the part before the first colon if it has parts."""
    return f"split_part({field.name}, ':', 1)" if field.parts else field.name


def adopt_recorded(dataset: Dataset, staged: str, field: Field) -> list[str]:
    """Give the staged codes of a field the spelling on record, and mark the rows whose key it changes in more than its form."""
    named = [(name, field.name) for name, other in CATALOGUE.items() if field.name in other.codes]
    if field.parts:
        return [
            _adopt(dataset, staged, field, field.name, named),
            _adopt(dataset, staged, field, first_part(field), _rows()),
        ]
    if any(field.name == code for _, code in _rows()):
        named += _subjects()
    return [_adopt(dataset, staged, field, field.name, named)]


def adopt_first(staged: str, field: Field) -> str:
    """Give staged codes in several spellings the one that comes first."""
    code = field.name
    return f"""
        UPDATE {staged} AS i SET {code} = o.spelling
        FROM (SELECT code, first_value(code) OVER (PARTITION BY code_key(code) ORDER BY line) AS spelling
              FROM (SELECT {code} AS code, min(line) AS line FROM {staged} WHERE {code} IS NOT NULL GROUP BY {code}) AS d) AS o
        WHERE i.{code} = o.code AND o.spelling <> o.code
    """


def lines_of_other_spellings(dataset: Dataset, staged: str) -> str:
    """Return the lines with another spelling of a current row's key and other values: line, field, and the spelling on record."""
    spelling = " ".join(f"WHEN '{name}' THEN i.{name}" for name in dataset.codes if name in dataset.key)
    return f"""
        SELECT i.line, i.respelled, CASE i.respelled {spelling} END FROM {staged} AS i
        JOIN {dataset.name} AS c ON {same(dataset.key, "c", "i")}
        WHERE i.respelled IS NOT NULL AND {differ(dataset.values, "c", "i")}
    """


def _adopt(dataset: Dataset, staged: str, field: Field, part: str, places: list[tuple[str, str]]) -> str:
    recorded = " UNION ALL ".join(
        f"SELECT {code} AS spelling, code_key({code}) AS key, {place} AS place FROM {table}"
        for place, (table, code) in enumerate(places)
    )
    whole = f"o.spelling || substr(i.{field.name}, length(o.code) + 1)" if part != field.name else "o.spelling"
    marked = (
        f", respelled = CASE WHEN code_spelling(o.spelling) = code_spelling(o.code) THEN i.respelled ELSE '{field.name}' END"
        if field.name in dataset.key
        else ""
    )
    return f"""
        UPDATE {staged} AS i SET {field.name} = {whole}{marked}
        FROM (SELECT DISTINCT ON (k.code) k.code, r.spelling
              FROM (SELECT DISTINCT {part} AS code FROM {staged} WHERE {field.name} IS NOT NULL) AS k
              JOIN ({recorded}) AS r ON r.key = code_key(k.code)
              ORDER BY k.code, r.spelling = k.code DESC, r.place, r.spelling) AS o
        WHERE {part.replace(field.name, f"i.{field.name}")} = o.code AND o.spelling <> o.code
    """


def _rows() -> list[tuple[str, str]]:
    """Return the codes that an award may be about: those of rows that belong to an enterprise."""
    return [(name, item.key[0]) for name, item in CATALOGUE.items() if item.owners and item.key[0] in item.codes]


def _subjects() -> list[tuple[str, str]]:
    return [(name, first_part(item)) for name, other in CATALOGUE.items() for item in other.fields if item.parts]
