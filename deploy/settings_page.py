"""`docs/settings.md`: every setting of every process, from the code. `python -m deploy.settings_page` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from services.databases import SETTINGS
from services.desk.settings import Settings as DeskSettings
from shared.process_settings import ProcessSettings, variable_of
from shared.settings import ServiceSettings

FILE = Path(__file__).parents[1] / "docs" / "settings.md"

INTRODUCTION = """# Settings

Generated from the code by `make openapi`; a test fails when it is not current. Each process reads its environment once, at
its start; there are no configuration files. A variable that is empty counts as not set. What is missing, malformed or (in
production) unsafe ends the start with a sentence for each variable.
"""


def variables() -> dict[str, FieldInfo]:
    """Return every variable that a process of a service reads, with its field."""
    every: tuple[type[ProcessSettings], ...] = (*SETTINGS.values(), DeskSettings)
    return {variable_of(settings, name): field for settings in every for name, field in settings.model_fields.items()}


def page() -> str:
    """Return the page."""
    parts = [INTRODUCTION]
    shared = [name for name in ServiceSettings.model_fields if ServiceSettings.model_fields[name].validation_alias]
    parts.append("## All services\n\n" + _table(ServiceSettings, shared))
    own = [name for name in ServiceSettings.model_fields if name not in shared]
    for service, settings in SETTINGS.items():
        names = [*own, *(name for name in settings.model_fields if name not in (*shared, *own))]
        parts.append(f"## {service.capitalize()}\n\n" + _table(settings, names))
    parts.append("## Desk\n\n" + _table(DeskSettings, [*DeskSettings.model_fields]))
    return "\n".join(parts)


def _table(settings: type[ProcessSettings], names: list[str]) -> str:
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *_rows(settings, names)]) + "\n"


def _rows(settings: type[ProcessSettings], names: list[str]) -> Iterator[str]:
    for name in names:
        field = settings.model_fields[name]
        yield f"| `{variable_of(settings, name)}` | {_default(field)} | {field.description} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return "none" if default in (None, "") else f"{default}"


def main() -> None:
    """Write the page."""
    FILE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
