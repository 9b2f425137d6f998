"""The operations of payout, from `docs/api/payout.openapi.json`. `make openapi` writes them."""

from __future__ import annotations

from typing import Any

import httpx

from services.desk.clients.base import Client, Content, Value, path_of


class Payout(Client):
    """The API of payout."""

    service = "payout"

    async def get_status(self) -> Any:
        """Return what the service is doing now: requests, metrics, jobs, loops, and recent failures."""
        return await self.send("GET", "/v1/status", None)

    async def draft_arrangement(self, body: object, *, key: str | None = None) -> Any:
        """Draft a fiscal arrangement. It has no effect until another person confirms it."""
        return await self.send("POST", "/v1/arrangements", None, body=body, key=key)

    async def list_arrangements(self, *, limit: Value = None, cursor: Value = None) -> Any:
        """List arrangements, drafts included, in the order in which they were drafted."""
        return await self.send("GET", "/v1/arrangements", {"limit": limit, "cursor": cursor})

    async def get_arrangement(self, arrangement_id: object) -> Any:
        """Give one arrangement with its rows."""
        return await self.send("GET", path_of("/v1/arrangements/{arrangement_id}", arrangement_id=arrangement_id), None)

    async def confirm_arrangement(self, arrangement_id: object, *, key: str | None = None) -> Any:
        """Confirm a draft that another person wrote: it is in force in its period, and is never edited again."""
        return await self.send(
            "POST", path_of("/v1/arrangements/{arrangement_id}/confirm", arrangement_id=arrangement_id), None, key=key
        )

    async def preview_arrangement(self, arrangement_id: object) -> Any:
        """Show how an arrangement would split the awards first decided in its period, beside today's split, and what each way to bear."""
        return await self.send(
            "GET", path_of("/v1/arrangements/{arrangement_id}/preview", arrangement_id=arrangement_id), None
        )

    async def draft_appropriation(self, body: object, *, key: str | None = None) -> Any:
        """Draft an appropriation or, with a negative amount, a reduction. It counts for nothing until another person confirms it."""
        return await self.send("POST", "/v1/appropriations", None, body=body, key=key)

    async def list_appropriations(
        self, *, unit: Value = None, year: Value = None, state: Value = None, limit: Value = None, cursor: Value = None
    ) -> Any:
        """List appropriations, drafts included, in the order of their entry; a district's officer sees those of its budget."""
        return await self.send(
            "GET", "/v1/appropriations", {"unit": unit, "year": year, "state": state, "limit": limit, "cursor": cursor}
        )

    async def confirm_appropriation(self, appropriation_id: object, *, key: str | None = None) -> Any:
        """Confirm an appropriation or a carry-over that another person drafted; no budget goes below what is reserved."""
        return await self.send(
            "POST",
            path_of("/v1/appropriations/{appropriation_id}/confirm", appropriation_id=appropriation_id),
            None,
            key=key,
        )

    async def discard_appropriation(self, appropriation_id: object, body: object, *, key: str | None = None) -> Any:
        """End a draft of an appropriation without effect."""
        return await self.send(
            "POST",
            path_of("/v1/appropriations/{appropriation_id}/discard", appropriation_id=appropriation_id),
            None,
            body=body,
            key=key,
        )

    async def list_budgets(self, *, limit: Value = None, cursor: Value = None) -> Any:
        """List the budgets that ever got an appropriation, by year and unit; a district's officer sees its own."""
        return await self.send("GET", "/v1/budgets", {"limit": limit, "cursor": cursor})

    async def forecast_budgets(self, *, year: Value = None, round_id: Value = None) -> Any:
        """Give the budgets of a year with what will be needed from each; open proposals are read once for all of them."""
        return await self.send("GET", "/v1/budget-forecasts", {"year": year, "round_id": round_id})

    async def get_budget(self, unit: object, year: object, *, proposals: Value = None, round_id: Value = None) -> Any:
        """Give a unit's budget of a year: what was appropriated, what of it is reserved, and what will be needed."""
        return await self.send(
            "GET",
            path_of("/v1/budgets/{unit}/{year}", unit=unit, year=year),
            {"proposals": proposals, "round_id": round_id},
        )

    async def carry_over_budget(self, unit: object, year: object, body: object, *, key: str | None = None) -> Any:
        """Draft to carry what is free in a budget over to the year after, by a document; one draft for each classification."""
        return await self.send(
            "POST", path_of("/v1/budgets/{unit}/{year}/carry-over", unit=unit, year=year), None, body=body, key=key
        )

    async def get_award_timeline(self, award_id: object, *, eligibility: Value = None) -> Any:
        """Give an award from decisions to shares, instalments, orders, payments and recoveries: each step, when, who, how much."""
        return await self.send("GET", path_of("/v1/awards/{award_id}", award_id=award_id), {"eligibility": eligibility})

    async def preview_restatements(self, body: object) -> Any:
        """Show what restated entitlements would do to orders and payments, under the difference law; nothing is changed."""
        return await self.send("POST", "/v1/awards/previews", None, body=body)

    async def list_holds(self, *, in_force: Value = None, limit: Value = None, cursor: Value = None) -> Any:
        """List holds on awards and payees, oldest first; a caller restricted to a jurisdiction sees those on its awards."""
        return await self.send("GET", "/v1/holds", {"in_force": in_force, "limit": limit, "cursor": cursor})

    async def hold_award(self, award_id: object, body: object, *, key: str | None = None) -> Any:
        """Hold an award: none of its orders is funded or sent until another person releases it."""
        return await self.send(
            "POST", path_of("/v1/awards/{award_id}/hold", award_id=award_id), None, body=body, key=key
        )

    async def release_award(self, award_id: object, body: object, *, key: str | None = None) -> Any:
        """Release an award that another person holds: its orders continue by themselves."""
        return await self.send(
            "POST", path_of("/v1/awards/{award_id}/release", award_id=award_id), None, body=body, key=key
        )

    async def hold_payee(self, uscc: object, body: object, *, key: str | None = None) -> Any:
        """Hold a payee: none of its orders, of whatever award, is funded or sent until another person releases it."""
        return await self.send("POST", path_of("/v1/payees/{uscc}/hold", uscc=uscc), None, body=body, key=key)

    async def release_payee(self, uscc: object, body: object, *, key: str | None = None) -> Any:
        """Release a payee that another person holds: its orders continue by themselves."""
        return await self.send("POST", path_of("/v1/payees/{uscc}/release", uscc=uscc), None, body=body, key=key)

    async def release_instalment(
        self, award_id: object, instalment: object, body: object, *, key: str | None = None
    ) -> Any:
        """Confirm that the project still operates, where the procedure asks for it: the instalment after the first continues."""
        return await self.send(
            "POST",
            path_of("/v1/awards/{award_id}/instalments/{instalment}/release", award_id=award_id, instalment=instalment),
            None,
            body=body,
            key=key,
        )

    async def list_payment_orders(
        self,
        *,
        uscc: Value = None,
        award: Value = None,
        award_id: Value = None,
        unit: Value = None,
        state: Value = None,
        waiting_for: Value = None,
        due_year: Value = None,
        batch_id: Value = None,
        changed_after: Value = None,
        limit: Value = None,
        cursor: Value = None,
    ) -> Any:
        """List payment orders, oldest first; a caller tied to a jurisdiction sees the orders of its awards, an."""
        return await self.send(
            "GET",
            "/v1/payment-orders",
            {
                "uscc": uscc,
                "award": award,
                "award_id": award_id,
                "unit": unit,
                "state": state,
                "waiting_for": waiting_for,
                "due_year": due_year,
                "batch_id": batch_id,
                "changed_after": changed_after,
                "limit": limit,
                "cursor": cursor,
            },
        )

    async def list_payment_orders_file(
        self,
        *,
        uscc: Value = None,
        award: Value = None,
        award_id: Value = None,
        unit: Value = None,
        state: Value = None,
        waiting_for: Value = None,
        due_year: Value = None,
        batch_id: Value = None,
        changed_after: Value = None,
        limit: Value = None,
        cursor: Value = None,
        accept: str,
    ) -> httpx.Response:
        """List payment orders, oldest first; a caller tied to a jurisdiction sees the orders of its awards, an."""
        return await self.read_file(
            "/v1/payment-orders",
            {
                "uscc": uscc,
                "award": award,
                "award_id": award_id,
                "unit": unit,
                "state": state,
                "waiting_for": waiting_for,
                "due_year": due_year,
                "batch_id": batch_id,
                "changed_after": changed_after,
                "limit": limit,
                "cursor": cursor,
            },
            accept=accept,
        )

    async def total_payment_orders(self) -> Any:
        """Add up live payment orders by budget, years, award, state and what they wait for."""
        return await self.send("GET", "/v1/payment-orders/totals", None)

    async def approve_payment_orders(self, body: object, *, key: str | None = None) -> Any:
        """Approve issued orders in bulk: all of a unit (and due year), or those named. Answers with a job."""
        return await self.send("POST", "/v1/payment-orders/approvals", None, body=body, key=key)

    async def get_payment_order_approval(self, job_id: object) -> Any:
        """Give the progress of a bulk approval; a caller restricted to a jurisdiction sees those of its own."""
        return await self.send("GET", path_of("/v1/payment-orders/approvals/{job_id}", job_id=job_id), None)

    async def get_payment_order(self, order_id: object) -> Any:
        """Give one order, with the account that approving it would pay to."""
        return await self.send("GET", path_of("/v1/payment-orders/{order_id}", order_id=order_id), None)

    async def approve_payment_order(self, order_id: object, *, key: str | None = None) -> Any:
        """Approve an issued order, which pins the revision of the payee's account; without an account it waits for one."""
        return await self.send(
            "POST", path_of("/v1/payment-orders/{order_id}/approve", order_id=order_id), None, key=key
        )

    async def reissue_payment_order(self, order_id: object, *, key: str | None = None) -> Any:
        """Issue an order again whose payment failed or came back, after its account was corrected; it must be approved again."""
        return await self.send(
            "POST", path_of("/v1/payment-orders/{order_id}/reissue", order_id=order_id), None, key=key
        )

    async def list_payment_findings(self, *, open: Value = None, limit: Value = None, cursor: Value = None) -> Any:
        """List what checks before payment found, oldest first."""
        return await self.send("GET", "/v1/payment-findings", {"open": open, "limit": limit, "cursor": cursor})

    async def check_payment_order(self, order_id: object) -> Any:
        """Show what the checks would find about an order today, for whoever approves it, and what was found before."""
        return await self.send("GET", path_of("/v1/payment-orders/{order_id}/checks", order_id=order_id), None)

    async def release_payment_order(self, order_id: object, body: object, *, key: str | None = None) -> Any:
        """Release an order that a check holds, with a reason: the next batch may pay it."""
        return await self.send(
            "POST", path_of("/v1/payment-orders/{order_id}/release", order_id=order_id), None, body=body, key=key
        )

    async def list_restorations(self) -> Any:
        """List restorations, oldest first; while one is open no batch is built."""
        return await self.send("GET", "/v1/restorations", None)

    async def open_restoration(self, body: object, *, key: str | None = None) -> Any:
        """Hold sending after the database was restored; payout's relay does so automatically if the broker's log shows it."""
        return await self.send("POST", "/v1/restorations", None, body=body, key=key)

    async def confirm_restoration(self, restoration_id: object, *, key: str | None = None) -> Any:
        """Confirm that the database was restored, as another person than who opened the restoration; then files are entered again."""
        return await self.send(
            "POST", path_of("/v1/restorations/{restoration_id}/confirm", restoration_id=restoration_id), None, key=key
        )

    async def end_restoration(self, restoration_id: object, body: object, *, key: str | None = None) -> Any:
        """Allow sending again, once every file that went to the bank since the restored point has been entered again."""
        return await self.send(
            "POST",
            path_of("/v1/restorations/{restoration_id}/end", restoration_id=restoration_id),
            None,
            body=body,
            key=key,
        )

    async def reenter_payment_batch(
        self,
        content: Content,
        *,
        unit: Value = None,
        sent_on: Value = None,
        key: str | None = None,
        content_type: str = "application/octet-stream",
    ) -> Any:
        """Enter a batch's file again that went to the bank after the restored point. It counts once another person confirms it."""
        return await self.send_file(
            "/v1/payment-batches/reentries",
            content,
            {"unit": unit, "sent_on": sent_on},
            key=key,
            content_type=content_type,
        )

    async def list_reentries(self, *, proposed: Value = None, limit: Value = None, cursor: Value = None) -> Any:
        """List files that were entered again, oldest first; its `possible_acts` are those of restorations too."""
        return await self.send(
            "GET", "/v1/payment-batches/reentries", {"proposed": proposed, "limit": limit, "cursor": cursor}
        )

    async def get_reentry(self, reentry_id: object, *, limit: Value = None, cursor: Value = None) -> Any:
        """Give a file that was entered again, row by row, each beside its order as it is now."""
        return await self.send(
            "GET",
            path_of("/v1/payment-batches/reentries/{reentry_id}", reentry_id=reentry_id),
            {"limit": limit, "cursor": cursor},
        )

    async def confirm_reentry(self, reentry_id: object, *, key: str | None = None) -> Any:
        """Confirm a file that another person entered again: its orders count as sent, and orders in their place are cancelled."""
        return await self.send(
            "POST", path_of("/v1/payment-batches/reentries/{reentry_id}/confirm", reentry_id=reentry_id), None, key=key
        )

    async def discard_reentry(self, reentry_id: object, body: object, *, key: str | None = None) -> Any:
        """End a file that was entered again without effect."""
        return await self.send(
            "POST",
            path_of("/v1/payment-batches/reentries/{reentry_id}/discard", reentry_id=reentry_id),
            None,
            body=body,
            key=key,
        )

    async def build_payment_batch(self, body: object, *, key: str | None = None) -> Any:
        """Make a batch of the approved orders of a unit; orders that are on hold or approved by the caller are left out."""
        return await self.send("POST", "/v1/payment-batches", None, body=body, key=key)

    async def list_payment_batches(self, *, unit: Value = None, limit: Value = None, cursor: Value = None) -> Any:
        """List batches, oldest first."""
        return await self.send("GET", "/v1/payment-batches", {"unit": unit, "limit": limit, "cursor": cursor})

    async def get_payment_batch(self, batch_id: object) -> Any:
        """Return one batch; its orders are listed by `GET /v1/payment-orders?batch_id=`."""
        return await self.send("GET", path_of("/v1/payment-batches/{batch_id}", batch_id=batch_id), None)

    async def get_payment_batch_file(self, batch_id: object, *, format: Value = None, accept: str) -> httpx.Response:
        """Return the file for the bank: CSV in UTF-8 with BOM, XLSX, or ISO 20022 pain.001.001.09, with totals, checksum and seal."""
        return await self.read_file(
            path_of("/v1/payment-batches/{batch_id}/file", batch_id=batch_id), {"format": format}, accept=accept
        )

    async def record_payment_results_file(
        self,
        batch_id: object,
        content: Content,
        *,
        mode: Value = None,
        key: str | None = None,
        content_type: str = "application/octet-stream",
    ) -> Any:
        """Report the bank's answer, or a part of it, as JSON, CSV, a workbook, or a message of ISO 20022 (pain.002.001.10,."""
        return await self.send_file(
            path_of("/v1/payment-batches/{batch_id}/results", batch_id=batch_id),
            content,
            {"mode": mode},
            key=key,
            content_type=content_type,
        )

    async def record_payment_results(
        self, batch_id: object, body: object, *, mode: Value = None, key: str | None = None
    ) -> Any:
        """Report the bank's answer, or a part of it, as JSON, CSV, a workbook, or a message of ISO 20022 (pain.002.001.10,."""
        return await self.send(
            "POST",
            path_of("/v1/payment-batches/{batch_id}/results", batch_id=batch_id),
            {"mode": mode},
            body=body,
            key=key,
        )

    async def list_payment_results(self, batch_id: object, *, limit: Value = None, cursor: Value = None) -> Any:
        """List the results of a batch that persons entered, oldest first; those of the bank's own channel are not among them."""
        return await self.send(
            "GET",
            path_of("/v1/payment-batches/{batch_id}/results", batch_id=batch_id),
            {"limit": limit, "cursor": cursor},
        )

    async def get_payment_results(
        self, batch_id: object, results_id: object, *, limit: Value = None, cursor: Value = None
    ) -> Any:
        """Give results that a person entered, row by row, each beside its order as it is now."""
        return await self.send(
            "GET",
            path_of("/v1/payment-batches/{batch_id}/results/{results_id}", batch_id=batch_id, results_id=results_id),
            {"limit": limit, "cursor": cursor},
        )

    async def confirm_payment_results(self, batch_id: object, results_id: object, *, key: str | None = None) -> Any:
        """Give effect to results that another person entered, if every row still fits its order."""
        return await self.send(
            "POST",
            path_of(
                "/v1/payment-batches/{batch_id}/results/{results_id}/confirm", batch_id=batch_id, results_id=results_id
            ),
            None,
            key=key,
        )

    async def discard_payment_results(
        self, batch_id: object, results_id: object, body: object, *, key: str | None = None
    ) -> Any:
        """End entered results without effect."""
        return await self.send(
            "POST",
            path_of(
                "/v1/payment-batches/{batch_id}/results/{results_id}/discard", batch_id=batch_id, results_id=results_id
            ),
            None,
            body=body,
            key=key,
        )

    async def check_payment_results_file(
        self,
        batch_id: object,
        content: Content,
        *,
        key: str | None = None,
        content_type: str = "application/octet-stream",
    ) -> Any:
        """Check the bank's answer without recording anything."""
        return await self.send_file(
            path_of("/v1/payment-batches/{batch_id}/results/check", batch_id=batch_id),
            content,
            None,
            key=key,
            content_type=content_type,
        )

    async def check_payment_results(self, batch_id: object, body: object) -> Any:
        """Check the bank's answer without recording anything."""
        return await self.send(
            "POST", path_of("/v1/payment-batches/{batch_id}/results/check", batch_id=batch_id), None, body=body
        )

    async def list_result_corrections(
        self, *, proposed: Value = None, order_id: Value = None, limit: Value = None, cursor: Value = None
    ) -> Any:
        """List corrections of bank results, oldest first."""
        return await self.send(
            "GET",
            "/v1/result-corrections",
            {"proposed": proposed, "order_id": order_id, "limit": limit, "cursor": cursor},
        )

    async def propose_result_correction(self, body: object, *, key: str | None = None) -> Any:
        """Propose another outcome, day or bank reference of an order. It has no effect until another person confirms it."""
        return await self.send("POST", "/v1/result-corrections", None, body=body, key=key)

    async def confirm_result_correction(self, correction_id: object, *, key: str | None = None) -> Any:
        """Confirm a correction that another person proposed: the order moves, and the ledger with it. Both results stay stored."""
        return await self.send(
            "POST",
            path_of("/v1/result-corrections/{correction_id}/confirm", correction_id=correction_id),
            None,
            key=key,
        )

    async def discard_result_correction(self, correction_id: object, body: object, *, key: str | None = None) -> Any:
        """End a proposed correction without effect."""
        return await self.send(
            "POST",
            path_of("/v1/result-corrections/{correction_id}/discard", correction_id=correction_id),
            None,
            body=body,
            key=key,
        )

    async def list_recoveries(
        self,
        *,
        uscc: Value = None,
        unit: Value = None,
        award_id: Value = None,
        outstanding: Value = None,
        limit: Value = None,
        cursor: Value = None,
    ) -> Any:
        """List recoveries, oldest first; a caller restricted to a jurisdiction sees those of its awards, an enterprise its."""
        return await self.send(
            "GET",
            "/v1/recoveries",
            {
                "uscc": uscc,
                "unit": unit,
                "award_id": award_id,
                "outstanding": outstanding,
                "limit": limit,
                "cursor": cursor,
            },
        )

    async def draft_repayment(self, recovery_id: object, body: object, *, key: str | None = None) -> Any:
        """Enter money that was repaid, in full or in part. It counts once another person confirms it."""
        return await self.send(
            "POST",
            path_of("/v1/recoveries/{recovery_id}/repayments", recovery_id=recovery_id),
            None,
            body=body,
            key=key,
        )

    async def list_repayments(self, recovery_id: object) -> Any:
        """List the repayments of a recovery through the bank, oldest first, those that wait for a second person included."""
        return await self.send("GET", path_of("/v1/recoveries/{recovery_id}/repayments", recovery_id=recovery_id), None)

    async def confirm_repayment(self, recovery_id: object, repayment_id: object, *, key: str | None = None) -> Any:
        """Confirm a repayment that another person entered, if as much is still outstanding."""
        return await self.send(
            "POST",
            path_of(
                "/v1/recoveries/{recovery_id}/repayments/{repayment_id}/confirm",
                recovery_id=recovery_id,
                repayment_id=repayment_id,
            ),
            None,
            key=key,
        )

    async def discard_repayment(
        self, recovery_id: object, repayment_id: object, body: object, *, key: str | None = None
    ) -> Any:
        """End an entered repayment without effect."""
        return await self.send(
            "POST",
            path_of(
                "/v1/recoveries/{recovery_id}/repayments/{repayment_id}/discard",
                recovery_id=recovery_id,
                repayment_id=repayment_id,
            ),
            None,
            body=body,
            key=key,
        )

    async def write_off_recovery(self, recovery_id: object, body: object, *, key: str | None = None) -> Any:
        """Propose a write-off of what is outstanding (`recoveries:write`), or confirm another person's (`recoveries:approve`)."""
        return await self.send(
            "POST", path_of("/v1/recoveries/{recovery_id}/write-off", recovery_id=recovery_id), None, body=body, key=key
        )

    async def net_recovery(self, recovery_id: object, body: object, *, key: str | None = None) -> Any:
        """Net a recovery against an issued order of the same payee and unit; nothing is netted automatically."""
        return await self.send(
            "POST", path_of("/v1/recoveries/{recovery_id}/net", recovery_id=recovery_id), None, body=body, key=key
        )

    async def get_recovery(self, recovery_id: object) -> Any:
        """Give one recovery with its plans of repayment."""
        return await self.send("GET", path_of("/v1/recoveries/{recovery_id}", recovery_id=recovery_id), None)

    async def draw_up_recovery_act(self, recovery_id: object, body: object, *, key: str | None = None) -> Any:
        """Draw up the act that claims money back; it takes effect once another person issues it."""
        return await self.send(
            "POST", path_of("/v1/recoveries/{recovery_id}/act", recovery_id=recovery_id), None, body=body, key=key
        )

    async def get_recovery_act(self, recovery_id: object) -> Any:
        """Give the act of a recovery with the payee's statements, the plans of repayment and what is overdue."""
        return await self.send("GET", path_of("/v1/recoveries/{recovery_id}/act", recovery_id=recovery_id), None)

    async def state_on_recovery(self, recovery_id: object, body: object, *, key: str | None = None) -> Any:
        """Keep a statement of the payee (陈述申辩) with an act that is not issued yet."""
        return await self.send(
            "POST",
            path_of("/v1/recoveries/{recovery_id}/act/statements", recovery_id=recovery_id),
            None,
            body=body,
            key=key,
        )

    async def issue_recovery_act(self, recovery_id: object, *, key: str | None = None) -> Any:
        """Issue the act that another person drew up: the term and the limitation begin today."""
        return await self.send(
            "POST", path_of("/v1/recoveries/{recovery_id}/act/issue", recovery_id=recovery_id), None, key=key
        )

    async def discard_recovery_act(self, recovery_id: object, body: object, *, key: str | None = None) -> Any:
        """End an act that is not issued without effect; another may be drawn up."""
        return await self.send(
            "POST",
            path_of("/v1/recoveries/{recovery_id}/act/discard", recovery_id=recovery_id),
            None,
            body=body,
            key=key,
        )

    async def draft_repayment_plan(self, recovery_id: object, body: object, *, key: str | None = None) -> Any:
        """Propose that a recovery is repaid in instalments; it holds once another person confirms it."""
        return await self.send(
            "POST", path_of("/v1/recoveries/{recovery_id}/plans", recovery_id=recovery_id), None, body=body, key=key
        )

    async def confirm_repayment_plan(self, recovery_id: object, plan_id: object, *, key: str | None = None) -> Any:
        """Confirm a plan of repayment that another person proposed; it holds in place of the one before."""
        return await self.send(
            "POST",
            path_of("/v1/recoveries/{recovery_id}/plans/{plan_id}/confirm", recovery_id=recovery_id, plan_id=plan_id),
            None,
            key=key,
        )

    async def discard_repayment_plan(
        self, recovery_id: object, plan_id: object, body: object, *, key: str | None = None
    ) -> Any:
        """End a proposed plan of repayment without effect."""
        return await self.send(
            "POST",
            path_of("/v1/recoveries/{recovery_id}/plans/{plan_id}/discard", recovery_id=recovery_id, plan_id=plan_id),
            None,
            body=body,
            key=key,
        )

    async def get_recovery_letter(self, recovery_id: object, *, accept: str) -> httpx.Response:
        """Read the letter of a recovery (追回通知书): a draft until its act is issued, then made once and the same for ever."""
        return await self.read_file(
            path_of("/v1/recoveries/{recovery_id}/letter", recovery_id=recovery_id), None, accept=accept
        )

    async def get_payee_statement(self, uscc: object, *, accept: str) -> httpx.Response:
        """Read the statement of a payee (对账单) as of today: what was assessed and paid, and why the two differ, to the fen."""
        return await self.read_file(path_of("/v1/payees/{uscc}/statement", uscc=uscc), None, accept=accept)

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

    async def list_ledger_entries(
        self,
        *,
        account: Value = None,
        award_id: Value = None,
        order_id: Value = None,
        unit: Value = None,
        kind: Value = None,
        limit: Value = None,
        cursor: Value = None,
    ) -> Any:
        """List postings in the order of their numbers; a caller tied to a jurisdiction sees those of its awards."""
        return await self.send(
            "GET",
            "/v1/ledger/entries",
            {
                "account": account,
                "award_id": award_id,
                "order_id": order_id,
                "unit": unit,
                "kind": kind,
                "limit": limit,
                "cursor": cursor,
            },
        )

    async def list_ledger_balances(
        self, *, prefix: Value = None, on: Value = None, limit: Value = None, cursor: Value = None
    ) -> Any:
        """List accounts with their inflow, outflow and balance. Over all accounts the balances add up to zero."""
        return await self.send(
            "GET", "/v1/ledger/balances", {"prefix": prefix, "on": on, "limit": limit, "cursor": cursor}
        )

    async def verify_ledger_chain(self) -> Any:
        """Compute the hash chain of the ledger again and report whether every block holds."""
        return await self.send("GET", "/v1/ledger/chain", None)

    async def reconcile_books(self, *, limit: Value = None, eligibility: Value = None) -> Any:
        """Compare everything that is stored in two places, at one instant; name up to `limit` differences of each kind."""
        return await self.send("GET", "/v1/reconciliation", {"limit": limit, "eligibility": eligibility})

    async def ask_for_missing_decisions(self, *, key: str | None = None) -> Any:
        """Request the events of decisions in force that payout lacks. The worker does the same once an hour."""
        return await self.send("POST", "/v1/reconciliation/requests", None, key=key)

    async def export_for_auditors(self, *, accept: str) -> httpx.Response:
        """Give postings with their hash chain, payment orders, decisions and shares as one archive."""
        return await self.read_file("/v1/reports/audit-export", None, accept=accept)

    async def get_year_report(self, year: object) -> Any:
        """Report a budget year per unit, award and jurisdiction, and per budget indicator; a district's officer sees its own."""
        return await self.send("GET", path_of("/v1/reports/{year}", year=year), None)

    async def get_year_report_file(self, year: object, *, accept: str) -> httpx.Response:
        """Report a budget year per unit, award and jurisdiction, and per budget indicator; a district's officer sees its own."""
        return await self.read_file(path_of("/v1/reports/{year}", year=year), None, accept=accept)

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
