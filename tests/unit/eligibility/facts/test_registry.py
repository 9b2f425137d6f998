"""What is asked of the registry at once: everything, each thing once, in requests of a bounded size."""

from __future__ import annotations

from collections import Counter

import httpx
import orjson
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.eligibility.clients import registry
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.facts.catalogue import CATALOGUE
from services.eligibility.facts.queries import RowQuery

ASKS = [
    RowQuery("annual_sales", "uscc"),
    RowQuery("loans", "uscc"),
    RowQuery("loans", "loan_id"),
    RowQuery("prior_awards", "subject", True),
]
VALUES = st.lists(st.sampled_from("ABCDEFGHIJ"), min_size=1, unique=True)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(ASKS), VALUES, min_size=1), st.integers(1, 4))
def test_every_value_is_asked_for_once_and_no_request_is_too_large(asked: dict[RowQuery, list[str]], most: int) -> None:
    told = Counter[tuple[str, str, bool]]()

    def answer(request: httpx.Request) -> httpx.Response:
        queries = orjson.loads(request.content)["queries"]
        assert sum(len(query["values"]) for query in queries) <= most
        sink = pa.BufferOutputStream()
        for query in queries:
            for field in query["fields"]:
                told.update((field, value, query["before_colon"]) for value in query["values"])
                pa.ipc.new_stream(
                    sink, pl.DataFrame(schema=CATALOGUE[field.partition(".")[0]].schema).to_arrow().schema
                ).close()
        return httpx.Response(200, content=sink.getvalue().to_pybytes())

    client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://registry")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(registry, "VALUES_PER_REQUEST", most)
        found = RegistryFacts(client).matching(7, asked)
    assert {ask: frame.height for ask, frame in found.items()} == dict.fromkeys(asked, 0)
    assert told == Counter(
        (f"{ask.dataset}.{ask.column}", value, ask.before_colon) for ask, values in asked.items() for value in values
    )
