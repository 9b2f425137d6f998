"""The table of public notices; `decisions.notice_id` names the notice of a decision."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Integer, Table, Text, Uuid, func, text

from services.eligibility.metadata import metadata
from shared.database.schema import changes

notices = Table(
    "notices",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("document_number", Text, comment="Number of the notice as an official document (文号)"),
    Column("working_days", Integer, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column(
        "last_day",
        Date,
        nullable=False,
        comment="Last day of the term; the notice may be closed on the day after it, or at once if it has no term",
    ),
    Column(
        "calendar_assumed_from",
        Date,
        comment="First day of the term's calendar that was not officially arranged when the notice was opened",
    ),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("closed_on", Date),
    Column("closed_by", Text),
    Column("closed_at", DateTime(timezone=True)),
    CheckConstraint("working_days >= 0", name="working_days"),
    CheckConstraint("last_day - opened_on >= working_days", name="term"),
    CheckConstraint(
        "(closed_on IS NULL) = (closed_by IS NULL) AND (closed_on IS NULL) = (closed_at IS NULL)", name="closed"
    ),
    CheckConstraint(
        "closed_on IS NULL OR closed_on > last_day OR (working_days = 0 AND closed_on >= opened_on)",
        name="not_closed_early",
    ),
    comment="Public notices; decisions.notice_id names the notice of a decision",
    info=changes("closed_on", "closed_by", "closed_at"),
)
