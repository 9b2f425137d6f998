"""Payout's relay: publishes what happens to payment orders. Several may run; one leads."""

from __future__ import annotations

from services.payout.restorations.handlers import hold_sending
from services.payout.settings import Settings
from shared.messaging import topics
from shared.process_settings import load
from shared.runtime import run_relay


def main() -> None:
    """Publish until stopped."""
    run_relay("payout", load(Settings), [topics.PAYMENT_ORDERS], hold_sending)


if __name__ == "__main__":
    main()
