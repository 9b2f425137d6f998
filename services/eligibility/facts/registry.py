"""Facts from the registry: snapshots at one revision, as typed frames."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import httpx
import polars as pl
import pyarrow as pa

from services.eligibility.facts.catalogue import CATALOGUE, Facts
from shared.web.problems import UNAVAILABLE, Problem

_HOPS = 3  # an enterprise → its providers → all their clients
ARROW = "application/vnd.apache.arrow.stream"


class RegistryFacts:
    """Reads facts from the registry over HTTP, as Arrow."""

    def __init__(self, client: httpx.Client) -> None:
        """Use `client`, whose base URL is the registry's and whose requests are authenticated."""
        self._client = client

    def latest_revision(self) -> int:
        """Return the number of the newest revision, 0 if there is none."""
        return int(self._get("/v1/revisions/latest").json()["revision"])

    def at(
        self, revision: int, uscc: Sequence[str] | None = None, *, datasets: Collection[str] = tuple(CATALOGUE)
    ) -> Facts:
        """Return facts known at `revision`: all, or only the rows that name one of the enterprises `uscc`.

        Of `datasets`, if some are named; the others are empty.
        """
        return Facts.of({dataset: self._frame(revision, dataset, uscc) for dataset in datasets})

    def around(self, revision: int, uscc: Collection[str]) -> Facts:
        """Return what judging enterprises takes: their rows, those of enterprises they name, and those that these name."""
        wanted, facts = set(uscc), Facts.of({})
        for _ in range(_HOPS):
            facts = self.at(revision, sorted(wanted))
            named = {
                code
                for dataset, declared in CATALOGUE.items()
                for column in declared.owners
                for code in facts[dataset].get_column(column).drop_nulls().unique()
            }
            if named <= wanted:
                break
            wanted |= named
        return facts

    def _frame(self, revision: int, dataset: str, uscc: Sequence[str] | None) -> pl.DataFrame:
        declared = CATALOGUE[dataset]
        path = f"/v1/snapshots/{revision}/{dataset}"
        if uscc is None or not declared.owners:
            answer = self._get(path)
        else:
            answer = self._send("POST", f"{path}/queries", json={"uscc": list(uscc)})
        with pa.ipc.open_stream(answer.content) as stream:
            frame = pl.from_arrow(stream.read_all())
        assert isinstance(frame, pl.DataFrame)
        return frame.select(declared.schema.names()).cast(dict(declared.schema))  # type: ignore[arg-type]

    def _get(self, path: str) -> httpx.Response:
        return self._send("GET", path)

    def _send(self, method: str, path: str, json: object = None) -> httpx.Response:
        try:
            answer = self._client.request(method, path, json=json, headers={"Accept": ARROW}, timeout=120.0)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Problem(UNAVAILABLE, "The registry does not answer as it should.") from error
        return answer
