-- What a proposal still requires is on its own row, so that what waits is found and counted without another table.

ALTER TABLE decisions ADD COLUMN open_steps text[] DEFAULT '{}' NOT NULL,
    ADD CONSTRAINT ck_decisions_no_step_skipped CHECK (open_steps = '{}' OR state NOT IN ('in_notice', 'approved')) NOT VALID;
COMMENT ON COLUMN decisions.open_steps IS 'Steps of its procedure that it still requires, in their order: those of decision_steps without an outcome, or objected to';
UPDATE decisions d SET open_steps = s.steps
FROM (SELECT decision_id, array_agg(step ORDER BY place) AS steps FROM decision_steps
      WHERE outcome IS NULL OR outcome = 'objected' GROUP BY decision_id) s
WHERE d.id = s.decision_id;

-- What a decision waits for now: confirmation and reviews side by side, then the notice, then the approval.
-- `default_notice_days`: the working days of a notice (0: none is needed) where no procedure says how many.
CREATE OR REPLACE FUNCTION waiting_for(d decisions, default_notice_days integer) RETURNS TABLE (waiting_for text[])
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN d.state NOT IN ('proposed', 'in_notice', 'suspended') THEN '{}'
                WHEN d.open_steps <> '{}' THEN d.open_steps
                WHEN d.noticed_on IS NULL AND (d.notice_id IS NOT NULL OR coalesce(
                    (SELECT (p.content::jsonb ->> 'notice_working_days')::integer FROM documents p WHERE p.hash = d.procedure_hash),
                    default_notice_days) > 0) THEN '{notice}'
                ELSE '{approval}' END
$$;

-- How many proposals wait, by what a task groups them by. Each statement that changes decisions adds the differences that it makes,
-- so nobody waits for a counter; a worker adds the rows up from time to time.
CREATE TABLE open_proposals (
    id bigint GENERATED ALWAYS AS IDENTITY,
    round_id uuid,
    evaluation_id uuid NOT NULL,
    jurisdiction text NOT NULL,
    state text NOT NULL,
    open_steps text[] NOT NULL,
    noticed boolean NOT NULL,
    flagged boolean NOT NULL,
    fact_authors text[] NOT NULL,
    changed_on date NOT NULL,
    proposals integer NOT NULL,
    CONSTRAINT pk_open_proposals PRIMARY KEY (id)
);
COMMENT ON TABLE open_proposals IS 'Differences of how many proposals wait: their sums by all other columns are what decisions say';

CREATE FUNCTION count_open_proposals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO open_proposals (round_id, evaluation_id, jurisdiction, state, open_steps, noticed, flagged, fact_authors,
                                    changed_on, proposals)
        SELECT round_id, evaluation_id, jurisdiction, state, open_steps, noticed_on IS NOT NULL, cardinality(flags) > 0, fact_authors,
               (changed_at AT TIME ZONE 'Asia/Shanghai')::date, count(*)
        FROM new_rows WHERE state IN ('proposed', 'suspended') GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
    ELSE
        INSERT INTO open_proposals (round_id, evaluation_id, jurisdiction, state, open_steps, noticed, flagged, fact_authors,
                                    changed_on, proposals)
        SELECT round_id, evaluation_id, jurisdiction, state, open_steps, noticed_on IS NOT NULL, cardinality(flags) > 0, fact_authors,
               (changed_at AT TIME ZONE 'Asia/Shanghai')::date, sum(difference)
        FROM (SELECT round_id, evaluation_id, jurisdiction, state, open_steps, noticed_on, flags, fact_authors, changed_at,
                     1 AS difference FROM new_rows
              UNION ALL
              SELECT round_id, evaluation_id, jurisdiction, state, open_steps, noticed_on, flags, fact_authors, changed_at,
                     -1 FROM old_rows) rows
        WHERE state IN ('proposed', 'suspended') GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(difference) <> 0;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER decisions_counted_new AFTER INSERT ON decisions REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_open_proposals();
CREATE TRIGGER decisions_counted_changed AFTER UPDATE ON decisions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_open_proposals();
INSERT INTO open_proposals (round_id, evaluation_id, jurisdiction, state, open_steps, noticed, flagged, fact_authors, changed_on,
                            proposals)
SELECT round_id, evaluation_id, jurisdiction, state, open_steps, noticed_on IS NOT NULL, cardinality(flags) > 0, fact_authors,
       (changed_at AT TIME ZONE 'Asia/Shanghai')::date, count(*)
FROM decisions WHERE state IN ('proposed', 'suspended') GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

-- Accounts that payees confirm with their acceptance: the registry is told until it answers.
CREATE TABLE account_confirmations (
    decision_id uuid NOT NULL,
    uscc text NOT NULL,
    confirmed_by text NOT NULL,
    confirmed_at timestamptz DEFAULT now() NOT NULL,
    outcome text,
    answered_at timestamptz,
    CONSTRAINT pk_account_confirmations PRIMARY KEY (decision_id),
    CONSTRAINT fk_account_confirmations_decision_id_decisions FOREIGN KEY (decision_id) REFERENCES decisions (id),
    CONSTRAINT ck_account_confirmations_outcome CHECK (outcome IN ('confirmed', 'own_draft', 'changed', 'no_draft')),
    CONSTRAINT ck_account_confirmations_answered CHECK ((outcome IS NULL) = (answered_at IS NULL))
);
CREATE INDEX ix_account_confirmations_waiting ON account_confirmations (confirmed_at) WHERE answered_at IS NULL;
COMMENT ON TABLE account_confirmations IS 'Accounts that payees have confirmed with their acceptance; the registry is told until it answers';
COMMENT ON COLUMN account_confirmations.uscc IS 'The payee whose account it is';
COMMENT ON COLUMN account_confirmations.confirmed_by IS 'Who confirmed: never who drafted the account';
COMMENT ON COLUMN account_confirmations.outcome IS 'What the registry made of it; empty until it has answered';
