"""Logs: one JSON object per line, with its trace id; never submitted values, tokens or account numbers.

An exception is logged as its type and the lines it passed through, without its text and local variables: both can hold
submitted values.
"""

from __future__ import annotations

import logging
import sys
import traceback

import orjson
import structlog
from stamina.instrumentation import RetryDetails, set_on_retry_hooks
from structlog.typing import EventDict, Processor, WrappedLogger

from shared.observability import tracing


def _render(event: EventDict, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()


def _with_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    trace_id = tracing.current_trace_id()
    if trace_id:
        event["trace_id"] = trace_id
    return event


def _without_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    info = event.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else (info[1] if isinstance(info, tuple) else None)
    if info and error is None:
        error = sys.exc_info()[1]
    if error is not None:
        event["exception"] = f"{type(error).__module__}.{type(error).__qualname__}"
        event["at"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)][-12:]
    return event


def _log_retry(details: RetryDetails) -> None:
    """Log a retry without the error's text, which can hold a URL with submitted values."""
    structlog.get_logger("retry").warning(
        "retry.scheduled", attempt=details.retry_num, error=type(details.caused_by).__name__
    )


def configure(service: str, process: str, level: str = "INFO") -> None:
    """Write the records of structlog and of the standard library to standard error as JSON lines."""

    def identify(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {"service": service, "process": process, **event}

    common: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_trace,
        _without_values,
        identify,
    ]
    set_on_retry_hooks([_log_retry])
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*common, structlog.processors.JSONRenderer(serializer=_render)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_render),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)
