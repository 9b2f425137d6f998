"""HTTP calls to the project's own services: access tokens, time-outs, retries, pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

import httpx
import stamina

from shared.errors import Unavailable
from shared.media_types import JSON
from shared.process_settings import trusted_authorities
from shared.settings import ServiceSettings

PAGE_ITEMS = 1_000
"""The most items that a page of any service's list may have."""
_RETRIED = (
    httpx.codes.TOO_MANY_REQUESTS,
    httpx.codes.BAD_GATEWAY,
    httpx.codes.SERVICE_UNAVAILABLE,
    httpx.codes.GATEWAY_TIMEOUT,
)


class ClientCredentials(httpx.Auth):
    """Authenticates requests with an OAuth2 access token (client credentials), kept until shortly before it expires."""

    requires_response_body = True

    def __init__(
        self,
        token_url: str,
        client_id: str,
        secret: str,
        monotonic: Callable[[], float] = time.monotonic,
        **parameters: str,
    ) -> None:
        """Use the client `client_id` at `token_url`, with further `parameters` of the request."""
        self._grant = {"grant_type": "client_credentials", **parameters}
        self._token_url = token_url
        self._basic = httpx.BasicAuth(client_id, secret)
        self._monotonic = monotonic
        self._token = ""
        self._expires_at = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token to `request`; if it is refused, request a new one and try once more."""
        for last in (False, True):
            if self._monotonic() >= self._expires_at:
                grant = httpx.Request("POST", self._token_url, data=self._grant)
                answer = yield next(self._basic.auth_flow(grant))
                answer.raise_for_status()
                body = answer.json()
                self._token = body["access_token"]
                self._expires_at = self._monotonic() + body["expires_in"] * 0.9
            request.headers["Authorization"] = f"Bearer {self._token}"
            answer = yield request
            if last or answer.status_code != httpx.codes.UNAUTHORIZED:
                return
            self._expires_at = 0.0


def connect(url: str, settings: ServiceSettings, client_id: str, *, timeout_seconds: float) -> httpx.Client:
    """Return a client of the service at `url`, authenticated as this service's own OAuth2 client `client_id`."""
    credentials = ClientCredentials(settings.token_url, client_id, settings.client_secret.get_secret_value())
    return httpx.Client(base_url=url, auth=credentials, timeout=timeout_seconds, verify=trusted_authorities(settings))


class ServiceClient:
    """Calls another service. Whatever goes wrong is raised as Unavailable; requests that change nothing are retried first."""

    def __init__(self, service: str, http: httpx.Client) -> None:
        """Call `service` through `http`, which has its base URL and is authenticated (`connect`)."""
        self._service = service
        self._http = http

    def get(self, path: str, query: Mapping[str, Any] | None = None, *, accept: str = JSON) -> httpx.Response:
        """Read `path`."""
        return self._send("GET", path, query=query, accept=accept, retry=True)

    def find(self, path: str, query: Mapping[str, Any] | None = None) -> httpx.Response | None:
        """Read `path`; return None if the service answers that it does not exist."""
        answer = self._send("GET", path, query=query, retry=True, expected=httpx.codes.NOT_FOUND)
        return None if answer.status_code == httpx.codes.NOT_FOUND else answer

    def query(self, path: str, body: object, *, accept: str = JSON) -> httpx.Response:
        """POST a query that is too long for a URL and changes nothing."""
        return self._send("POST", path, body=body, accept=accept, retry=True)

    def post(self, path: str, body: object) -> httpx.Response:
        """POST a command. It is never retried: it may have taken effect although no answer arrived."""
        return self._send("POST", path, body=body)

    def pages(self, path: str, query: Mapping[str, Any] | None = None) -> Iterator[list[dict[str, Any]]]:
        """Yield the items of each page of the list at `path`."""
        return pages(lambda parameters: self.get(path, parameters).json(), query)

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: object = None,
        accept: str = JSON,
        retry: bool = False,
        expected: int | None = None,
    ) -> httpx.Response:
        attempts = stamina.retry_context(
            on=_is_transient, attempts=3 if retry else 1, timeout=None, wait_initial=0.1, wait_jitter=0.1
        )
        try:
            for attempt in attempts:
                with attempt:
                    headers = {"Accept": accept}
                    answer = self._http.request(method, path, params=query, json=body, headers=headers)
                    if answer.status_code != expected:
                        answer.raise_for_status()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(
                "The service {service} does not answer as expected. Try again later.", service=self._service
            ) from error
        return answer


def _is_transient(error: Exception) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in _RETRIED
    return isinstance(error, httpx.TransportError)


def pages(
    read: Callable[[dict[str, Any]], Mapping[str, Any]], query: Mapping[str, Any] | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Yield the items of each page of a list. `read` returns one page for its query parameters."""
    parameters: dict[str, Any] = {**(query or {}), "limit": PAGE_ITEMS}
    while True:
        page = read(parameters)
        yield page["items"]
        if page["next_cursor"] is None:
            return
        parameters["cursor"] = page["next_cursor"]
