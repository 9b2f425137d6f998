"""Commands: each is one transaction, with its row in the audit log. With an `Idempotency-Key` the first answer is stored.

Same key and request: the first answer again. Same key, another request: 422. The first request still in progress: 409. A refused
request changes and stores nothing, so it can be corrected and sent again under its key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Request, Response
from sqlalchemy import Connection, func, insert, select, text

from shared.audit import log as audit
from shared.background import Loop
from shared.database.engine import Database
from shared.errors import InFlight, KeyReused
from shared.exact_json import in_json
from shared.media_types import JSON
from shared.system_tables import idempotency_keys

MAX_READ_BYTES = 4 * 1024 * 1024
"""The largest body that is searched for a reason; larger ones are files."""


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer with `body` as JSON; dates, UUIDs, aware datetimes (as UTC with `Z`) and exact decimals included."""
    content = orjson.dumps(body, default=in_json, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    return Response(content, status, headers, JSON)


class Command:
    """A request that creates or decides. `run` gives it its one transaction."""

    def __init__(self, request: Request, key: str | None, request_hash: str) -> None:
        """Prepare the command of `request`."""
        self._database: Database = request.app.state.database
        self._actor: str = request.state.actor.subject
        route = request.scope["route"]
        self._operation = f"{route.operation_id}"
        self._request = request
        self._key = key
        self._request_hash = request_hash

    def run(
        self,
        act: Callable[[Connection], Any],
        *,
        status: int = 200,
        headers: Callable[[Any], dict[str, str]] | None = None,
    ) -> Response:
        """Run `act` in a transaction and answer with what it returns, or with the stored answer to this key."""
        with self._database.transaction() as connection:
            if self._key is not None and (earlier := self._earlier(connection)) is not None:
                return earlier
            body = act(connection)
            audit.record(
                connection,
                actor=self._actor,
                act=self._operation,
                subjects=self._subjects(body),
                reason=_reason_of(self._request),
                details=body,
            )
            response = json_response(body, status, headers(body) if headers else None)
            if self._key is not None:
                self._store(connection, response)
        return response

    def _subjects(self, body: Any) -> list[object]:
        """Return the identifiers in the path, and those of what the command created."""
        named = list(self._request.path_params.values())
        made = [body[name] for name in ("id", "revision", "draft") if body.get(name)] if isinstance(body, dict) else []
        return list(dict.fromkeys(map(str, [*named, *made])))

    def _earlier(self, connection: Connection) -> Response | None:
        lock = hashlib.sha256("\x1f".join((self._actor, self._operation, self._key or "")).encode()).digest()
        number = int.from_bytes(lock[:8], "big", signed=True)
        if not connection.execute(select(func.pg_try_advisory_xact_lock(number))).scalar_one():
            raise InFlight("Wait for the answer to the first request.")
        row = connection.execute(
            select(idempotency_keys).where(
                idempotency_keys.c.actor == self._actor,
                idempotency_keys.c.operation == self._operation,
                idempotency_keys.c.key == self._key,
            )
        ).one_or_none()
        if row is None:
            return None
        if row.request_hash != self._request_hash:
            raise KeyReused("Use a new key for a new request.")
        return Response(row.body, row.status, {**row.headers, "Idempotency-Replayed": "true"}, JSON)

    def _store(self, connection: Connection, response: Response) -> None:
        stored_headers = {name: value for name, value in response.headers.items() if name in ("location", "etag")}
        connection.execute(
            insert(idempotency_keys).values(
                actor=self._actor,
                operation=self._operation,
                key=self._key,
                request_hash=self._request_hash,
                status=response.status_code,
                headers=stored_headers,
                body=bytes(response.body).decode(),
            )
        )


def _reason_of(request: Request) -> str | None:
    """Return the `reason` (else the `document`) that the caller gives in the JSON body or the query."""
    body = getattr(request, "_body", b"")
    given: Any = dict(request.query_params)
    if body and request.headers.get("content-type", "").startswith(JSON) and len(body) <= MAX_READ_BYTES:
        with suppress(ValueError):
            given = orjson.loads(body)
    if not isinstance(given, dict):
        return None
    reason = given.get("reason") or given.get("document")
    return reason if isinstance(reason, str) else None


def key_purge_loop(database: Database) -> Loop:
    """Return the loop that deletes idempotency keys older than seven days, once an hour."""

    def purge() -> bool:
        with database.transaction() as connection:
            connection.execute(text("DELETE FROM idempotency_keys WHERE created_at < now() - interval '7 days'"))
        return False

    return Loop("purge-idempotency-keys", purge, idle_seconds=3_600)


async def _command(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1, max_length=255, description="Same key and request: done once, the first answer is sent again"
        ),
    ] = None,
) -> Command:
    digest = hashlib.sha256(f"{request.url.path}?{request.url.query}\x1f".encode())
    digest.update(await request.body())
    return Command(request, idempotency_key, digest.hexdigest())


IdempotentCommand = Annotated[Command, Depends(_command)]
"""Parameter of a route that creates or decides. Declare it after the actor: authentication comes first."""
