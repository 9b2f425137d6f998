-- The eligibility database, version 1. Frozen: a change is a new migration.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are kept for ever', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TABLE awards (
    award_id UUID NOT NULL,
    policy TEXT NOT NULL,
    award TEXT NOT NULL,
    subject TEXT NOT NULL,
    identity_year INTEGER,
    version INTEGER DEFAULT 0 NOT NULL,
    first_decided_on DATE,
    CONSTRAINT pk_awards PRIMARY KEY (award_id),
    CONSTRAINT uq_awards_policy_award_subject_identity_year UNIQUE NULLS NOT DISTINCT (policy, award, subject, identity_year),
    CONSTRAINT ck_awards_first_decided_on CHECK ((version = 0) = (first_decided_on IS NULL))
);

COMMENT ON TABLE awards IS 'An award''s identity. Its row is the lock under which versions are numbered and events ordered';

COMMENT ON COLUMN awards.identity_year IS 'Part of the identity of a yearly award; empty for one given once';

COMMENT ON COLUMN awards.version IS 'The version in force, 0: none yet';

COMMENT ON COLUMN awards.first_decided_on IS 'Decision day of version 1';

CREATE TABLE documents (
    hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    kept_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_documents PRIMARY KEY (hash),
    CONSTRAINT ck_documents_kind CHECK (kind IN ('book', 'readings', 'inputs'))
);

COMMENT ON TABLE documents IS 'Policy books, readings and sealed inputs of decisions, each kept once under its SHA-256';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON documents FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE outcomes (
    evaluation_id UUID NOT NULL,
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
    CONSTRAINT pk_outcomes PRIMARY KEY (evaluation_id, number)
);

CREATE INDEX ix_outcomes_result ON outcomes (evaluation_id, result, number);

COMMENT ON TABLE outcomes IS 'What an evaluation found: granted, and undetermined where a row about the award exists';

COMMENT ON COLUMN outcomes.number IS 'Place in the evaluation''s order: award, subject, year';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON outcomes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE reading_changes (
    id UUID DEFAULT uuidv7() NOT NULL,
    number INTEGER GENERATED ALWAYS AS IDENTITY,
    policy TEXT NOT NULL,
    interpretations JSONB NOT NULL,
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    confirmed_by TEXT,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_reading_changes PRIMARY KEY (id),
    CONSTRAINT ck_reading_changes_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_reading_changes_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL))
);

CREATE INDEX ix_reading_changes_policy ON reading_changes (policy, confirmed_at);

COMMENT ON TABLE reading_changes IS 'Official readings are the defaults with every confirmed change, in the order of confirmation';

COMMENT ON COLUMN reading_changes.interpretations IS 'Reading → value, those that change alone';

CREATE TABLE decisions (
    id UUID DEFAULT uuidv7() NOT NULL,
    award_id UUID NOT NULL,
    evaluation_id UUID NOT NULL,
    state TEXT NOT NULL,
    revision INTEGER DEFAULT 1 NOT NULL,
    version INTEGER,
    policy TEXT NOT NULL,
    award TEXT NOT NULL,
    article TEXT NOT NULL,
    subject TEXT NOT NULL,
    award_year INTEGER NOT NULL,
    payee_uscc TEXT NOT NULL,
    payee_name TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    result TEXT NOT NULL,
    kind TEXT NOT NULL,
    entitlement_fen BIGINT NOT NULL,
    instalments JSONB NOT NULL,
    flags TEXT[] NOT NULL,
    reason TEXT NOT NULL,
    decided_on DATE NOT NULL,
    facts_revision BIGINT NOT NULL,
    policy_hash TEXT NOT NULL,
    interpretations_hash TEXT NOT NULL,
    inputs_hash TEXT NOT NULL,
    engine_version TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    approved_by TEXT,
    approved_at TIMESTAMP WITH TIME ZONE,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_decisions PRIMARY KEY (id),
    CONSTRAINT ck_decisions_state CHECK (state IN ('proposed', 'in_notice', 'suspended', 'rejected', 'approved', 'superseded')),
    CONSTRAINT ck_decisions_maker_is_not_checker CHECK (approved_by IS NULL OR approved_by <> proposed_by),
    CONSTRAINT ck_decisions_version_at_approval CHECK ((version IS NULL) = (approved_by IS NULL)),
    CONSTRAINT ck_decisions_approved_has_version CHECK (state <> 'approved' OR version IS NOT NULL),
    CONSTRAINT ck_decisions_version_in_force CHECK (version IS NULL OR state IN ('approved', 'superseded')),
    CONSTRAINT ck_decisions_jurisdiction CHECK (jurisdiction IN ('city', 'liandu', 'development_zone')),
    CONSTRAINT ck_decisions_result CHECK (result IN ('granted', 'withdrawn')),
    CONSTRAINT ck_decisions_kind CHECK (kind IN ('cash', 'in_kind')),
    CONSTRAINT ck_decisions_reason CHECK (reason IN ('initial', 'correction', 'withdrawal', 'objection')),
    CONSTRAINT ck_decisions_entitlement CHECK (entitlement_fen >= 0 AND ((result = 'granted' AND kind = 'cash') = (entitlement_fen > 0))),
    CONSTRAINT uq_decisions_award_id_version UNIQUE (award_id, version),
    CONSTRAINT fk_decisions_award_id_awards FOREIGN KEY(award_id) REFERENCES awards (award_id),
    CONSTRAINT fk_decisions_policy_hash_documents FOREIGN KEY(policy_hash) REFERENCES documents (hash),
    CONSTRAINT fk_decisions_interpretations_hash_documents FOREIGN KEY(interpretations_hash) REFERENCES documents (hash),
    CONSTRAINT fk_decisions_inputs_hash_documents FOREIGN KEY(inputs_hash) REFERENCES documents (hash)
);

CREATE INDEX ix_decisions_award ON decisions (award, award_year, id);

CREATE INDEX ix_decisions_award_id ON decisions (award_id, id);

CREATE INDEX ix_decisions_changed ON decisions (changed_at);

CREATE INDEX ix_decisions_evaluation ON decisions (evaluation_id, id);

CREATE INDEX ix_decisions_payee ON decisions (payee_uscc, id);

CREATE UNIQUE INDEX uq_decisions_in_force ON decisions (award_id) WHERE state = 'approved';

CREATE UNIQUE INDEX uq_decisions_open ON decisions (award_id) WHERE state IN ('proposed','in_notice','suspended');

COMMENT ON COLUMN decisions.revision IS 'Counts changes; the ETag';

CREATE TABLE decision_acts (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    decision_id UUID NOT NULL,
    act TEXT NOT NULL,
    state TEXT NOT NULL,
    actor TEXT NOT NULL,
    acted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    reason TEXT,
    CONSTRAINT pk_decision_acts PRIMARY KEY (id),
    CONSTRAINT fk_decision_acts_decision_id_decisions FOREIGN KEY(decision_id) REFERENCES decisions (id)
);

CREATE INDEX ix_decision_acts_decision ON decision_acts (decision_id, id);

COMMENT ON TABLE decision_acts IS 'Who did what to a decision, when and why';

COMMENT ON COLUMN decision_acts.state IS 'The state that the act led to';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON decision_acts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
