"""Routes of the status: what the service is doing, its backlog, recent failures, and the page that shows them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from jinja2 import Environment, StrictUndefined
from pydantic import BaseModel, Field

from shared.authorization import Scope
from shared.clock import isoformat
from shared.database.queries import load
from shared.gauges.heartbeat import loop_states
from shared.observability import metrics
from shared.web.auth import needs
from shared.web.documentation import origin_of
from shared.web.idempotency import json_response
from shared.web.status.words import words

HERE = Path(__file__).parent

queries = load(__package__)

router = APIRouter(tags=["operations"])


class Bucket(BaseModel):
    """Requests that took at most so long."""

    at_most_seconds: float | None = Field(description="Bound of the bucket; null: any time")
    requests: int = Field(description="Requests answered within it since the process started")


class Requests(BaseModel):
    """What this process of the API has answered since it started, probes left out."""

    answered: int = Field(description="Requests answered")
    failed: int = Field(description="Of them, answered with a status of 500 or above")
    in_flight: int = Field(description="Requests being answered now")
    buckets: list[Bucket] = Field(description="How long they took, cumulated")


class Figure(BaseModel):
    """A value of the metrics that the app exposes."""

    name: str = Field(description="Name of the metric", examples=["outbox_pending_events"])
    unit: str = Field(description="Its unit", examples=["events"])
    labels: dict[str, str] = Field(description="Its labels")
    value: float = Field(description="Its value")


class OpenJob(BaseModel):
    """A job that waits or runs."""

    id: str = Field(description="The job's id")
    kind: str = Field(description="What it does", examples=["evaluation"])
    state: str = Field(description="`queued` or `running`")
    done: int = Field(description="How much is done, in the job's own units")
    total: int = Field(description="How much there is")
    created_at: datetime = Field(description="When it was queued")
    started_at: datetime | None = Field(description="When a worker took it")


class LoopNow(BaseModel):
    """The state of a loop of a worker or relay."""

    process: str = Field(description="`worker` or `relay`")
    instance: str = Field(description="Host and process id")
    loop: str = Field(description="The loop")
    told_at: datetime = Field(description="When the process last reported it")
    succeeded_at: datetime | None = Field(description="When a step last ended well")
    failed_at: datetime | None = Field(description="When a step last failed")
    failures: int = Field(description="Failures since then; 0: it works")
    error: str | None = Field(description="Type of the last error")


class Trouble(BaseModel):
    """Something that went wrong lately."""

    at: datetime = Field(description="When")
    kind: str = Field(description="`dead_letter` or `job`")
    id: str = Field(description="Its id, to look it up by")
    about: str = Field(description="Topic of the message, or kind of the job")
    reason: str = Field(description="Why")


class Status(BaseModel):
    """What a service is doing now."""

    service: str = Field(description="The service", examples=["payout"])
    at: datetime = Field(description="When this was read")
    requests: Requests = Field(description="What this process of the API has answered")
    figures: list[Figure] = Field(description="Every figure of its database, as in the metrics")
    jobs: list[OpenJob] = Field(description="Jobs running and queued, up to 20")
    loops: list[LoopNow] = Field(description="Loops of its workers and relays")
    troubles: list[Trouble] = Field(description="Open dead letters and failed jobs, the newest first, up to 20")


@router.get("/v1/status", operation_id="get_status", response_model=Status, dependencies=[needs(Scope.METRICS_READ)])
def get_status(request: Request) -> Response:
    """Return what the service is doing now: requests, metrics, jobs, loops, and recent failures."""
    with request.app.state.database.reading() as connection:
        figures = request.app.state.read_gauges(connection)
        status = {
            "service": request.app.state.service,
            "at": isoformat(request.app.state.clock.now()),
            "requests": _requests(),
            "figures": [
                {
                    "name": value.metric.name,
                    "unit": value.metric.unit,
                    "labels": dict(zip(value.metric.labels, value.labels, strict=True)),
                    "value": value.value,
                }
                for value in figures
            ],
            "jobs": _as_json(connection.execute(queries.open_jobs).mappings()),
            "loops": _as_json(loop_states(connection)),
            "troubles": _as_json(connection.execute(queries.troubles).mappings()),
        }
    return json_response(status)


@router.get("/status", include_in_schema=False)
def get_status_page(request: Request) -> Response:
    """Return the page. It holds no data: it asks for a token, and with it for `/v1/status`."""
    nonce = secrets.token_urlsafe(16)
    token_url = request.app.state.token_url
    content = _template("page.html").render(
        service=request.app.state.service,
        token_url=token_url,
        nonce=nonce,
        style=_text("style.css"),
        script=_text("script.js"),
        words=orjson.dumps(words()).decode(),
    )
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src data:;"
        f" connect-src 'self' {origin_of(token_url)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)


def _as_json(rows: Iterable[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    return [
        {name: isoformat(value) if isinstance(value, datetime) else value for name, value in row.items()}
        for row in rows
    ]


def _requests() -> dict[str, Any]:
    answered = failed = 0
    buckets: dict[str, int] = {}
    for sample in (sample for family in metrics.HTTP_REQUESTS.collect() for sample in family.samples):
        if sample.labels["operation"] not in metrics.PROBES:
            answered += int(sample.value)
            failed += int(sample.value) if sample.labels["status"] >= "500" else 0
    for sample in (sample for family in metrics.HTTP_SECONDS.collect() for sample in family.samples):
        if sample.name.endswith("_bucket") and sample.labels["operation"] not in metrics.PROBES:
            buckets[sample.labels["le"]] = buckets.get(sample.labels["le"], 0) + int(sample.value)
    in_flight = next(iter(metrics.HTTP_IN_FLIGHT.collect())).samples[0].value
    return {
        "answered": answered,
        "failed": failed,
        "in_flight": int(in_flight),
        "buckets": [
            {"at_most_seconds": None if le == "+Inf" else float(le), "requests": n} for le, n in buckets.items()
        ],
    }


@cache
def _text(name: str) -> str:
    return (HERE / name).read_text("utf-8")


@cache
def _template(name: str) -> Any:
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(_text(name))
