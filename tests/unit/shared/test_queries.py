"""Statements in files: names, comments, and what a file must not be."""

from __future__ import annotations

import pytest

from shared.database.queries import InvalidQueryFileError, Queries, parse

TWO = """\
-- first: Return one row.
-- The comment may go on.
SELECT id::text, 'a:b' AS code -- by key
FROM things WHERE id = :id;

-- second: Change all rows.
UPDATE things
SET amount_fen = :fen;
"""


def test_a_file_holds_several_statements_by_name() -> None:
    queries = Queries(parse(TWO, "two.sql"))
    assert list(queries) == ["first", "second"]
    assert queries.second.text == "UPDATE things\nSET amount_fen = :fen"


def test_values_are_bound_and_casts_are_left_alone() -> None:
    compiled = parse(TWO, "two.sql")["first"].compile()
    assert compiled.params == {"id": None}
    assert "id::text" in str(compiled)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="third"):
        _ = Queries(parse(TWO, "two.sql")).third


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("", "must begin"),
        ("SELECT 1", "must begin"),
        ("-- only a comment\nSELECT 1", "must begin"),
        ("SELECT 1;\n\n-- late: A name too late.\nSELECT 2", "must begin"),
        ("-- empty: Nothing follows.\n\n-- next: A statement.\nSELECT 1", "no statement follows the name empty"),
        ("-- twice: One.\nSELECT 1;\n\n-- twice: Two.\nSELECT 2", "twice is used twice"),
    ],
)
def test_what_does_not_follow_the_format_is_refused(source: str, what: str) -> None:
    with pytest.raises(InvalidQueryFileError, match=what):
        parse(source, "some.sql")
