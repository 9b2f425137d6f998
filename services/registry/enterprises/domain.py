"""The status of an enterprise on a day, derived from its records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

READ_FOR_STATUS = ("locations", "monitoring_inclusions", "sanctions")


def status_on(records: Mapping[str, Sequence[Mapping[str, Any]]], on: date) -> dict[str, Any]:
    """Return location, tracks of monitoring and kinds of sanctions on a day; `records` hold dates as ISO text."""
    day = on.isoformat()

    def values(dataset: str, name: str, first: str, last: str) -> list[str]:
        found = {
            str(record[name])
            for record in records.get(dataset, ())
            if record[first] <= day and (record[last] is None or day < record[last])
        }
        return sorted(found)

    located = values("locations", "jurisdiction", "since", "until")
    return {
        "jurisdiction": located[0] if located else None,
        "monitored_as": values("monitoring_inclusions", "track", "included_on", "removed_on"),
        "sanctions": values("sanctions", "kind", "since", "until"),
    }
