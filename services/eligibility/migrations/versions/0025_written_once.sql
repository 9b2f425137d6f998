-- What an evaluation writes once is kept many together, compressed: a tenth of the bytes. Earlier rows stay where they are.
-- The statements may be run again.

CREATE TABLE IF NOT EXISTS evaluation_outcomes (
    evaluation_id uuid NOT NULL,
    last_number integer NOT NULL,
    outcomes bytea NOT NULL,
    CONSTRAINT pk_evaluation_outcomes PRIMARY KEY (evaluation_id, last_number)
);
ALTER TABLE evaluation_outcomes ALTER COLUMN outcomes SET STORAGE EXTERNAL;
COMMENT ON TABLE evaluation_outcomes IS 'Outcomes of evaluations in their order, some thousand in a row: granted, and undetermined where a fact about the award exists';
COMMENT ON COLUMN evaluation_outcomes.last_number IS 'The place of its last outcome in the evaluation''s order: award, subject, year';
COMMENT ON COLUMN evaluation_outcomes.outcomes IS 'A compressed Arrow stream';
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON evaluation_outcomes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE IF NOT EXISTS sealed_inputs (
    evaluation_id uuid NOT NULL,
    number integer NOT NULL,
    documents bytea NOT NULL,
    CONSTRAINT pk_sealed_inputs PRIMARY KEY (evaluation_id, number)
);
ALTER TABLE sealed_inputs ALTER COLUMN documents SET STORAGE EXTERNAL;
COMMENT ON TABLE sealed_inputs IS 'Sealed inputs of an evaluation''s proposals, some hundred in a row; each is known by its SHA-256';
COMMENT ON COLUMN sealed_inputs.documents IS 'A compressed Arrow stream';
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON sealed_inputs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE decisions ADD COLUMN IF NOT EXISTS inputs_number integer;
COMMENT ON COLUMN decisions.inputs_number IS 'The row of sealed_inputs of its evaluation that holds its inputs; empty: they are a document';

-- Documents, awards and decisions are never removed, so that what a row rests on is looked for when it is stored, once a statement. Foreign
-- keys would look for the same policy and interpretations again for each decision, and lock each award and decision once more.
-- The questions are planned each time, for one row as for a million.
CREATE OR REPLACE TRIGGER kept BEFORE DELETE ON awards FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER kept BEFORE DELETE ON decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE FUNCTION refuse_unknown_documents() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_unknown boolean;
BEGIN
    EXECUTE $q$
        SELECT EXISTS (SELECT FROM (SELECT policy_hash AS hash FROM new_rows
                                    UNION SELECT interpretations_hash FROM new_rows
                                    UNION SELECT procedure_hash FROM new_rows WHERE procedure_hash IS NOT NULL
                                    UNION SELECT inputs_hash FROM new_rows WHERE inputs_number IS NULL) n
                       WHERE NOT EXISTS (SELECT FROM documents d WHERE d.hash = n.hash))
            OR EXISTS (SELECT FROM (SELECT DISTINCT evaluation_id, inputs_number FROM new_rows WHERE inputs_number IS NOT NULL) n
                       WHERE NOT EXISTS (SELECT FROM sealed_inputs s
                                         WHERE s.evaluation_id = n.evaluation_id AND s.number = n.inputs_number))
            OR EXISTS (SELECT FROM new_rows n WHERE NOT EXISTS (SELECT FROM awards a WHERE a.award_id = n.award_id))
    $q$ INTO is_unknown;
    IF is_unknown THEN
        RAISE EXCEPTION 'a decision rests on a document or an award that is not stored' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER decisions_documents AFTER INSERT ON decisions REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unknown_documents();
CREATE OR REPLACE FUNCTION refuse_acts_on_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_unknown boolean;
BEGIN
    EXECUTE 'SELECT EXISTS (SELECT FROM new_rows n WHERE NOT EXISTS (SELECT FROM decisions d WHERE d.id = n.decision_id))'
        INTO is_unknown;
    IF is_unknown THEN
        RAISE EXCEPTION 'an act concerns a decision that is not stored' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER decision_acts_decisions AFTER INSERT ON decision_acts REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_acts_on_nothing();
CREATE OR REPLACE FUNCTION refuse_edit_of_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what decision % was computed from cannot be changed', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER decisions_receipt
    BEFORE UPDATE OF award_id, evaluation_id, policy_hash, interpretations_hash, procedure_hash, inputs_hash, inputs_number ON decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_edit_of_receipt();
ALTER TABLE decisions DROP CONSTRAINT IF EXISTS fk_decisions_policy_hash_documents,
    DROP CONSTRAINT IF EXISTS fk_decisions_interpretations_hash_documents,
    DROP CONSTRAINT IF EXISTS fk_decisions_procedure_hash_documents,
    DROP CONSTRAINT IF EXISTS fk_decisions_inputs_hash_documents, DROP CONSTRAINT IF EXISTS fk_decisions_award_id_awards;
ALTER TABLE decision_acts DROP CONSTRAINT IF EXISTS fk_decision_acts_decision_id_decisions;
