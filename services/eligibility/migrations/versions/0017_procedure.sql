-- The official procedure of a policy, rounds, and what a proposal waits for: confirmation by the payee and reviews.

CREATE TABLE procedure_changes (
    id uuid DEFAULT uuidv7() NOT NULL,
    number integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    policy text NOT NULL,
    hash text NOT NULL,
    reason text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz DEFAULT now() NOT NULL,
    confirmed_by text,
    confirmed_at timestamptz,
    CONSTRAINT pk_procedure_changes PRIMARY KEY (id),
    CONSTRAINT fk_procedure_changes_hash_documents FOREIGN KEY (hash) REFERENCES documents (hash),
    CONSTRAINT ck_procedure_changes_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_procedure_changes_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL))
);
CREATE INDEX ix_procedure_changes_policy ON procedure_changes (policy, confirmed_at);
COMMENT ON TABLE procedure_changes IS 'Official procedures of policies; the one confirmed last holds for proposals made from then on';
COMMENT ON COLUMN procedure_changes.hash IS 'The whole procedure, a document';

-- A procedure is confirmed once and never edited.
CREATE FUNCTION refuse_procedure_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a procedure may only be confirmed, once' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER procedure_changes_edit BEFORE UPDATE ON procedure_changes FOR EACH ROW
    WHEN (OLD.confirmed_at IS NOT NULL
          OR (OLD.id, OLD.policy, OLD.hash, OLD.reason, OLD.proposed_by, OLD.proposed_at)
             IS DISTINCT FROM (NEW.id, NEW.policy, NEW.hash, NEW.reason, NEW.proposed_by, NEW.proposed_at))
    EXECUTE FUNCTION refuse_procedure_edit();
CREATE TRIGGER procedure_changes_delete BEFORE DELETE ON procedure_changes FOR EACH ROW EXECUTE FUNCTION refuse_procedure_edit();

CREATE TABLE rounds (
    id uuid DEFAULT uuidv7() NOT NULL,
    policy text NOT NULL,
    title text NOT NULL,
    award_years integer[] NOT NULL,
    awards text[],
    opens_on date NOT NULL,
    closes_on date NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_rounds PRIMARY KEY (id),
    CONSTRAINT ck_rounds_award_years CHECK (cardinality(award_years) > 0),
    CONSTRAINT ck_rounds_awards CHECK (cardinality(awards) > 0),
    CONSTRAINT ck_rounds_term CHECK (closes_on >= opens_on)
);
COMMENT ON TABLE rounds IS 'Rounds (兑现批次) that order proposals; never a condition of an award';
COMMENT ON COLUMN rounds.awards IS 'Codes of its awards; empty for all of the policy';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON rounds FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Validated by 0018.
ALTER TABLE documents DROP CONSTRAINT ck_documents_kind,
    ADD CONSTRAINT ck_documents_kind CHECK (kind IN ('book', 'readings', 'inputs', 'procedure')) NOT VALID;
COMMENT ON TABLE documents IS 'Policies, interpretations, procedures and sealed inputs of decisions, each stored once under its SHA-256';
ALTER TABLE decisions ADD COLUMN round_id uuid, ADD COLUMN procedure_hash text,
    ADD CONSTRAINT fk_decisions_round_id_rounds FOREIGN KEY (round_id) REFERENCES rounds (id) NOT VALID,
    ADD CONSTRAINT fk_decisions_procedure_hash_documents FOREIGN KEY (procedure_hash) REFERENCES documents (hash) NOT VALID;
COMMENT ON COLUMN decisions.round_id IS 'The round that it belongs to, if any';
COMMENT ON COLUMN decisions.procedure_hash IS 'The procedure that held when it was proposed, if any';

