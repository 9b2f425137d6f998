"""What FastAPI makes of a route, made once: nearly all that an app costs the test that builds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from fastapi.dependencies import models
from fastapi.routing import APIRoute, _EffectiveRouteContext, _RouterIncludeContext

_Made = tuple[_RouterIncludeContext, _EffectiveRouteContext]


def share_routes() -> None:
    """Let all apps of this process share what is made of a route that they include alike; it knows nothing of its app."""
    make = _EffectiveRouteContext.from_api_route
    _EffectiveRouteContext.from_api_route = partial(_shared, make)  # type: ignore[method-assign]


def forget_routes() -> None:
    """Let go of the apps of the test before: FastAPI remembers what kind of function each of their own routes is."""
    for known in (
        models._is_gen_callable_cached,
        models._is_async_gen_callable_cached,
        models._is_coroutine_callable_cached,
    ):
        known.cache_clear()


def _shared(
    make: Callable[..., _EffectiveRouteContext], *, original_route: APIRoute, include_context: _RouterIncludeContext
) -> _EffectiveRouteContext:
    included = replace(include_context, dependency_overrides_provider=None)  # the app, which the tests do not override
    known: list[_Made] = original_route.__dict__.setdefault("made", [])  # kept with the route, and gone with it
    for before, made in known:
        if before == included:
            return made
    known.append((included, make(original_route=original_route, include_context=included)))
    return known[-1][1]
