"""The kinds of tasks of the registry."""

from __future__ import annotations

from shared.authorization import Scope
from shared.i18n import N_
from shared.tasks import Kind

_DRAFT = N_("Confirm or discard a draft of {day}: {dataset}, {count} records, from {source}")
KINDS = (
    Kind("account_draft", _DRAFT, "/v1/drafts/{subject}", (Scope.ACCOUNTS_CONFIRM,), city_wide=True),
    Kind("reference_draft", _DRAFT, "/v1/drafts/{subject}", (Scope.REFERENCE_CONFIRM,), city_wide=True),
    Kind(
        "challenge",
        N_("Resolve challenges to facts. {dataset}: {count}"),
        "/v1/challenges?open=true&dataset={subject}",
        (Scope.FACTS_WRITE,),
        city_wide=True,
    ),
)
