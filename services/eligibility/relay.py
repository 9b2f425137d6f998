"""The eligibility relay: publishes award decisions. Several may run; one leads."""

from __future__ import annotations

from services.eligibility.decisions.after_restore import restore_version_numbers
from services.eligibility.settings import Settings
from shared.messaging import topics
from shared.process_settings import load
from shared.runtime import run_relay


def main() -> None:
    """Publish until the process is stopped."""
    run_relay("eligibility", load(Settings), [topics.AWARD_DECISIONS], restore_version_numbers)


if __name__ == "__main__":
    main()
