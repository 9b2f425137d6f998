"""The law: the awards beside the source's own sentences, readings, procedure, the status of awards, and templates of papers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.desk.desk import OwnDesk, together
from services.desk.downloads import paper_type, passed_on
from services.desk.rendering import page
from shared.errors import NotFound
from shared.media_types import DOCX
from shared.policies import AWARD_TITLES

router = APIRouter()
TERMS = ("review", "notice", "notice_end", "objection", "approval", "flagged_approval", "suspended", "refusal")
"""The kinds of tasks whose term a procedure may set, in its order."""


@router.get("/rules")
async def show_policies(request: Request, desk: OwnDesk) -> Response:
    """Show the policies; with one alone, that one."""
    policies = await desk.eligibility.list_policies()
    if len(policies) == 1:
        return RedirectResponse(f"/policies/{policies[0]['code']}", 303)
    return page(request, "policies.html", policies=policies)


@router.get("/policies/{policy}")
async def show_policy(request: Request, desk: OwnDesk, policy: str) -> Response:
    """Show the awards of a policy with their status, and where the rest of its law is."""
    found = await desk.eligibility.get_policy(policy)
    parts = await together(
        awards=desk.eligibility.list_award_rules(policy), readings=desk.eligibility.get_interpretations(policy)
    )
    return page(request, "policy.html", policy=found, **parts)


@router.get("/policies/{policy}/coverage")
async def show_coverage(request: Request, desk: OwnDesk, policy: str) -> Response:
    """Show every sentence of the document and how it is applied, then the criteria."""
    found = await desk.eligibility.get_policy(policy)
    return page(request, "coverage.html", policy=found, lines=await desk.eligibility.list_coverage(policy))


@router.get("/policies/{policy}/interpretations")
async def show_interpretations(request: Request, desk: OwnDesk, policy: str) -> Response:
    """Show each open question with its official answer, and what was proposed."""
    found = await together(
        policy=desk.eligibility.get_policy(policy), readings=desk.eligibility.get_interpretations(policy)
    )
    if not found["readings"]:
        raise NotFound("There is no such page.")
    titles = {each["name"]: each for each in found["readings"]["readings"]}
    return page(request, "interpretations.html", **found, titles=titles)


@router.get("/policies/{policy}/procedure")
async def show_procedure(request: Request, desk: OwnDesk, policy: str) -> Response:
    """Show the official procedure, and what was proposed."""
    found = await desk.eligibility.get_procedure(policy)
    reviewers = [*found["departments"], {"code": "district", "title": ""}]
    return page(request, "procedure.html", procedure=found, reviewers=reviewers, terms=TERMS, awards=AWARD_TITLES)


@router.get("/policies/{policy}/guide")
async def show_guide(desk: OwnDesk, policy: str, form: str = "html") -> Response:
    """Show the application guide, or give it as a document."""
    return passed_on(await desk.eligibility.get_application_guide(policy, accept=paper_type(form)))


@router.get("/policies/{policy}/awards/{award}")
async def show_award(request: Request, desk: OwnDesk, policy: str, award: str) -> Response:
    """Show the rules of an award beside the sentences that they come from."""
    found = await together(
        awards=desk.eligibility.list_award_rules(policy), coverage=desk.eligibility.list_coverage(policy)
    )
    rule = next((each for each in found["awards"] or () if each["code"] == award), None)
    if rule is None:
        raise NotFound("There is no such page.")
    # Criteria stand beside the conditions and readings that rest on them: not every one applies.
    lines = (each for each in found["coverage"] or () if each["claimed_as"] != "criterion")
    sentences = [each for each in lines if award in each["awards"]]
    return page(request, "award_rule.html", policy_code=policy, rule=rule, sentences=sentences)


@router.get("/policies/{policy}/awards/{award}/status")
async def show_award_status(request: Request, desk: OwnDesk, policy: str, award: str) -> Response:
    """Show whether an award is in force, and every act on it."""
    found = await desk.eligibility.get_award_status(policy, award)
    return page(request, "award_status.html", policy_code=policy, award=award, found=found)


@router.get("/paper-templates")
async def show_templates(request: Request, desk: OwnDesk) -> Response:
    """Show the templates of papers of both services that make papers."""
    found = await together(
        eligibility=desk.eligibility.list_paper_templates(), payout=desk.payout.list_paper_templates()
    )
    return page(request, "paper_templates.html", found=found)


@router.get("/paper-templates/{service}/{kind}")
async def download_template(desk: OwnDesk, service: str, kind: str, change_id: str = "") -> Response:
    """Give a template in force, or a proposed one, as a document."""
    if service not in ("eligibility", "payout"):
        raise NotFound("There is no such page.")
    client: Any = desk.service(service)
    return passed_on(await client.get_paper_template(kind, change_id=change_id, accept=DOCX))
