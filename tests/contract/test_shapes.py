"""The shapes that others rely on: every member named to integrators is in the documents, at its place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.documents import OPENAPI

JOB = "id state progress.done progress.total"
OUTCOME = "award subject award_year payee.uscc payee.name jurisdiction result kind entitlement_fen missing flags"
DECISION = """
award subject award_year payee.uscc payee.name jurisdiction result kind entitlement_fen id award_id version state article
instalments[].due_year instalments[].amount_fen decided_on first_decided_on reason flags receipt.facts_revision
receipt.policy_hash receipt.interpretations_hash receipt.engine_version
"""
ARRANGEMENT = """
id state number effective_from effective_until sample rows[].jurisdiction rows[].award rows[].shares[].unit
rows[].shares[].numerator rows[].shares[].denominator rows[].remainder_to
"""
ORDER = "id award_id version unit instalment due_year amount_fen payee.uscc payee.name state waiting_for"
BATCH = "id unit state orders total_fen"


def page(item: str) -> str:
    return " ".join(["next_cursor", *(f"items[].{name}" for name in item.split())])


#: Service, method, path → the members of a good answer.
ANSWERS = {
    ("registry", "post", "/v1/imports"): f"{JOB} rows.read rows.accepted rows.unchanged rows.rejected revision",
    ("registry", "get", "/v1/imports/{import_id}"): f"{JOB} rows.read rows.accepted rows.rejected revision",
    ("registry", "get", "/v1/imports/{import_id}/errors"): page("line field code message"),
    ("registry", "get", "/v1/enterprises"): page("uscc name"),
    ("eligibility", "post", "/v1/evaluations"): JOB,
    ("eligibility", "get", "/v1/evaluations/{evaluation_id}"): f"{JOB} facts_revision decisions.created"
    " decisions.restated decisions.withdrawn decisions.unchanged",
    ("eligibility", "get", "/v1/evaluations/{evaluation_id}/outcomes"): page(OUTCOME),
    ("eligibility", "get", "/v1/decisions"): page(DECISION),
    ("eligibility", "get", "/v1/decisions/{decision_id}"): DECISION,
    ("eligibility", "post", "/v1/decisions/{decision_id}/approve"): DECISION,
    ("eligibility", "get", "/v1/approvals/{approval_id}"): f"{JOB} skipped.flagged skipped.not_noticed skipped.stale"
    " skipped.own skipped.suspended",
    ("payout", "post", "/v1/arrangements"): ARRANGEMENT,
    ("payout", "get", "/v1/arrangements"): page(ARRANGEMENT),
    ("payout", "post", "/v1/appropriations"): "unit year amount_fen document",
    ("payout", "get", "/v1/budgets/{unit}/{year}"): "appropriated_fen committed_fen ordered_fen paid_fen free_fen forecast",
    ("payout", "get", "/v1/awards/{award_id}"): "entitlement_fen versions shares[].unit shares[].entitlement_fen"
    " shares[].ordered_fen shares[].paid_fen shares[].to_recover_fen shares[].recovered_fen orders recoveries waiting_for",
    ("payout", "get", "/v1/payment-orders"): page(ORDER),
    ("payout", "post", "/v1/payment-orders/approvals"): JOB,
    ("payout", "post", "/v1/payment-batches"): BATCH,
    ("payout", "get", "/v1/reconciliation"): "differences",
}  # fmt: skip
#: Service, method, path → the members of the body that may be sent.
BODIES = {
    ("eligibility", "post", "/v1/evaluations"): "policy award_years scope decided_on",
    ("eligibility", "post", "/v1/approvals"): "evaluation_id except reason",
    ("eligibility", "post", "/v1/assessments"): "policy award_years decided_on interpretations parameters facts",
    ("payout", "post", "/v1/appropriations"): "unit year amount_fen document",
    ("payout", "post", "/v1/payment-orders/approvals"): "unit due_year order_ids",
    ("payout", "post", "/v1/payment-batches"): "unit order_ids",
    ("payout", "post", "/v1/payment-batches/{batch_id}/results"): "rows[].order_id rows[].outcome rows[].occurred_on"
    " rows[].bank_reference rows[].reason",
}


def alternatives(document: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The schema with references followed and choices spread out, null left aside."""
    if "$ref" in schema:
        found = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return alternatives(document, found)
    choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return [one for choice in choices for one in alternatives(document, choice)] or [schema]


def has(document: dict[str, Any], schema: dict[str, Any], steps: list[str]) -> bool:
    if not steps:
        return True
    name, rest = steps[0].removesuffix("[]"), steps[1:]
    for one in alternatives(document, schema):
        if name not in one.get("properties", {}):
            continue
        within = one["properties"][name]
        if steps[0].endswith("[]"):
            lists = [found["items"] for found in alternatives(document, within) if "items" in found]
            if any(has(document, items, rest) for items in lists):
                return True
        elif has(document, within, rest):
            return True
    return False


def lacking(document: dict[str, Any], content: dict[str, Any], members: str) -> list[str]:
    schema = content["application/json"]["schema"]
    return [member for member in members.split() if not has(document, schema, member.split("."))]


@pytest.mark.parametrize(("where", "members"), ANSWERS.items(), ids=lambda value: str(value)[:60])
def test_an_answer_has_every_member_relied_on(where: tuple[str, str, str], members: str) -> None:
    service, method, path = where
    answers = OPENAPI[service]["paths"][path][method]["responses"]
    (good,) = [answer for status, answer in answers.items() if status.startswith("2")]
    assert lacking(OPENAPI[service], good["content"], members) == []


@pytest.mark.parametrize(("where", "members"), BODIES.items(), ids=lambda value: str(value)[:60])
def test_a_body_takes_every_member_relied_on(where: tuple[str, str, str], members: str) -> None:
    service, method, path = where
    body = OPENAPI[service]["paths"][path][method]["requestBody"]
    assert lacking(OPENAPI[service], body["content"], members) == []


@pytest.mark.parametrize("service", OPENAPI)
def test_a_member_that_is_not_there_is_told(service: str) -> None:
    """The check itself can fail."""
    health = OPENAPI[service]["paths"]["/healthz"]["get"]["responses"]["200"]
    assert lacking(OPENAPI[service], health["content"], "no_such_member") == ["no_such_member"]
