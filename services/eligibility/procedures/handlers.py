"""Use cases of procedures, which two persons change together, with a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, insert

from services.eligibility.decisions.proposals import store_document
from services.eligibility.decisions.repository import document
from services.eligibility.procedures.domain import Procedure, check
from services.eligibility.procedures.repository import change_view, changes, official_procedure
from services.eligibility.procedures.tables import procedure_changes
from services.eligibility.rules.domain import Policy
from shared import two_persons

_NONE: dict[str, Any] = {"confirmation": None, "reviews": [], "notice_working_days": None}
_NONE |= {"later_instalments": None, "terms": {}}


def propose_change(
    connection: Connection, policy: Policy, procedure: Procedure, reason: str, *, by: str
) -> dict[str, Any]:
    """Propose a procedure; it has no effect until another person confirms it. Raises Invalid for a reviewer or award unknown."""
    check(procedure, policy)
    store_document(connection, "procedure", procedure.hash, procedure.document)
    row = connection.execute(
        insert(procedure_changes)
        .values(policy=policy.code, hash=procedure.hash, reason=reason, proposed_by=by)
        .returning(*procedure_changes.c)
    ).one()
    return change_view(row, orjson.loads(procedure.document))


def confirm_change(connection: Connection, policy: Policy, change_id: UUID, *, by: str) -> dict[str, Any]:
    """Make a proposed procedure official; raises NotFound, Conflict if it is official already, or SamePerson."""
    columns = procedure_changes.c
    which = columns.id == change_id, columns.policy == policy.code
    row = two_persons.confirm(connection, procedure_changes, *which, by=by)
    return change_view(row, orjson.loads(document(connection, row.hash)))


def procedure_view(connection: Connection, policy: Policy, language: str) -> dict[str, Any]:
    """Return the official procedure, who may review, and every procedure ever proposed."""
    procedure = official_procedure(connection, policy)
    departments = policy.offices.departments
    return {
        "policy": policy.code,
        "hash": procedure and procedure.hash,
        **(_NONE | orjson.loads(procedure.document) if procedure else _NONE),
        "departments": [{"code": code, "title": name.within(language)} for code, name in departments.items()],
        "changes": [change_view(row, orjson.loads(row.content)) for row in changes(connection, policy)],
    }
