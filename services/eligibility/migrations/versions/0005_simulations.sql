CREATE TABLE simulation_outcomes (
    simulation_id UUID NOT NULL,
    number INTEGER NOT NULL,
    award TEXT NOT NULL,
    subject TEXT NOT NULL,
    award_year INTEGER,
    payee_uscc TEXT,
    payee_name TEXT,
    jurisdiction TEXT,
    result TEXT NOT NULL,
    kind TEXT NOT NULL,
    entitlement_fen BIGINT NOT NULL,
    missing TEXT[] NOT NULL,
    flags TEXT[] NOT NULL,
    today_result TEXT NOT NULL,
    today_fen BIGINT NOT NULL,
    today_jurisdiction TEXT,
    change TEXT NOT NULL,
    CONSTRAINT pk_simulation_outcomes PRIMARY KEY (simulation_id, number),
    CONSTRAINT ck_simulation_outcomes_change CHECK (change IN ('gained', 'lost', 'raised', 'lowered', 'moved', 'same'))
);

CREATE INDEX ix_simulation_outcomes_change ON simulation_outcomes (simulation_id, change, number);

CREATE INDEX ix_simulation_outcomes_result ON simulation_outcomes (simulation_id, result, number);

COMMENT ON TABLE simulation_outcomes IS 'What a simulation would grant or leave open, and what it would no longer grant, beside today''s; never decided';

COMMENT ON COLUMN simulation_outcomes.number IS 'Place in the simulation''s order: award, subject, year';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON simulation_outcomes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
