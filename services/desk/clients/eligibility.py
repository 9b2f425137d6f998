"""The operations of eligibility, from `docs/api/eligibility.openapi.json`. `make openapi` writes them."""

from __future__ import annotations

from typing import Any

import httpx

from services.desk.clients.base import Client, Content, Value, path_of


class Eligibility(Client):
    """The API of eligibility."""

    service = "eligibility"

    async def get_status(self) -> Any:
        """Return what the service is doing now: requests, metrics, jobs, loops, and recent failures."""
        return await self.send("GET", "/v1/status", None)

    async def list_policies(self) -> Any:
        """List the policies that this service applies."""
        return await self.send("GET", "/v1/policies", None)

    async def get_policy(self, policy: object) -> Any:
        """Read a policy with all its parameters: dated values, unit and article."""
        return await self.send("GET", path_of("/v1/policies/{policy}", policy=policy), None)

    async def list_coverage(self, policy: object) -> Any:
        """List every sentence of the document and how it is applied, then the criteria that the document does not state."""
        return await self.send("GET", path_of("/v1/policies/{policy}/coverage", policy=policy), None)

    async def get_interpretations(self, policy: object) -> Any:
        """Read the official interpretations and every change ever proposed."""
        return await self.send("GET", path_of("/v1/policies/{policy}/interpretations", policy=policy), None)

    async def propose_interpretation_change(self, policy: object, body: object, *, key: str | None = None) -> Any:
        """Propose a change of the official interpretations; it takes effect once another person has confirmed it."""
        return await self.send(
            "POST", path_of("/v1/policies/{policy}/interpretations", policy=policy), None, body=body, key=key
        )

    async def confirm_interpretation_change(self, policy: object, change_id: object, *, key: str | None = None) -> Any:
        """Make a proposed change official; evaluations from now on use it."""
        return await self.send(
            "POST",
            path_of("/v1/policies/{policy}/interpretations/{change_id}/confirm", policy=policy, change_id=change_id),
            None,
            key=key,
        )

    async def list_award_rules(self, policy: object) -> Any:
        """List the awards of a policy under its official interpretations: who, what, conditions, amount, and the data that decide."""
        return await self.send("GET", path_of("/v1/policies/{policy}/awards", policy=policy), None)

    async def get_award_status(self, policy: object, award: object) -> Any:
        """Read whether an award is in force, suspended or ended today, and every act on it."""
        return await self.send(
            "GET", path_of("/v1/policies/{policy}/awards/{award}/status", policy=policy, award=award), None
        )

    async def propose_award_status_change(
        self, policy: object, award: object, body: object, *, key: str | None = None
    ) -> Any:
        """Propose to suspend, end or resume an award by an official act."""
        return await self.send(
            "POST",
            path_of("/v1/policies/{policy}/awards/{award}/status", policy=policy, award=award),
            None,
            body=body,
            key=key,
        )

    async def confirm_award_status_change(
        self, policy: object, award: object, change_id: object, *, key: str | None = None
    ) -> Any:
        """Put a proposed act into effect; another person than its author."""
        return await self.send(
            "POST",
            path_of(
                "/v1/policies/{policy}/awards/{award}/status/{change_id}/confirm",
                policy=policy,
                award=award,
                change_id=change_id,
            ),
            None,
            key=key,
        )

    async def get_procedure(self, policy: object) -> Any:
        """Read the official procedure of a policy, and every procedure ever proposed."""
        return await self.send("GET", path_of("/v1/policies/{policy}/procedure", policy=policy), None)

    async def propose_procedure(self, policy: object, body: object, *, key: str | None = None) -> Any:
        """Propose a procedure; it holds for proposals made after another person has confirmed it."""
        return await self.send(
            "POST", path_of("/v1/policies/{policy}/procedure", policy=policy), None, body=body, key=key
        )

    async def confirm_procedure(self, policy: object, change_id: object, *, key: str | None = None) -> Any:
        """Make a proposed procedure official; proposals from now on follow it."""
        return await self.send(
            "POST",
            path_of("/v1/policies/{policy}/procedure/{change_id}/confirm", policy=policy, change_id=change_id),
            None,
            key=key,
        )

    async def start_evaluation(self, body: object, *, key: str | None = None) -> Any:
        """Evaluate awards at the registry's newest revision and propose what differs from the versions in force."""
        return await self.send("POST", "/v1/evaluations", None, body=body, key=key)

    async def get_evaluation(self, evaluation_id: object) -> Any:
        """Read an evaluation: its progress, and how many decisions it proposed."""
        return await self.send("GET", path_of("/v1/evaluations/{evaluation_id}", evaluation_id=evaluation_id), None)

    async def list_outcomes(
        self,
        evaluation_id: object,
        *,
        result: Value = None,
        round_id: Value = None,
        limit: Value = None,
        cursor: Value = None,
    ) -> Any:
        """List the outcomes of an evaluation: without `result`, those that are stored (granted and undetermined)."""
        return await self.send(
            "GET",
            path_of("/v1/evaluations/{evaluation_id}/outcomes", evaluation_id=evaluation_id),
            {"result": result, "round_id": round_id, "limit": limit, "cursor": cursor},
        )

    async def get_distances(self, evaluation_id: object, *, award: Value = None) -> Any:
        """Count the refused cases of an award by the conditions that they fail and by how much they lack, and the granted by amount."""
        return await self.send(
            "GET", path_of("/v1/evaluations/{evaluation_id}/distances", evaluation_id=evaluation_id), {"award": award}
        )

    async def list_decisions(
        self,
        *,
        uscc: Value = None,
        award: Value = None,
        award_id: Value = None,
        award_year: Value = None,
        state: Value = None,
        jurisdiction: Value = None,
        evaluation_id: Value = None,
        round_id: Value = None,
        notice_id: Value = None,
        waiting_for: Value = None,
        changed_after: Value = None,
        limit: Value = None,
        cursor: Value = None,
    ) -> Any:
        """List decisions, oldest first. As CSV or XLSX (by `Accept`): all that match the filters, not a page."""
        return await self.send(
            "GET",
            "/v1/decisions",
            {
                "uscc": uscc,
                "award": award,
                "award_id": award_id,
                "award_year": award_year,
                "state": state,
                "jurisdiction": jurisdiction,
                "evaluation_id": evaluation_id,
                "round_id": round_id,
                "notice_id": notice_id,
                "waiting_for": waiting_for,
                "changed_after": changed_after,
                "limit": limit,
                "cursor": cursor,
            },
        )

    async def list_decisions_file(
        self,
        *,
        uscc: Value = None,
        award: Value = None,
        award_id: Value = None,
        award_year: Value = None,
        state: Value = None,
        jurisdiction: Value = None,
        evaluation_id: Value = None,
        round_id: Value = None,
        notice_id: Value = None,
        waiting_for: Value = None,
        changed_after: Value = None,
        limit: Value = None,
        cursor: Value = None,
        accept: str,
    ) -> httpx.Response:
        """List decisions, oldest first. As CSV or XLSX (by `Accept`): all that match the filters, not a page."""
        return await self.read_file(
            "/v1/decisions",
            {
                "uscc": uscc,
                "award": award,
                "award_id": award_id,
                "award_year": award_year,
                "state": state,
                "jurisdiction": jurisdiction,
                "evaluation_id": evaluation_id,
                "round_id": round_id,
                "notice_id": notice_id,
                "waiting_for": waiting_for,
                "changed_after": changed_after,
                "limit": limit,
                "cursor": cursor,
            },
            accept=accept,
        )

    async def query_decisions_in_force(self, body: object) -> Any:
        """Read the decisions in force of some awards; nothing is changed. Payout asks before it sends money."""
        return await self.send("POST", "/v1/decisions/in-force", None, body=body)

    async def get_decision_explanation(self, decision_id: object) -> Any:
        """Explain a decision from its receipt: each condition, and the amount in steps. `Accept-Language` zh-CN or en."""
        return await self.send("GET", path_of("/v1/decisions/{decision_id}/explanation", decision_id=decision_id), None)

    async def get_decision_receipt(self, decision_id: object) -> Any:
        """Read everything that a decision was computed from. Rows that the caller may not see are `redacted` and counted."""
        return await self.send("GET", path_of("/v1/decisions/{decision_id}/receipt", decision_id=decision_id), None)

    async def replay_decision(self, decision_id: object) -> Any:
        """Compute a decision again from its receipt and compare; nothing is stored."""
        return await self.send("POST", path_of("/v1/decisions/{decision_id}/replay", decision_id=decision_id), None)

    async def get_decision(self, decision_id: object) -> Any:
        """Read a decision with everything that was done to it, and what the caller can do with it now."""
        return await self.send("GET", path_of("/v1/decisions/{decision_id}", decision_id=decision_id), None)

    async def approve_decision(
        self, decision_id: object, body: object, *, key: str | None = None, etag: str | None = None
    ) -> Any:
        """Approve a decision: its version is numbered, and its event published."""
        return await self.send(
            "POST",
            path_of("/v1/decisions/{decision_id}/approve", decision_id=decision_id),
            None,
            body=body,
            key=key,
            etag=etag,
        )

    async def reject_decision(
        self, decision_id: object, body: object, *, key: str | None = None, etag: str | None = None
    ) -> Any:
        """Reject a proposal; it is not proposed again until its outcome differs."""
        return await self.send(
            "POST",
            path_of("/v1/decisions/{decision_id}/reject", decision_id=decision_id),
            None,
            body=body,
            key=key,
            etag=etag,
        )

    async def suspend_decision(
        self, decision_id: object, body: object, *, key: str | None = None, etag: str | None = None
    ) -> Any:
        """Suspend a proposal until it is resumed."""
        return await self.send(
            "POST",
            path_of("/v1/decisions/{decision_id}/suspend", decision_id=decision_id),
            None,
            body=body,
            key=key,
            etag=etag,
        )

    async def resume_decision(
        self, decision_id: object, body: object, *, key: str | None = None, etag: str | None = None
    ) -> Any:
        """Take up a suspended proposal again."""
        return await self.send(
            "POST",
            path_of("/v1/decisions/{decision_id}/resume", decision_id=decision_id),
            None,
            body=body,
            key=key,
            etag=etag,
        )

    async def start_approval(self, body: object, *, key: str | None = None) -> Any:
        """Approve what an evaluation proposed, or the decisions of a notice or a round, thousands at once."""
        return await self.send("POST", "/v1/approvals", None, body=body, key=key)

    async def get_approval(self, approval_id: object) -> Any:
        """Read a bulk approval: its progress, and what it skipped and why."""
        return await self.send("GET", path_of("/v1/approvals/{approval_id}", approval_id=approval_id), None)

    async def open_round(self, body: object, *, key: str | None = None) -> Any:
        """Open a round: proposals of evaluations that name it belong to it."""
        return await self.send("POST", "/v1/rounds", None, body=body, key=key)

    async def list_rounds(self, *, policy: Value = None, limit: Value = None, cursor: Value = None) -> Any:
        """List rounds, oldest first."""
        return await self.send("GET", "/v1/rounds", {"policy": policy, "limit": limit, "cursor": cursor})

    async def get_round(self, round_id: object) -> Any:
        """Read a round: how many decisions it has, and of what sum, by award, jurisdiction, state and what they wait for."""
        return await self.send("GET", path_of("/v1/rounds/{round_id}", round_id=round_id), None)

    async def list_round_risks(self, round_id: object, *, limit: Value = None, cursor: Value = None) -> Any:
        """List what waits for approval in a round and deserves a look before it is approved with the others, the gravest first."""
        return await self.send(
            "GET", path_of("/v1/rounds/{round_id}/risks", round_id=round_id), {"limit": limit, "cursor": cursor}
        )

    async def confirm_decision(self, decision_id: object, body: object, *, key: str | None = None) -> Any:
        """Record whether the payee wants the award: by the enterprise itself, or by an officer with the enterprise's document."""
        return await self.send(
            "POST",
            path_of("/v1/decisions/{decision_id}/confirmation", decision_id=decision_id),
            None,
            body=body,
            key=key,
        )

    async def get_confirmation(self, decision_id: object) -> Any:
        """Read the confirmation of a decision, and what became of the account that was confirmed with it."""
        return await self.send(
            "GET", path_of("/v1/decisions/{decision_id}/confirmation", decision_id=decision_id), None
        )

    async def review_decision(self, decision_id: object, body: object, *, key: str | None = None) -> Any:
        """Pass a decision for a department or a district, or object to it; an objection suspends this decision alone."""
        return await self.send(
            "POST", path_of("/v1/decisions/{decision_id}/reviews", decision_id=decision_id), None, body=body, key=key
        )

    async def start_review(self, body: object, *, key: str | None = None) -> Any:
        """Pass what waits for a reviewer in a round or an evaluation, thousands at once; the rest is left as it is and counted."""
        return await self.send("POST", "/v1/reviews", None, body=body, key=key)

    async def get_review(self, review_id: object) -> Any:
        """Read a bulk review: its progress, and what it skipped and why."""
        return await self.send("GET", path_of("/v1/reviews/{review_id}", review_id=review_id), None)

    async def open_notice(self, body: object, *, key: str | None = None) -> Any:
        """Open a public notice of what an evaluation or a round proposed and was not noticed yet, or of the named decisions."""
        return await self.send("POST", "/v1/notices", None, body=body, key=key)

    async def list_notices(
        self, *, state: Value = None, round_id: Value = None, limit: Value = None, cursor: Value = None
    ) -> Any:
        """List notices, oldest first. As CSV or XLSX (by `Accept`): all of them, not a page."""
        return await self.send(
            "GET", "/v1/notices", {"state": state, "round_id": round_id, "limit": limit, "cursor": cursor}
        )

    async def list_notices_file(
        self, *, state: Value = None, round_id: Value = None, limit: Value = None, cursor: Value = None, accept: str
    ) -> httpx.Response:
        """List notices, oldest first. As CSV or XLSX (by `Accept`): all of them, not a page."""
        return await self.read_file(
            "/v1/notices", {"state": state, "round_id": round_id, "limit": limit, "cursor": cursor}, accept=accept
        )

    async def get_notice(self, notice_id: object, *, limit: Value = None, cursor: Value = None) -> Any:
        """Read a notice and, page by page, its decisions, an enterprise as the public does; natural persons are masked."""
        return await self.send(
            "GET", path_of("/v1/notices/{notice_id}", notice_id=notice_id), {"limit": limit, "cursor": cursor}
        )

    async def get_notice_file(
        self, notice_id: object, *, limit: Value = None, cursor: Value = None, accept: str
    ) -> httpx.Response:
        """Read a notice and, page by page, its decisions, an enterprise as the public does; natural persons are masked."""
        return await self.read_file(
            path_of("/v1/notices/{notice_id}", notice_id=notice_id), {"limit": limit, "cursor": cursor}, accept=accept
        )

    async def close_notice(self, notice_id: object, *, key: str | None = None) -> Any:
        """Close a notice after its term; decisions without an objection may be approved from then on."""
        return await self.send("POST", path_of("/v1/notices/{notice_id}/close", notice_id=notice_id), None, key=key)

    async def record_objection(self, notice_id: object, body: object, *, key: str | None = None) -> Any:
        """Record an objection against a decision in an open notice, which alone is suspended, or against what the notice omits."""
        return await self.send(
            "POST", path_of("/v1/notices/{notice_id}/objections", notice_id=notice_id), None, body=body, key=key
        )

    async def list_objections(self, notice_id: object, *, limit: Value = None, cursor: Value = None) -> Any:
        """List the objections made in a notice, oldest first."""
        return await self.send(
            "GET",
            path_of("/v1/notices/{notice_id}/objections", notice_id=notice_id),
            {"limit": limit, "cursor": cursor},
        )

    async def get_objection(self, objection_id: object) -> Any:
        """Read an objection and what became of it."""
        return await self.send("GET", path_of("/v1/objections/{objection_id}", objection_id=objection_id), None)

    async def decide_objection(self, objection_id: object, body: object, *, key: str | None = None) -> Any:
        """Reject or uphold an objection."""
        return await self.send(
            "POST", path_of("/v1/objections/{objection_id}/decide", objection_id=objection_id), None, body=body, key=key
        )

    async def draw_up_refusal(self, body: object, *, key: str | None = None) -> Any:
        """Compute why an award is not given, and seal it; another person issues it."""
        return await self.send("POST", "/v1/refusals", None, body=body, key=key)

    async def list_refusals(
        self,
        *,
        uscc: Value = None,
        award: Value = None,
        award_year: Value = None,
        state: Value = None,
        limit: Value = None,
        cursor: Value = None,
    ) -> Any:
        """List refusals, oldest first."""
        return await self.send(
            "GET",
            "/v1/refusals",
            {"uscc": uscc, "award": award, "award_year": award_year, "state": state, "limit": limit, "cursor": cursor},
        )

    async def get_refusal(self, refusal_id: object) -> Any:
        """Read a refusal, what was stated about it, and why, from its sealed inputs. `Accept-Language` zh-CN or en."""
        return await self.send("GET", path_of("/v1/refusals/{refusal_id}", refusal_id=refusal_id), None)

    async def state_on_refusal(self, refusal_id: object, body: object, *, key: str | None = None) -> Any:
        """Keep a statement of the enterprise (陈述申辩) with a refusal that is not issued yet."""
        return await self.send(
            "POST", path_of("/v1/refusals/{refusal_id}/statements", refusal_id=refusal_id), None, body=body, key=key
        )

    async def issue_refusal(self, refusal_id: object, *, key: str | None = None) -> Any:
        """Issue a refusal, as another person than the one who proposed it."""
        return await self.send("POST", path_of("/v1/refusals/{refusal_id}/issue", refusal_id=refusal_id), None, key=key)

    async def get_application_guide(self, policy: object, *, accept: str) -> httpx.Response:
        """Read the application guide of a policy (申报指南) under its official interpretations, as of today."""
        return await self.read_file(path_of("/v1/policies/{policy}/guide", policy=policy), None, accept=accept)

    async def get_decision_letter(self, decision_id: object, *, accept: str) -> httpx.Response:
        """Read the letter of a decision (兑现决定书), made once from its sealed receipt and the same for ever."""
        return await self.read_file(
            path_of("/v1/decisions/{decision_id}/letter", decision_id=decision_id), None, accept=accept
        )

    async def get_refusal_letter(self, refusal_id: object, *, accept: str) -> httpx.Response:
        """Read the letter of a refusal (不予兑现告知书); a draft that says so while the refusal is not issued."""
        return await self.read_file(
            path_of("/v1/refusals/{refusal_id}/letter", refusal_id=refusal_id), None, accept=accept
        )

    async def get_notice_document(self, notice_id: object, *, accept: str) -> httpx.Response:
        """Read a notice (公示) as a paper with the list as it was published; names and codes of natural persons are masked."""
        return await self.read_file(
            path_of("/v1/notices/{notice_id}/document", notice_id=notice_id), None, accept=accept
        )

    async def get_allocation_plan(self, round_id: object, *, accept: str) -> httpx.Response:
        """Read the allocation plan of a round (资金分配方案): approved awards by jurisdiction, award and budget unit, as of today."""
        return await self.read_file(
            path_of("/v1/rounds/{round_id}/allocation-plan", round_id=round_id), None, accept=accept
        )

    async def start_letter_batch(self, round_id: object, body: object, *, key: str | None = None) -> Any:
        """Make the letters of the decisions in force of a round, thousands at once; they are read as one archive."""
        return await self.send(
            "POST", path_of("/v1/rounds/{round_id}/letters", round_id=round_id), None, body=body, key=key
        )

    async def get_letter_batch(self, letter_batch_id: object) -> Any:
        """Read how far the letters of a round are."""
        return await self.send(
            "GET", path_of("/v1/letter-batches/{letter_batch_id}", letter_batch_id=letter_batch_id), None
        )

    async def get_letter_archive(self, letter_batch_id: object, *, form: Value = None, accept: str) -> httpx.Response:
        """Read the letters of a round as one ZIP file, a folder for each award."""
        return await self.read_file(
            path_of("/v1/letter-batches/{letter_batch_id}/archive", letter_batch_id=letter_batch_id),
            {"form": form},
            accept=accept,
        )

    async def list_paper_templates(self) -> Any:
        """List the kinds of papers with the fields that their templates may use, and every change of a template."""
        return await self.send("GET", "/v1/paper-templates", None)

    async def get_paper_template(self, kind: object, *, change_id: Value = None, accept: str) -> httpx.Response:
        """Read the template in force in the caller's language, as a document to be edited, or one that was proposed."""
        return await self.read_file(
            path_of("/v1/paper-templates/{kind}", kind=kind), {"change_id": change_id}, accept=accept
        )

    async def propose_paper_template(
        self,
        kind: object,
        content: Content,
        *,
        reason: Value = None,
        language: Value = None,
        key: str | None = None,
        content_type: str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ) -> Any:
        """Propose a template (DOCX); without a body, the shipped one again. It has effect once another person confirms it."""
        return await self.send_file(
            path_of("/v1/paper-templates/{kind}/changes", kind=kind),
            content,
            {"reason": reason, "language": language},
            key=key,
            content_type=content_type,
        )

    async def confirm_paper_template(self, kind: object, change_id: object, *, key: str | None = None) -> Any:
        """Put a proposed template into force, as another person; it makes the papers from now on."""
        return await self.send(
            "POST",
            path_of("/v1/paper-templates/{kind}/changes/{change_id}/confirm", kind=kind, change_id=change_id),
            None,
            key=key,
        )

    async def discard_paper_template(
        self, kind: object, change_id: object, body: object, *, key: str | None = None
    ) -> Any:
        """End a proposed template without effect."""
        return await self.send(
            "POST",
            path_of("/v1/paper-templates/{kind}/changes/{change_id}/discard", kind=kind, change_id=change_id),
            None,
            body=body,
            key=key,
        )

    async def assess_enterprise(self, body: object) -> Any:
        """Assess what one enterprise would get, why, and what it lacks; nothing is decided or stored."""
        return await self.send("POST", "/v1/assessments", None, body=body)

    async def republish_decisions(self, body: object, *, key: str | None = None) -> Any:
        """Publish the versions in force again on `award-decisions.v1`; whoever has given effect to them ignores them."""
        return await self.send("POST", "/v1/republications", None, body=body, key=key)

    async def recall_versions(self, body: object, *, key: str | None = None) -> Any:
        """Recall versions that payout has and that were not decided here: reconciliation names their awards."""
        return await self.send("POST", "/v1/recalls", None, body=body, key=key)

    async def start_simulation(self, body: object, *, key: str | None = None) -> Any:
        """Evaluate all awards in a scenario (other interpretations, parameters or facts) beside today's; nothing is decided."""
        return await self.send("POST", "/v1/simulations", None, body=body, key=key)

    async def list_simulations(self, *, limit: Value = None, cursor: Value = None) -> Any:
        """List simulations, the newest first, without their results."""
        return await self.send("GET", "/v1/simulations", {"limit": limit, "cursor": cursor})

    async def get_simulation(self, simulation_id: object) -> Any:
        """Read a simulation: its progress, and what it would cost per award, jurisdiction and budget beside today's."""
        return await self.send("GET", path_of("/v1/simulations/{simulation_id}", simulation_id=simulation_id), None)

    async def list_simulated_outcomes(
        self,
        simulation_id: object,
        *,
        result: Value = None,
        change: Value = None,
        award: Value = None,
        limit: Value = None,
        cursor: Value = None,
    ) -> Any:
        """List the outcomes of a simulation beside today's."""
        return await self.send(
            "GET",
            path_of("/v1/simulations/{simulation_id}/outcomes", simulation_id=simulation_id),
            {"result": result, "change": change, "award": award, "limit": limit, "cursor": cursor},
        )

    async def preview_impact(self, body: object) -> Any:
        """Preview what a correction of facts would change, and the money to recover."""
        return await self.send("POST", "/v1/impact", None, body=body)

    async def read_scenario_facts(
        self,
        content: Content,
        *,
        dataset: Value = None,
        sheet: Value = None,
        key: str | None = None,
        content_type: str = "application/octet-stream",
    ) -> Any:
        """Read a file (CSV or a workbook) as the registry would; return its rows as `facts` of a scenario. Nothing is stored."""
        return await self.send_file(
            "/v1/scenario-facts", content, {"dataset": dataset, "sheet": sheet}, key=key, content_type=content_type
        )

    async def list_tasks(
        self, *, kind: Value = None, overdue: Value = None, limit: Value = None, cursor: Value = None
    ) -> Any:
        """List what waits for the caller, what is due first comes first. What the caller proposed waits for others."""
        return await self.send("GET", "/v1/tasks", {"kind": kind, "overdue": overdue, "limit": limit, "cursor": cursor})

    async def list_dead_letters(self, *, state: Value = None, limit: Value = None, cursor: Value = None) -> Any:
        """List messages that could not be processed, oldest first."""
        return await self.send("GET", "/v1/dead-letters", {"state": state, "limit": limit, "cursor": cursor})

    async def replay_dead_letter(self, dead_letter_id: object, *, key: str | None = None) -> Any:
        """Process a message again with the code that consumes it; refused with the reason if that still fails."""
        return await self.send(
            "POST", path_of("/v1/dead-letters/{dead_letter_id}/replay", dead_letter_id=dead_letter_id), None, key=key
        )

    async def discard_dead_letter(self, dead_letter_id: object, body: object, *, key: str | None = None) -> Any:
        """Close a message that does not have to be processed."""
        return await self.send(
            "POST",
            path_of("/v1/dead-letters/{dead_letter_id}/discard", dead_letter_id=dead_letter_id),
            None,
            body=body,
            key=key,
        )

    async def list_acts(
        self,
        *,
        actor: Value = None,
        act: Value = None,
        without: Value = None,
        subject: Value = None,
        concerning: Value = None,
        trace_id: Value = None,
        since: Value = None,
        before: Value = None,
        newest: Value = None,
        limit: Value = None,
        cursor: Value = None,
    ) -> Any:
        """List acts in the order of their numbers, or the newest first."""
        return await self.send(
            "GET",
            "/v1/audit",
            {
                "actor": actor,
                "act": act,
                "without": without,
                "subject": subject,
                "concerning": concerning,
                "trace_id": trace_id,
                "since": since,
                "before": before,
                "newest": newest,
                "limit": limit,
                "cursor": cursor,
            },
        )

    async def verify_chains(self) -> Any:
        """Verify the hash chains of this service: every block is computed again from its rows."""
        return await self.send("GET", "/v1/audit/chains", None)
