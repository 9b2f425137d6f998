"""Statements that give codes the spelling on record: two spellings of one code are one code.

`code_key` is a function of the database (migration 0007). A code is looked up wherever the catalogue has fields of its name, and
as the subject of an award, whose first part is the code of a row.
"""

from __future__ import annotations

from services.registry.revisions.sql_fragments import differ, same
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset, Field

Places = list[tuple[str, str]]
"""Datasets and columns in which a code is looked up."""


def places_of(field: Field) -> list[tuple[str, Places]]:
    """Return where a code may be on record: the part of the field that is compared, and the places to compare it with."""
    named = [(name, field.name) for name, other in CATALOGUE.items() if field.name in other.codes]
    # An award may be about any row that belongs to an enterprise.
    rows = [(name, item.key[0]) for name, item in CATALOGUE.items() if item.owners and item.key[0] in item.codes]
    if field.parts:
        return [(field.name, named), (_first_part(field), rows)]
    if any(field.name == code for _, code in rows):
        named += [(name, _first_part(item)) for name, other in CATALOGUE.items() for item in other.fields if item.parts]
    return [(field.name, named)]


def adopt_recorded(dataset: Dataset, staged: str, field: Field) -> list[str]:
    """Give the staged codes of a field the spelling on record, and mark the rows whose key it changes in more than its form."""
    return [_adopt(dataset, staged, field, part, places) for part, places in places_of(field)]


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


def _adopt(dataset: Dataset, staged: str, field: Field, part: str, places: Places) -> str:
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


def _first_part(field: Field) -> str:
    """Write the code of the row that a field names: the part before the first colon."""
    return f"split_part({field.name}, ':', 1)"
