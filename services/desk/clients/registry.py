"""The operations of registry, from `docs/api/registry.openapi.json`. `make openapi` writes them."""

from __future__ import annotations

from typing import Any

import httpx

from services.desk.clients.base import Client, Content, Value, path_of


class Registry(Client):
    """The API of registry."""

    service = "registry"

    async def get_status(self) -> Any:
        """Return what the service is doing now: requests, metrics, jobs, loops, and recent failures."""
        return await self.send("GET", "/v1/status", None)

    async def list_datasets(self) -> Any:
        """List the datasets, each with its fields, names, bounds, headings in files, and JSON Schema."""
        return await self.send("GET", "/v1/datasets", None)

    async def get_dataset(self, name: object) -> Any:
        """Return one dataset of the catalogue."""
        return await self.send("GET", path_of("/v1/datasets/{name}", name=name), None)

    async def get_dataset_template(self, name: object, *, accept: str) -> httpx.Response:
        """Return a workbook to fill in and import: headings in the caller's language, lists to choose from, notes."""
        return await self.read_file(path_of("/v1/datasets/{name}/template", name=name), None, accept=accept)

    async def list_records(self, dataset: object, **query: Value) -> Any:
        """List records of a dataset, or their history."""
        return await self.send("GET", path_of("/v1/datasets/{dataset}/records", dataset=dataset), query)

    async def record_records(self, dataset: object, body: object, *, key: str | None = None, **query: Value) -> Any:
        """Record records of a dataset, or their history."""
        return await self.send(
            "POST", path_of("/v1/datasets/{dataset}/records", dataset=dataset), query, body=body, key=key
        )

    async def list_records_history(self, dataset: object, **query: Value) -> Any:
        """List records of a dataset, or their history."""
        return await self.send("GET", path_of("/v1/datasets/{dataset}/history", dataset=dataset), query)

    async def withdraw_records(self, dataset: object, body: object, *, key: str | None = None, **query: Value) -> Any:
        """Withdraw records of a dataset, or their history."""
        return await self.send(
            "POST", path_of("/v1/datasets/{dataset}/withdrawals", dataset=dataset), query, body=body, key=key
        )

    async def list_revisions(
        self, *, other_than: Value = None, revision: Value = None, limit: Value = None, cursor: Value = None
    ) -> Any:
        """List change sets, the newest first."""
        return await self.send(
            "GET", "/v1/revisions", {"other_than": other_than, "revision": revision, "limit": limit, "cursor": cursor}
        )

    async def get_latest_revision(self) -> Any:
        """Return the number of the newest revision. What is read at a revision never changes."""
        return await self.send("GET", "/v1/revisions/latest", None)

    async def list_drafts(
        self, *, state: Value = None, dataset: Value = None, limit: Value = None, cursor: Value = None
    ) -> Any:
        """List drafts, the newest first: change sets of accounts and reference data that another person has to confirm."""
        return await self.send(
            "GET", "/v1/drafts", {"state": state, "dataset": dataset, "limit": limit, "cursor": cursor}
        )

    async def confirm_payee_account(self, body: object, *, key: str | None = None) -> Any:
        """Confirm the drafts of an account that its payee has confirmed in eligibility; told again, nothing changes."""
        return await self.send("POST", "/v1/drafts/payee-confirmations", None, body=body, key=key)

    async def get_draft(self, draft_id: object, *, limit: Value = None, cursor: Value = None) -> Any:
        """Show a draft and, page by page, what it would change: each record before and after. An enterprise sees its own."""
        return await self.send(
            "GET", path_of("/v1/drafts/{draft_id}", draft_id=draft_id), {"limit": limit, "cursor": cursor}
        )

    async def confirm_draft(self, draft_id: object, *, key: str | None = None) -> Any:
        """Record what a draft holds as a revision; another person than who sent it."""
        return await self.send("POST", path_of("/v1/drafts/{draft_id}/confirm", draft_id=draft_id), None, key=key)

    async def discard_draft(self, draft_id: object, body: object, *, key: str | None = None) -> Any:
        """End a draft without effect. Whoever sent it may do so too."""
        return await self.send(
            "POST", path_of("/v1/drafts/{draft_id}/discard", draft_id=draft_id), None, body=body, key=key
        )

    async def search_enterprises(
        self, *, name: Value = None, uscc: Value = None, as_of: Value = None, limit: Value = None, cursor: Value = None
    ) -> Any:
        """Find enterprises by any part of their name, Chinese included, or by the beginning of their code."""
        return await self.send(
            "GET", "/v1/enterprises", {"name": name, "uscc": uscc, "as_of": as_of, "limit": limit, "cursor": cursor}
        )

    async def get_enterprise(self, uscc: object, *, on: Value = None, as_of: Value = None) -> Any:
        """Return one enterprise with every record that names it, as known at a revision, and its status on a day."""
        return await self.send("GET", path_of("/v1/enterprises/{uscc}", uscc=uscc), {"on": on, "as_of": as_of})

    async def list_quality_warnings(
        self,
        *,
        award: Value = None,
        code: Value = None,
        dataset: Value = None,
        uscc: Value = None,
        as_of: Value = None,
        limit: Value = None,
        cursor: Value = None,
    ) -> Any:
        """List data that are missing or odd, with the awards that they affect. The rows were accepted all the same."""
        return await self.send(
            "GET",
            "/v1/quality",
            {
                "award": award,
                "code": code,
                "dataset": dataset,
                "uscc": uscc,
                "as_of": as_of,
                "limit": limit,
                "cursor": cursor,
            },
        )

    async def start_import(
        self,
        content: Content,
        *,
        dataset: Value = None,
        mode: Value = None,
        dry_run: Value = None,
        clearing: Value = None,
        sheet: Value = None,
        source: Value = None,
        reason: Value = None,
        key: str | None = None,
        content_type: str = "application/octet-stream",
    ) -> Any:
        """Take a file (CSV, TSV, NDJSON, or a workbook as .xlsx, .xls, .xlsb or .ods); import it in the background as one revision."""
        return await self.send_file(
            "/v1/imports",
            content,
            {
                "dataset": dataset,
                "mode": mode,
                "dry_run": dry_run,
                "clearing": clearing,
                "sheet": sheet,
                "source": source,
                "reason": reason,
            },
            key=key,
            content_type=content_type,
        )

    async def list_imports(self, *, created_by: Value = None, limit: Value = None, cursor: Value = None) -> Any:
        """List imports, the newest first: how far each is, and what became of its rows."""
        return await self.send("GET", "/v1/imports", {"created_by": created_by, "limit": limit, "cursor": cursor})

    async def get_import(self, import_id: object) -> Any:
        """Return how far an import is, and what became of its rows."""
        return await self.send("GET", path_of("/v1/imports/{import_id}", import_id=import_id), None)

    async def list_import_errors(
        self, import_id: object, *, limit: Value = None, cursor: Value = None, sheet: Value = None
    ) -> Any:
        """List each mistake: line, field, code, message. As CSV or XLSX: just the rejected rows as they were sent, with a column."""
        return await self.send(
            "GET",
            path_of("/v1/imports/{import_id}/errors", import_id=import_id),
            {"limit": limit, "cursor": cursor, "sheet": sheet},
        )

    async def list_import_errors_file(
        self, import_id: object, *, limit: Value = None, cursor: Value = None, sheet: Value = None, accept: str
    ) -> httpx.Response:
        """List each mistake: line, field, code, message. As CSV or XLSX: just the rejected rows as they were sent, with a column."""
        return await self.read_file(
            path_of("/v1/imports/{import_id}/errors", import_id=import_id),
            {"limit": limit, "cursor": cursor, "sheet": sheet},
            accept=accept,
        )

    async def list_rejected_rows(self, import_id: object, *, limit: Value = None, cursor: Value = None) -> Any:
        """List the rejected rows as they were sent, each with what is wrong beside its cells."""
        return await self.send(
            "GET",
            path_of("/v1/imports/{import_id}/rejected-rows", import_id=import_id),
            {"limit": limit, "cursor": cursor},
        )

    async def correct_import(self, import_id: object, body: object, *, key: str | None = None) -> Any:
        """Import rejected rows again with some cells corrected, in the background as one revision; the good ones are accepted."""
        return await self.send(
            "POST", path_of("/v1/imports/{import_id}/corrections", import_id=import_id), None, body=body, key=key
        )

    async def make_challenge(self, body: object, *, key: str | None = None) -> Any:
        """Challenge a fact: a field of a row, or the row itself, that it is there or missing; whoever keeps the data resolves it."""
        return await self.send("POST", "/v1/challenges", None, body=body, key=key)

    async def list_challenges(
        self,
        *,
        dataset: Value = None,
        uscc: Value = None,
        open: Value = None,
        limit: Value = None,
        cursor: Value = None,
    ) -> Any:
        """List challenges, oldest first."""
        return await self.send(
            "GET", "/v1/challenges", {"dataset": dataset, "uscc": uscc, "open": open, "limit": limit, "cursor": cursor}
        )

    async def get_challenge(self, challenge_id: object) -> Any:
        """Read a challenge, and what became of it."""
        return await self.send("GET", path_of("/v1/challenges/{challenge_id}", challenge_id=challenge_id), None)

    async def resolve_challenge(self, challenge_id: object, body: object, *, key: str | None = None) -> Any:
        """Resolve a challenge: by the revision that corrected the row, or dismissed, with the reason."""
        return await self.send(
            "POST",
            path_of("/v1/challenges/{challenge_id}/resolve", challenge_id=challenge_id),
            None,
            body=body,
            key=key,
        )

    async def list_tasks(
        self, *, kind: Value = None, overdue: Value = None, limit: Value = None, cursor: Value = None
    ) -> Any:
        """List what waits for the caller, what is due first comes first. What the caller proposed waits for others."""
        return await self.send("GET", "/v1/tasks", {"kind": kind, "overdue": overdue, "limit": limit, "cursor": cursor})

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