CREATE TABLE decision_steps (
    decision_id uuid NOT NULL,
    place integer NOT NULL,
    step text NOT NULL,
    due_on date,
    outcome text,
    reason text,
    statement jsonb,
    acted_by text,
    acted_at timestamptz,
    CONSTRAINT pk_decision_steps PRIMARY KEY (decision_id, step),
    CONSTRAINT fk_decision_steps_decision_id_decisions FOREIGN KEY (decision_id) REFERENCES decisions (id),
    CONSTRAINT ck_decision_steps_step CHECK (step = 'confirmation' OR step ~ '^review:[a-z][a-z0-9_-]*$'),
    CONSTRAINT ck_decision_steps_outcome CHECK (
        CASE WHEN step = 'confirmation' THEN outcome IN ('accepted', 'declined') ELSE outcome IN ('passed', 'objected') END),
    CONSTRAINT ck_decision_steps_acted CHECK (
        (outcome IS NULL) = (acted_by IS NULL) AND (outcome IS NULL) = (acted_at IS NULL)),
    CONSTRAINT ck_decision_steps_objection_has_reason CHECK (outcome <> 'objected' OR reason IS NOT NULL),
    CONSTRAINT ck_decision_steps_statement CHECK (statement IS NULL OR (step = 'confirmation' AND outcome IS NOT NULL))
);
CREATE INDEX ix_decision_steps_waiting ON decision_steps (step, decision_id) WHERE outcome IS NULL;
CREATE INDEX ix_decision_steps_objected ON decision_steps (step, decision_id) WHERE outcome = 'objected';
CREATE INDEX ix_decision_steps_due ON decision_steps (due_on, decision_id) WHERE outcome IS NULL AND due_on IS NOT NULL;
COMMENT ON TABLE decision_steps IS 'What the procedure requires of a proposal before its notice: the confirmation of its payee, and reviews';
COMMENT ON COLUMN decision_steps.place IS 'Place in the procedure';
COMMENT ON COLUMN decision_steps.step IS '`confirmation` or `review:<reviewer>`';
COMMENT ON COLUMN decision_steps.due_on IS 'Last working day for it';
COMMENT ON COLUMN decision_steps.outcome IS 'Empty while it waits; `objected` may still become `passed`';
COMMENT ON COLUMN decision_steps.statement IS 'What was confirmed: account, commitment, document';

-- What was passed, accepted or declined stays so.
CREATE FUNCTION refuse_step_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'step % of decision % is % already', OLD.step, OLD.decision_id, coalesce(OLD.outcome, 'set')
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER decision_steps_edit BEFORE UPDATE ON decision_steps FOR EACH ROW
    WHEN (OLD.outcome IN ('passed', 'accepted', 'declined')
          OR (OLD.decision_id, OLD.place, OLD.step, OLD.due_on) IS DISTINCT FROM (NEW.decision_id, NEW.place, NEW.step, NEW.due_on))
    EXECUTE FUNCTION refuse_step_edit();
CREATE TRIGGER decision_steps_delete BEFORE DELETE ON decision_steps FOR EACH ROW EXECUTE FUNCTION refuse_step_edit();

-- What a decision waits for now: confirmation and reviews side by side, then the notice, then the approval.
-- `default_notice_days`: the working days of a notice (0: none is needed) where no procedure says how many.
CREATE FUNCTION waiting_for(d decisions, default_notice_days integer) RETURNS TABLE (waiting_for text[]) LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN d.state NOT IN ('proposed', 'in_notice', 'suspended') THEN '{}'
                WHEN s.steps IS NOT NULL THEN s.steps
                WHEN d.noticed_on IS NULL AND (d.notice_id IS NOT NULL OR coalesce(
                    (SELECT (p.content::jsonb ->> 'notice_working_days')::integer FROM documents p WHERE p.hash = d.procedure_hash),
                    default_notice_days) > 0) THEN '{notice}'
                ELSE '{approval}' END
    FROM (SELECT array_agg(step ORDER BY place) AS steps FROM decision_steps
          WHERE decision_id = d.id AND (outcome IS NULL OR outcome = 'objected')) s
$$;

-- No decision enters a notice, or is approved, before the steps of its procedure.
CREATE FUNCTION refuse_step_skipped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM decision_steps
               WHERE decision_id = NEW.id AND (outcome IS NULL OR outcome NOT IN ('passed', 'accepted'))) THEN
        RAISE EXCEPTION 'decision % waits for its confirmation or a review', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'approved' AND NEW.noticed_on IS NULL AND EXISTS (
            SELECT FROM documents WHERE hash = NEW.procedure_hash AND (content::jsonb ->> 'notice_working_days')::integer > 0) THEN
        RAISE EXCEPTION 'decision % waits for its notice', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER decisions_steps AFTER UPDATE OF state ON decisions FOR EACH ROW
    WHEN (NEW.procedure_hash IS NOT NULL AND NEW.state IN ('in_notice', 'approved'))
    EXECUTE FUNCTION refuse_step_skipped();

-- A proposal that is confirmed or reviewed stays a proposal.
CREATE OR REPLACE TRIGGER decisions_transition AFTER UPDATE OF state ON decisions FOR EACH ROW
    WHEN (CASE OLD.state
          WHEN 'proposed' THEN NEW.state NOT IN ('proposed', 'in_notice', 'suspended', 'rejected', 'approved', 'superseded')
          WHEN 'in_notice' THEN NEW.state NOT IN ('proposed', 'suspended', 'rejected', 'superseded')
          WHEN 'suspended' THEN NEW.state NOT IN ('proposed', 'in_notice', 'suspended', 'rejected', 'superseded')
          WHEN 'approved' THEN NEW.state <> 'superseded'
          ELSE true END)
    EXECUTE FUNCTION refuse_decision_transition();

ALTER TABLE decision_acts ADD COLUMN step text;
COMMENT ON COLUMN decision_acts.step IS 'The step of the procedure that the act concerns, if any';
