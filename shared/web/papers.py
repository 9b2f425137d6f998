"""Papers over HTTP: one as a page or a document, and the templates that two persons may change."""

# Annotations are evaluated: those of the routes name the scopes that `template_router` is given.
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from shared import two_persons
from shared.authorization import Actor, Scope
from shared.errors import Conflict, InFlight, NotFound, SamePerson, TooLarge
from shared.free_text import Reason
from shared.i18n import Language
from shared.media_types import DOCX, HTML
from shared.papers import store
from shared.papers.kinds import Filled, Kinds, PaperKind
from shared.papers.package import NotADocument
from shared.papers.tables import PaperTables
from shared.papers.template import MOST_BYTES, hash_of
from shared.web.auth import needs
from shared.web.bodies import BodyLimit
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.negotiation import Accept, language_of, negotiate
from shared.web.openapi import BINARY
from shared.web.pages import page_response
from shared.web.possible_acts import PossibleActs, possible_acts
from shared.web.problems import refusals
from shared.web.two_persons import DiscardBody, Proposal

PAPER_CONTENT: dict[str, Any] = {HTML: {"schema": {"type": "string"}}, DOCX: BINARY}
"""The two forms of a paper, for the OpenAPI `content` of an operation that gives one."""
TEMPLATE_BODY = BodyLimit("/v1/paper-templates/[^/]+/changes", MOST_BYTES, files=True, seconds=60)
_FILE: dict[str, Any] = {"requestBody": {"required": False, "content": {DOCX: BINARY}}}


def paper_format(accept: str | None) -> str:
    """Return whether a caller prefers the page or the document; raises NotAcceptable."""
    return negotiate(accept, (HTML, DOCX))


def paper_response(paper: Filled, kind: str, language: str, name: str) -> Response:
    """Answer with a paper as a page, or as a document `name`, by `kind` (HTML or DOCX)."""
    if kind == HTML:
        return page_response(paper.page(language), language)
    headers = {"Content-Disposition": f'attachment; filename="{name}.docx"', "Content-Language": language}
    return Response(paper.document(), 200, headers, DOCX)


class TemplateField(BaseModel):
    """A field that a template may use: between double braces, of a list in a loop."""

    name: str
    title: str = Field(description="What it holds, in the caller's language")
    many: bool = Field(description="Whether it is a list, for a loop")
    fields: list["TemplateField"] = Field(description="The fields of each item of the list, if it has any")


class TemplateChange(Proposal):
    """A template that was proposed for a kind of paper in a language."""

    kind: str
    language: Language
    hash: str | None = Field(description="SHA-256 of the template; null: the shipped one again")
    reason: str


class ListedTemplateChange(TemplateChange):
    """A template that was proposed, and what the caller may do with it."""

    possible_acts: PossibleActs


class TemplateInForce(BaseModel):
    """The template that makes new papers of a kind in a language. Papers that were made stay as they are."""

    language: Language
    hash: str = Field(description="SHA-256 of the template")
    shipped: bool = Field(description="Whether it is the one that the system comes with")
    confirmed_at: datetime | None = Field(description="When two persons put it into force; null for the shipped one")


class PaperTemplate(BaseModel):
    """A kind of paper: what its template may say, which is in force, and every change of it."""

    kind: str
    title: str = Field(description="What the paper is called, in the caller's language")
    fields: list[TemplateField]
    in_force: list[TemplateInForce]
    changes: list[ListedTemplateChange] = Field(description="Every template that was proposed, the oldest first")
    possible_acts: PossibleActs


async def _body(request: Request) -> bytes:
    return await request.body()


