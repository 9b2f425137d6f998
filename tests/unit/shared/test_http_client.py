"""Calls between services: tokens are renewed, reads are retried, commands never, and failures have one error."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from shared.errors import Unavailable
from shared.http_client import ClientCredentials, ServiceClient, pages

Answer = Callable[[httpx.Request], httpx.Response]


def client(answer: Answer, auth: httpx.Auth | None = None) -> ServiceClient:
    http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://registry.test", auth=auth)
    return ServiceClient("registry", http)


class Failing:
    """Fails `times` times with a status or an error, then answers."""

    def __init__(self, times: int, failure: int | Exception) -> None:
        self.left = times
        self.failure = failure
        self.requests = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        self.left -= 1
        if self.left < 0:
            return httpx.Response(200, json={"path": request.url.path})
        if isinstance(self.failure, Exception):
            raise self.failure
        return httpx.Response(self.failure)


@pytest.mark.parametrize("failure", [502, 503, 504, httpx.ConnectError("refused"), httpx.ReadTimeout("slow")])
def test_what_changes_nothing_is_retried(failure: int | Exception) -> None:
    answers = Failing(2, failure)
    assert client(answers).get("/v1/revisions/latest").json() == {"path": "/v1/revisions/latest"}
    answers = Failing(1, failure)
    client(answers).query("/v1/snapshots/1/queries", {})
    assert answers.requests == 2


@pytest.mark.parametrize("failure", [503, httpx.ReadTimeout("slow")])
def test_a_command_is_sent_once(failure: int | Exception) -> None:
    answers = Failing(1, failure)
    with pytest.raises(Unavailable):
        client(answers).post("/v1/republications", {})
    assert answers.requests == 1


@pytest.mark.parametrize(("failure", "requests"), [(503, 3), (404, 1), (500, 1), (httpx.ConnectError("refused"), 3)])
def test_a_service_that_fails_is_unavailable(failure: int | Exception, requests: int) -> None:
    answers = Failing(9, failure)
    with pytest.raises(Unavailable, match="The service registry does not answer as expected"):
        client(answers).get("/v1/revisions/latest", {"after": "secret"})
    assert answers.requests == requests


def test_what_may_be_missing_is_found_or_not() -> None:
    found = client(Failing(0, 404)).find("/v1/awards/1")
    assert found is not None and found.json() == {"path": "/v1/awards/1"}
    assert client(Failing(1, 404)).find("/v1/awards/1") is None
    with pytest.raises(Unavailable):
        client(Failing(9, 500)).find("/v1/awards/1")


def test_a_list_is_read_page_by_page() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.params["state"] == "approved"
        assert request.url.params["limit"] == "1000"
        start = int(request.url.params.get("cursor", "0"))
        return httpx.Response(
            200, json={"items": [{"number": start}], "next_cursor": str(start + 1) if start < 2 else None}
        )

    found = client(answer).pages("/v1/decisions", {"state": "approved"})
    assert [item["number"] for page in found for item in page] == [0, 1, 2]
    assert list(pages(lambda _: {"items": [], "next_cursor": None})) == [[]]


def test_a_token_is_kept_until_it_expires_or_is_refused() -> None:
    now, issued, refused = 0.0, 0, False

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal issued, refused
        if request.url.path == "/oauth/token":
            issued += 1
            return httpx.Response(200, json={"access_token": f"token-{issued}", "expires_in": 100})
        if refused:
            refused = False
            return httpx.Response(401)
        return httpx.Response(200, json=request.headers["Authorization"])

    credentials = ClientCredentials("http://issuer.test/oauth/token", "payout", "secret", monotonic=lambda: now)
    registry = client(answer, credentials)
    assert [registry.get("/a").json(), registry.get("/a").json()] == ["Bearer token-1"] * 2
    now = 90.0
    assert registry.get("/a").json() == "Bearer token-2"
    refused = True
    assert registry.get("/a").json() == "Bearer token-3"
