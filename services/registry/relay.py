"""The registry's relay: publishes the events of new revisions. Several may run; one leads."""

from __future__ import annotations

from services.registry.revisions.after_restore import restore_version_numbers
from services.registry.settings import Settings
from shared.messaging import topics
from shared.process_settings import load
from shared.runtime import run_relay


def main() -> None:
    """Publish until stopped."""
    run_relay("registry", load(Settings), [topics.REGISTRY_FACTS], restore_version_numbers)


if __name__ == "__main__":
    main()
