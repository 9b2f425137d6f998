"""Pages: templates in the reader's language, with the words for codes, days and money that all services use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.desk import case_words
from services.desk.acts.domain import Said, fields_of, grouped
from services.desk.acts.jobs import list_of_skipped
from services.desk.acts.library import act_of, has_act
from services.desk.audit_words import figures, title_of
from services.desk.clients.base import SERVICES
from services.desk.datasets import CHOICES, TITLES, choices_in_words, is_number, key_of, label_of, row_page, shown
from services.desk.rooms import beginnings, room_of, rooms
from services.desk.session import PERSON, Person, chosen_language
from services.desk.subjects import known_parts
from services.desk.terms import term
from shared.catalogue.datasets import CATALOGUE, STARTING_VALUES
from shared.clock import calendar_date, local_time
from shared.i18n import CHINESE, Language, NamesByCode, language_of, translate, word
from shared.media_types import HTML
from shared.money import yuan
from shared.policies import AWARD_TITLES, JURISDICTIONS, UNITS
from shared.version import VERSION

TEMPLATES = Path(__file__).with_name("templates")
STATIC = Path(__file__).with_name("static")
_NAMES: NamesByCode = {**TITLES, **AWARD_TITLES, **JURISDICTIONS, **UNITS}


class _Absent(StrictUndefined):
    """A member that an answer does not have: it counts as nothing where it is asked for, and cannot be shown."""

    def __bool__(self) -> bool:  # type: ignore[override]
        return False


@cache
def environment(language: Language) -> Environment:
    """Return the templates of one language."""

    def say(message: Said, /, **parameters: object) -> str:
        if isinstance(message, tuple):
            return message[language != CHINESE]
        return translate(message, language, parameters)

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=_Absent,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    made.globals |= {
        "_": say,
        "language": language,
        "version": VERSION,
        "static": lambda file: f"/static/{file}?{VERSION}-{_digest(file)}",
        "new_key": lambda: uuid4().hex,
        "rooms": rooms,
        "room_of": room_of,
        "beginnings": beginnings,
        "service_title": lambda service: SERVICES.get(service, service),
        "act_of": act_of,
        "has_act": has_act,
        "fields_of": fields_of,
        "grouped": grouped,
        "list_of_skipped": list_of_skipped,
        "title_of_act": lambda service, name: title_of(service, name, language),
        "figures": lambda details: figures(details, language),
        "known_parts": known_parts,
        "dataset_of": CATALOGUE.get,
        "label_of": label_of,
        "is_number": is_number,
        "shown": lambda item, value: shown(item, value, language),
        "row_page": row_page,
        "key_of": key_of,
        "with_cursor": lambda query, cursor: urlencode({**query, "cursor": cursor}),
    }
    made.globals |= case_words.functions(language)
    made.filters |= {
        **case_words.filters(language),
        "yuan": lambda fen: "" if fen is None else yuan(fen),
        "ten_thousand": lambda fen: fen / 1_000_000,
        "gap": lambda each, whole, part: each[whole] - each[part],
        "instant": lambda instant: local_time(instant)[:16] if instant else "",
        "word": lambda code: word(code, language, _NAMES) or "",
        "choice": lambda code: word(code, language, CHOICES) or "",
        "choices": lambda codes: choices_in_words(codes, language),
        "source": lambda text: translate(text, language) if text == STARTING_VALUES else text,
        "term": lambda code, kind: term(code, kind, chinese=language == CHINESE),
        "sentence": lambda text: Markup("<br>").join(str(text).splitlines()),
    }
    return made


@cache
def _digest(file: str) -> str:
    return sha256(STATIC.joinpath(file).read_bytes()).hexdigest()[:12]


def language(request: Request) -> Language:
    """Return the language of a page: what was chosen, else what the browser prefers."""
    default: Language = request.app.state.settings.default_language
    return chosen_language(request) or language_of(request.headers.get("accept-language"), default)


def person_of(request: Request) -> Person | None:
    """Return who is signed in, if somebody is."""
    stored = request.session.get(PERSON)
    return Person.of(stored) if stored else None


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """Return a page. `template` is a file of `templates/`; what begins with `_` is a part of a page, which htmx puts in."""
    spoken, person = language(request), person_of(request)
    known: Mapping[str, Any] = {
        "person": person,
        "own_uscc": person.uscc if person else None,
        "path": request.url.path,
        "address": f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path,
        "query": request.query_params,
        "today": today(request),
        "max_file_bytes": request.app.state.settings.upload_max_bytes,
        "done": request.session.pop("done", None),
    }
    text = environment(spoken).get_template(template).render({**known, **context})
    return Response(text, status, {"Content-Language": spoken, "Vary": "Accept-Language, Cookie"}, HTML)


def today(request: Request) -> date:
    """Return the calendar day in China."""
    return calendar_date(request.app.state.clock.now())
