"""Refuse unknown query parameters: a misspelt filter that is ignored would show everything."""

from __future__ import annotations

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Cookie, Header, Path
from fastapi.routing import APIRoute

from shared.errors import FieldError, Invalid

_known: dict[str, frozenset[str]] = {}


async def refuse_unknown(request: Request) -> None:
    """Raise Invalid for a query parameter that the operation does not have, with those that it has."""
    if not request.scope["query_string"]:
        return
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    if route.unique_id not in _known:
        fields = get_flat_params(route.dependant)
        elsewhere = (Path, Header, Cookie)
        _known[route.unique_id] = frozenset(each.alias for each in fields if not isinstance(each.field_info, elsewhere))
    known = _known[route.unique_id]
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if unknown:
        errors = [
            FieldError(name, "parameter_unknown", "Unknown parameter. The operation has: {known}.", known=sorted(known))
            if known
            else FieldError(name, "parameter_unknown", "Unknown parameter. The operation has none.")
            for name in unknown
        ]
        raise Invalid("See `errors` for each mistake.", errors=errors)