def template_router(kinds: Kinds, tables: PaperTables, *, read: Scope, propose: Scope, confirm: Scope) -> APIRouter:
    """Return the routes of the templates of `kinds`; each act needs its scope, for the whole city."""
    router = APIRouter(prefix="/v1/paper-templates", tags=["papers"])

    @router.get(
        "",
        operation_id="list_paper_templates",
        response_model=list[PaperTemplate],
    )
    def list_paper_templates(actor: Annotated[Actor, needs(read)], request: Request) -> Response:
        """List the kinds of papers with the fields that their templates may use, and every change of a template."""
        language = language_of(request)
        with request.app.state.database.reading() as connection:
            return json_response(
                [
                    {
                        "kind": kind.code,
                        "title": kind.title[language != "zh-CN"],
                        "fields": [each.as_dict(name, language) for name, each in kind.fields.items()],
                        "in_force": [_in_force(connection, kind, each) for each in ("zh-CN", "en")],
                        "changes": [
                            change | {"possible_acts": possible_acts(request, actor, _possible(change, actor))}
                            for change in store.changes(connection, tables, kind)
                        ],
                        "possible_acts": possible_acts(request, actor, ["propose_paper_template"]),
                    }
                    for kind in kinds.values()
                ]
            )

    @router.get(
        "/{kind}",
        operation_id="get_paper_template",
        response_class=Response,
        responses={200: {"content": {DOCX: BINARY}}, **refusals(NotFound)},
        dependencies=[needs(read)],
    )
    def get_paper_template(
        kind: str,
        request: Request,
        change_id: Annotated[UUID | None, Query(description="A proposed template instead of the one in force")] = None,
        accept: Accept = None,
    ) -> Response:
        """Read the template in force in the caller's language, as a document to be edited, or one that was proposed."""
        found, language = kinds.find(kind), language_of(request)
        negotiate(accept, (DOCX,))
        with request.app.state.database.reading() as connection:
            if change_id is None:
                digest = store.in_force(connection, found, language)
            else:
                change = store.find(connection, tables, found, change_id)
                digest, language = change.hash, change.language
            content = found.shipped(language) if digest is None else store.file_of(connection, tables, digest)
        headers = {"Content-Disposition": f'attachment; filename="{kind}.{language}.docx"'}
        return Response(content, 200, headers, DOCX)

    @router.post(
        "/{kind}/changes",
        operation_id="propose_paper_template",
        status_code=201,
        response_model=TemplateChange,
        responses=refusals(NotFound, TooLarge, NotADocument, InFlight),
        openapi_extra=_FILE,
    )
    def propose_paper_template(
        actor: Annotated[Actor, needs(propose, city_wide=True)],
        command: IdempotentCommand,
        kind: str,
        content: Annotated[bytes, Depends(_body)],
        reason: Annotated[Reason, Query(description="Why it is changed")],
        language: Annotated[Language, Query(description="Language of its papers")] = "zh-CN",
    ) -> Response:
        """Propose a template (DOCX); without a body, the shipped one again. It has effect once another person confirms it.

        A template that names a field its papers do not have is refused, each mistake with its paragraph.
        """
        found = kinds.find(kind)
        return command.run(
            lambda connection: store.propose(
                connection, tables, found, language, content or None, reason, by=actor.subject
            ),
            status=201,
        )

    @router.post(
        "/{kind}/changes/{change_id}/confirm",
        operation_id="confirm_paper_template",
        response_model=TemplateChange,
        responses=refusals(NotFound, Conflict, SamePerson, InFlight),
    )
    def confirm_paper_template(
        actor: Annotated[Actor, needs(confirm, city_wide=True)],
        command: IdempotentCommand,
        kind: str,
        change_id: UUID,
    ) -> Response:
        """Put a proposed template into force, as another person; it makes the papers from now on."""
        found = kinds.find(kind)
        return command.run(lambda connection: store.confirm(connection, tables, found, change_id, by=actor.subject))

    @router.post(
        "/{kind}/changes/{change_id}/discard",
        operation_id="discard_paper_template",
        response_model=TemplateChange,
        responses=refusals(NotFound, Conflict, InFlight),
    )
    def discard_paper_template(
        actor: Annotated[Actor, needs(propose, confirm, city_wide=True)],
        command: IdempotentCommand,
        kind: str,
        change_id: UUID,
        body: DiscardBody,
    ) -> Response:
        """End a proposed template without effect."""
        found = kinds.find(kind)
        return command.run(
            lambda connection: store.discard(connection, tables, found, change_id, by=actor.subject, reason=body.reason)
        )

    return router


def _possible(change: dict[str, Any], actor: Actor) -> list[str]:
    return two_persons.allowed(
        change, actor.subject, confirm="confirm_paper_template", discard="discard_paper_template"
    )


def _in_force(connection: Any, kind: PaperKind, language: str) -> dict[str, Any]:
    chosen = store.chosen(connection, kind, language)
    digest = chosen and chosen.hash
    return {
        "language": language,
        "hash": digest or hash_of(kind.shipped(language)),
        "shipped": digest is None,
        "confirmed_at": chosen.confirmed_at if chosen and digest else None,
    }
