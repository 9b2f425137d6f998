-- The eligibility database, version 2: public notices and objections. Frozen: a change is a new migration.

CREATE TABLE notices (
    id UUID DEFAULT uuidv7() NOT NULL,
    working_days INTEGER NOT NULL,
    opened_on DATE NOT NULL,
    last_day DATE NOT NULL,
    calendar_assumed_from DATE,
    opened_by TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    closed_on DATE,
    closed_by TEXT,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_notices PRIMARY KEY (id),
    CONSTRAINT ck_notices_working_days CHECK (working_days >= 0),
    CONSTRAINT ck_notices_term CHECK (last_day - opened_on >= working_days),
    CONSTRAINT ck_notices_closed CHECK ((closed_on IS NULL) = (closed_by IS NULL) AND (closed_on IS NULL) = (closed_at IS NULL)),
    CONSTRAINT ck_notices_not_closed_early CHECK (closed_on IS NULL OR closed_on > last_day OR (working_days = 0 AND closed_on >= opened_on))
);

COMMENT ON TABLE notices IS 'Public notices: which decisions stand in one is told by decisions.notice_id';

COMMENT ON COLUMN notices.last_day IS 'Last day of the term; the notice may be closed on the day after it, or at once if it has no term';

COMMENT ON COLUMN notices.calendar_assumed_from IS 'First day of the term''s calendar that was not officially arranged when the notice was opened';

ALTER TABLE decisions
    ADD COLUMN notice_id UUID CONSTRAINT fk_decisions_notice_id_notices REFERENCES notices (id),
    ADD COLUMN noticed_on DATE,
    ADD CONSTRAINT ck_decisions_noticed_by_a_notice CHECK (noticed_on IS NULL OR notice_id IS NOT NULL),
    ADD CONSTRAINT ck_decisions_in_an_open_notice CHECK (state <> 'in_notice' OR (notice_id IS NOT NULL AND noticed_on IS NULL)),
    ADD CONSTRAINT ck_decisions_not_beside_its_notice CHECK (state <> 'proposed' OR (notice_id IS NULL) = (noticed_on IS NULL));

CREATE INDEX ix_decisions_notice ON decisions (notice_id, id) WHERE notice_id IS NOT NULL;

COMMENT ON COLUMN decisions.notice_id IS 'The public notice that it was put into, if any';

COMMENT ON COLUMN decisions.noticed_on IS 'When that notice was closed, its term run';

CREATE TABLE objections (
    id UUID DEFAULT uuidv7() NOT NULL,
    notice_id UUID NOT NULL,
    decision_id UUID NOT NULL,
    objector TEXT,
    reason TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    outcome TEXT,
    decided_by TEXT,
    decided_at TIMESTAMP WITH TIME ZONE,
    decision_reason TEXT,
    CONSTRAINT pk_objections PRIMARY KEY (id),
    CONSTRAINT fk_objections_notice_id_notices FOREIGN KEY(notice_id) REFERENCES notices (id),
    CONSTRAINT fk_objections_decision_id_decisions FOREIGN KEY(decision_id) REFERENCES decisions (id),
    CONSTRAINT ck_objections_outcome CHECK (outcome IN ('rejected', 'upheld')),
    CONSTRAINT ck_objections_decided CHECK ((outcome IS NULL) = (decided_by IS NULL) AND (outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decision_reason IS NULL)),
    CONSTRAINT ck_objections_two_persons CHECK (decided_by <> recorded_by)
);

CREATE INDEX ix_objections_decision ON objections (decision_id);

CREATE INDEX ix_objections_notice ON objections (notice_id, id);

COMMENT ON TABLE objections IS 'What was said against a decision while it stood in a public notice, and what became of it';
