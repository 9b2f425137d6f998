"""`award.decided` is written by a statement: what it writes is what the event's model has, member by member."""

from __future__ import annotations

import orjson
from sqlalchemy import text

from shared.events.award_decided import AwardDecided
from tests.integration.eligibility.api_driver import Office
from tests.integration.eligibility.support import rent


def test_the_statement_writes_the_members_of_the_model(office: Office) -> None:
    notice = office.noticed(rent("A", 500, payee_name='甲 "乙"\\ 丙\n公司'), rent("B", 700))
    office.closed(notice)
    assert office.approved_in_bulk({"notice_id": notice["id"]})["approved"] == 2
    with office.database.reading() as connection:
        written = (
            connection.execute(text("SELECT data FROM outbox_events WHERE type = 'award.decided'")).scalars().all()
        )
    assert len(written) == 2
    for data in written:
        event = AwardDecided.model_validate_json(data)
        assert orjson.loads(event.model_dump_json(exclude_unset=True)) == orjson.loads(data)
        assert orjson.dumps(orjson.loads(data)).decode() == data, "in one line without spaces, instalments too"
