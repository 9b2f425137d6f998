"""All of the registry's tables."""

from __future__ import annotations

from pathlib import Path

import services.registry.challenges.tables
import services.registry.datasets.tables
import services.registry.imports.tables
import services.registry.revisions.tables  # noqa: F401 - importing a room's tables declares them
from services.registry.datasets.tables import install, is_installed
from services.registry.metadata import metadata
from shared.system_tables import ServiceSchema

SCHEMA = ServiceSchema("registry", metadata, Path(__file__).with_name("migrations"), install, is_installed, "0003")
