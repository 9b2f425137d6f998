"""A receipt or an explanation shows a restricted caller no row of an enterprise elsewhere; what is left out is counted."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from services.eligibility.decisions.redaction import located_in, redact
from shared.authorization import Actor


def code(number: int) -> str:
    body = f"91331100{number:09d}"
    return body + str(uscc.calc_check_digit(body))


PAYEE, NEIGHBOUR, FOREIGN, OTHER = (code(number) for number in range(4))
CITY = Actor("auditor", frozenset())
LIANDU = Actor("liandu-officer", frozenset(), jurisdiction="liandu")
INPUTS: dict[str, Any] = {
    "inputs": {
        "locations": [
            {"uscc": NEIGHBOUR, "since": "2020-01-01", "until": None, "jurisdiction": "liandu"},
            {"uscc": FOREIGN, "since": "2020-01-01", "until": None, "jurisdiction": "qingtian"},
            {"uscc": OTHER, "since": "2015-01-01", "until": "2020-01-01", "jurisdiction": "liandu"},
        ],
        "annual_sales": [{"uscc": each, "year": 2023, "fen": 1} for each in (PAYEE, NEIGHBOUR, FOREIGN, OTHER)],
        "service_contracts": [{"provider_uscc": PAYEE, "client_uscc": FOREIGN}],
        "reference_rates": [{"series": "lpr_1y", "value": 345}],
    },
    "missing": [f"annual_sales {FOREIGN} 2022", "loans"],
    "conditions": [
        {
            "name": "best-client",
            "measured": {"value": FOREIGN, "unit": "code"},
            "facts": [
                {
                    "dataset": "locations",
                    "key": {"uscc": each, "since": "2020-01-01"},
                    "text": f"所在地：统一社会信用代码 {each}",
                }
                for each in (PAYEE, NEIGHBOUR, FOREIGN)
            ],
        }
    ],
}


def test_rows_of_enterprises_elsewhere_are_left_out_and_counted() -> None:
    located = located_in(INPUTS["inputs"]["locations"], "liandu", date(2024, 3, 1))
    assert located == {NEIGHBOUR}
    shown = redact(INPUTS, LIANDU, [PAYEE], located)
    assert [row["uscc"] for row in shown["inputs"]["annual_sales"]] == [PAYEE, NEIGHBOUR]
    assert shown["inputs"]["service_contracts"] == INPUTS["inputs"]["service_contracts"], "a row of the case itself"
    assert shown["inputs"]["reference_rates"] and shown["missing"] == ["loans"]
    assert shown["conditions"][0]["measured"]["value"] is None
    assert [row["key"]["uscc"] for row in shown["conditions"][0]["facts"]] == [PAYEE, NEIGHBOUR]
    assert shown["redacted"] == 2 + 2 + 1 + 1 + 1


def test_a_city_wide_caller_is_shown_everything() -> None:
    assert redact(INPUTS, CITY, [], set()) == INPUTS | {"redacted": 0}


texts = st.sampled_from([PAYEE, FOREIGN, f"exhibition:{FOREIGN}", "plain"])
documents = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(texts, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("xyz"), inner)),
)


@given(documents)
def test_no_foreign_code_is_left_beside_what_names_the_case_too(document: dict[str, Any]) -> None:
    shown = redact(document, LIANDU, [PAYEE], set())
    if PAYEE not in orjson.dumps(document).decode():
        assert FOREIGN not in orjson.dumps(shown).decode()
    again = redact({name: shown[name] for name in document}, LIANDU, [PAYEE], set())
    assert again["redacted"] == 0, "what was redacted stays so"


def test_a_row_of_parts_and_its_words_count_once() -> None:
    rows = [{"client_uscc": each, "counts": True} for each in (PAYEE, FOREIGN)]
    texts = [{"client_uscc": each, "counts": "是"} for each in (PAYEE, FOREIGN)]
    shown = redact({"parts": [{"rows": rows, "texts": texts}]}, LIANDU, [PAYEE], set())
    assert shown == {"parts": [{"rows": rows[:1], "texts": texts[:1]}], "redacted": 1}
