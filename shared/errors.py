"""Named errors, raised beside the rule that refuses. Each has a stable code, but no HTTP status and no language.

A message is a literal English sentence with named parameters, `"There is no award {code}."`. It says what is wrong, where, and
how to put it right, and never repeats submitted values. Only `shared.web.problems` knows statuses; `shared.i18n` has the Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from pydantic_core import PydanticKnownError

from shared.i18n import CHINESE, ENGLISH, N_, translate

_DETAILS = re.compile(r"(,|:|, error:|, got) \{error\}$")


class FieldError:
    """One mistake in the input: where (a JSON pointer or a parameter's name), a stable code, and how to correct it."""

    __slots__ = ("code", "message", "parameters", "pointer")

    def __init__(self, pointer: str, code: str, message: str, /, **parameters: object) -> None:
        """Describe the mistake at `pointer`; `parameters` fill the placeholders of `message`."""
        self.pointer = pointer
        self.code = code
        self.message = message
        self.parameters = parameters


class InvalidValue(ValueError):
    """A value that a validator refuses. pydantic reports it, and it is shown in the caller's language."""

    def __init__(self, message: str, **parameters: object) -> None:
        """Refuse with `message`, whose placeholders `parameters` fill."""
        super().__init__(translate(message, ENGLISH, parameters))
        self.message = message
        self.parameters = parameters


def field_error(pointer: str, item: Mapping[str, Any]) -> FieldError:
    """Return an item of pydantic's `errors()` as the mistake at `pointer`."""
    kind, context = item["type"], dict(item.get("ctx", {}))
    cause = context.get("error")
    if isinstance(cause, InvalidValue):
        return FieldError(pointer, kind, cause.message, **cause.parameters)
    if isinstance(cause, Exception):
        return FieldError(pointer, kind, str(cause))
    if kind == "extra_forbidden":
        return FieldError(pointer, kind, "Unknown field. Leave it out.")
    try:
        template = PydanticKnownError(kind, context).message_template
    except (KeyError, TypeError):  # a kind of our own
        return FieldError(pointer, kind, item["msg"])
    if isinstance(expected := context.get("expected"), str):  # what is offered: "'waits' or 'declines'"
        context["expected"] = {ENGLISH: expected, CHINESE: expected.replace(", ", "、").replace(" or ", " 或 ")}
    if isinstance(counted := context.get("field_type"), str):
        context["field_type"] = {ENGLISH: counted, CHINESE: {"List": "列表", "Dictionary": "对象"}.get(counted, "此项")}
    return FieldError(pointer, kind, without_details(template), **context)


def without_details(template: str) -> str:
    """Return pydantic's template of a message without the details of its parsers: they are English, and quote what was sent."""
    return _DETAILS.sub("", template.replace("{expected_plural}", "(s)"))


class DomainError(Exception):
    """A request was refused and has changed nothing. `extra` has facts for the caller, such as the possible states."""

    code: ClassVar[str] = "internal"
    title: ClassVar[str] = N_("Something went wrong on our side")

    def __init__(
        self,
        message: str = "",
        *,
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
        **parameters: object,
    ) -> None:
        """Refuse with `message`, whose placeholders `parameters` fill."""
        super().__init__(translate(message or self.title, ENGLISH, parameters))
        self.message = message
        self.parameters = parameters
        self.errors = errors
        self.extra = dict(extra or {})

    def document(self) -> dict[str, Any]:
        """Return the error as data, to be stored and shown later in any language (`shared.web.problems.stored_problem`)."""
        return {
            "code": self.code,
            "kind": next(each.code for each in type(self).__mro__ if each.__module__ == __name__),  # type: ignore[attr-defined]
            "title": self.title,
            "message": self.message,
            "parameters": self.parameters,
            "errors": [[e.pointer, e.code, e.message, e.parameters] for e in self.errors],
            "extra": self.extra,
        }

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the error that `document` says."""
        errors, extra = errors_of(document), document["extra"]
        return cls(document["message"], errors=errors, extra=extra, **document["parameters"])


def errors_of(document: Mapping[str, Any]) -> list[FieldError]:
    """Return the mistakes of an error that `DomainError.document` wrote."""
    return [FieldError(at, code, message, **values) for at, code, message, values in document["errors"]]


class Invalid(DomainError):
    """The input breaks a rule."""

    code = "invalid-request"
    title = N_("The request is not valid")


class Unauthenticated(DomainError):
    """There is no valid access token."""

    code = "unauthenticated"
    title = N_("A valid access token is needed")


class Forbidden(DomainError):
    """The caller may not do this."""

    code = "forbidden"
    title = N_("The token does not allow this")


class NotFound(DomainError):
    """Something does not exist, or the caller may not see it."""

    code = "not-found"
    title = N_("Not found")


class Conflict(DomainError):
    """The current state does not allow this."""

    code = "conflict"
    title = N_("The present state does not allow this")


class SamePerson(DomainError):
    """A second person has to do this, and the caller is the first."""

    code = "same-person"
    title = N_("Another person has to do this")


class Stale(DomainError):
    """The object has changed since the caller read it."""

    code = "stale"
    title = N_("It has changed since you read it")


class NotAcceptable(DomainError):
    """None of the media types that the caller accepts is available."""

    code = "not-acceptable"
    title = N_("None of the accepted media types is offered")


class TooLarge(DomainError):
    """More was sent or requested than is processed at once."""

    code = "too-large"
    title = N_("The request is too large")


class UnsupportedMediaType(DomainError):
    """The content type of the body is not accepted here."""

    code = "unsupported-media-type"
    title = N_("This content type is not accepted")


class TooSlow(DomainError):
    """The body did not arrive in time."""

    code = "too-slow"
    title = N_("The request took too long")


class TooManyRequests(DomainError):
    """The client has used up its quota; `retry_after_seconds` says when to try again."""

    code = "too-many-requests"
    title = N_("This client sends too many requests")

    def __init__(self, message: str = "", retry_after_seconds: int = 1, **parameters: object) -> None:
        """Refuse with `message`, whose placeholders `parameters` fill."""
        super().__init__(message, **parameters)  # type: ignore[arg-type]
        self.retry_after_seconds = retry_after_seconds


class InFlight(DomainError):
    """The same request is in progress."""

    code = "request-in-flight"
    title = N_("The same request is being answered")


class KeyReused(DomainError):
    """An idempotency key was used with another request before."""

    code = "idempotency-key-reused"
    title = N_("The key was used with another request")


class Unavailable(DomainError):
    """A required component does not answer; trying again may help."""

    code = "unavailable"
    title = N_("Not available at the moment; try again")


class MethodNotAllowed(DomainError):
    """The path exists, but not with this method."""

    code = "method-not-allowed"
    title = N_("This method is not offered here")


class Internal(DomainError):
    """A fault of the software."""

    code = "internal"
    title = N_("Something went wrong on our side")
