"""Publishes the registry's outbox: wiring alone. `python -m services.registry.relay` runs it."""

from __future__ import annotations

from services.registry.settings import Settings
from shared.database.engine import Database
from shared.messaging.relay import Relay
from shared.observability import logs, tracing
from shared.worker import Loop, run


def main() -> None:
    """Run until told to stop."""
    settings = Settings()
    logs.configure("registry", "relay", settings.log_level)
    tracing.configure("registry")
    database = Database(settings.database_url, pool_size=4, application_name="registry-relay")
    relay = Relay(database, settings.kafka_bootstrap_servers, "registry-relay")
    run([Loop("relay", relay.step, close=relay.close)])
    database.close()


if __name__ == "__main__":
    main()
