-- Refusals as acts, what enterprises state about them, and objections against omissions.

CREATE TABLE refusals (
    id uuid DEFAULT uuidv7() NOT NULL,
    reason text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz DEFAULT now() NOT NULL,
    confirmed_by text,
    confirmed_at timestamptz,
    policy text NOT NULL,
    award text NOT NULL,
    subject text NOT NULL,
    award_year integer NOT NULL,
    payee_uscc text NOT NULL,
    payee_name text NOT NULL,
    jurisdiction text,
    result text NOT NULL,
    outcome jsonb NOT NULL,
    decided_on date NOT NULL,
    facts_revision bigint NOT NULL,
    policy_hash text NOT NULL,
    interpretations_hash text NOT NULL,
    inputs_hash text NOT NULL,
    engine_version text NOT NULL,
    changed_in bigint,
    superseded_in bigint,
    superseded_at timestamptz,
    CONSTRAINT pk_refusals PRIMARY KEY (id),
    CONSTRAINT ck_refusals_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_refusals_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT ck_refusals_result CHECK (result IN ('refused', 'undetermined')),
    CONSTRAINT ck_refusals_superseded CHECK ((superseded_in IS NULL) = (superseded_at IS NULL)),
    CONSTRAINT fk_refusals_policy_hash_documents FOREIGN KEY (policy_hash) REFERENCES documents (hash),
    CONSTRAINT fk_refusals_interpretations_hash_documents FOREIGN KEY (interpretations_hash) REFERENCES documents (hash),
    CONSTRAINT fk_refusals_inputs_hash_documents FOREIGN KEY (inputs_hash) REFERENCES documents (hash)
);
CREATE UNIQUE INDEX uq_refusals_open ON refusals (policy, award, subject, award_year) WHERE superseded_at IS NULL;
CREATE INDEX ix_refusals_payee ON refusals (payee_uscc, id);
CREATE INDEX ix_refusals_changed ON refusals (changed_in) WHERE changed_in IS NOT NULL AND superseded_at IS NULL;
CREATE INDEX ix_refusals_waiting ON refusals (proposed_at, id) WHERE confirmed_at IS NULL AND superseded_at IS NULL;
COMMENT ON TABLE refusals IS 'Refusals: proposed by one person, issued (confirmed) by another; superseded where facts change their outcome';
COMMENT ON COLUMN refusals.outcome IS 'What another outcome is told by: conditions, figures, missing facts';
COMMENT ON COLUMN refusals.changed_in IS 'Revision of facts that concern it and were not compared with it yet';
COMMENT ON COLUMN refusals.superseded_in IS 'Revision of the facts that changed its outcome';

-- A refusal is issued once, superseded once, and otherwise never edited.
CREATE FUNCTION refuse_refusal_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a refusal may only be issued and superseded, once each' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER refusals_edit BEFORE UPDATE ON refusals FOR EACH ROW
    WHEN (OLD.superseded_at IS NOT NULL
          OR (OLD.confirmed_at IS NOT NULL AND (OLD.confirmed_by, OLD.confirmed_at) IS DISTINCT FROM (NEW.confirmed_by, NEW.confirmed_at))
          OR (to_jsonb(OLD) - '{confirmed_by,confirmed_at,changed_in,superseded_in,superseded_at}'::text[])
             IS DISTINCT FROM (to_jsonb(NEW) - '{confirmed_by,confirmed_at,changed_in,superseded_in,superseded_at}'::text[]))
    EXECUTE FUNCTION refuse_refusal_edit();
CREATE TRIGGER refusals_delete BEFORE DELETE ON refusals FOR EACH ROW EXECUTE FUNCTION refuse_refusal_edit();

CREATE TABLE refusal_statements (
    id uuid DEFAULT uuidv7() NOT NULL,
    refusal_id uuid NOT NULL,
    statement text NOT NULL,
    document text,
    made_by text NOT NULL,
    made_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_refusal_statements PRIMARY KEY (id),
    CONSTRAINT fk_refusal_statements_refusal_id_refusals FOREIGN KEY (refusal_id) REFERENCES refusals (id)
);
CREATE INDEX ix_refusal_statements_refusal ON refusal_statements (refusal_id, id);
COMMENT ON TABLE refusal_statements IS 'What enterprises state about a refusal before it is issued (陈述申辩)';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON refusal_statements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An objection concerns a decision of the notice, or an award that the notice omits.
ALTER TABLE objections ALTER COLUMN decision_id DROP NOT NULL,
    ADD COLUMN omitted jsonb, ADD COLUMN omitted_uscc text, ADD COLUMN refusal_id uuid,
    ADD CONSTRAINT fk_objections_refusal_id_refusals FOREIGN KEY (refusal_id) REFERENCES refusals (id) NOT VALID,
    ADD CONSTRAINT ck_objections_concerns CHECK (
        (decision_id IS NULL) = (omitted IS NOT NULL) AND (omitted IS NULL) = (omitted_uscc IS NULL)) NOT VALID,
    ADD CONSTRAINT ck_objections_refusal CHECK (refusal_id IS NULL OR (omitted IS NOT NULL AND outcome = 'rejected')) NOT VALID;
COMMENT ON COLUMN objections.omitted IS 'The case that the notice omits: award, subject, award_year; empty for an objection to a decision';
COMMENT ON COLUMN objections.omitted_uscc IS 'The enterprise of the omitted case';
COMMENT ON COLUMN objections.refusal_id IS 'The refusal that the dismissal of an omission drew up';
