-- Corrections of bank results, which two persons make, and the holders of payees' accounts.

-- What was on record and what is right. A result itself is never edited.
CREATE TABLE result_corrections (
    id UUID NOT NULL,
    batch_id UUID NOT NULL,
    order_id UUID NOT NULL,
    former_outcome TEXT NOT NULL,
    former_occurred_on DATE NOT NULL,
    former_bank_reference TEXT NOT NULL,
    outcome TEXT NOT NULL,
    occurred_on DATE NOT NULL,
    bank_reference TEXT NOT NULL,
    bank_reason TEXT,
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    confirmed_by TEXT,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    discarded_by TEXT,
    discarded_at TIMESTAMP WITH TIME ZONE,
    discard_reason TEXT,
    CONSTRAINT pk_result_corrections PRIMARY KEY (id),
    CONSTRAINT fk_result_corrections_batch_id_batch_orders FOREIGN KEY (batch_id, order_id)
        REFERENCES batch_orders (batch_id, order_id),
    CONSTRAINT ck_result_corrections_outcomes CHECK (
        former_outcome IN ('settled', 'failed', 'returned') AND outcome IN ('settled', 'failed', 'returned')),
    CONSTRAINT ck_result_corrections_difference CHECK (
        (former_outcome, former_occurred_on, former_bank_reference) <> (outcome, occurred_on, bank_reference)),
    CONSTRAINT ck_result_corrections_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_result_corrections_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT ck_result_corrections_discarded CHECK (
        (discarded_by IS NULL) = (discarded_at IS NULL) AND (discarded_by IS NULL) = (discard_reason IS NULL)),
    CONSTRAINT ck_result_corrections_decided_once CHECK (confirmed_at IS NULL OR discarded_at IS NULL)
);

CREATE UNIQUE INDEX uq_result_corrections_open ON result_corrections (order_id)
    WHERE confirmed_at IS NULL AND discarded_at IS NULL;
CREATE INDEX ix_result_corrections_order_id ON result_corrections (order_id);

CREATE FUNCTION refuse_edited_correction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a correction is decided once and never edited or deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER result_corrections_kept AFTER UPDATE ON result_corrections FOR EACH ROW
    WHEN (OLD.confirmed_at IS NOT NULL OR OLD.discarded_at IS NOT NULL
          OR (NEW.id, NEW.batch_id, NEW.order_id, NEW.former_outcome, NEW.former_occurred_on, NEW.former_bank_reference,
              NEW.outcome, NEW.occurred_on, NEW.bank_reference, NEW.bank_reason, NEW.reason, NEW.proposed_by, NEW.proposed_at)
             IS DISTINCT FROM
             (OLD.id, OLD.batch_id, OLD.order_id, OLD.former_outcome, OLD.former_occurred_on, OLD.former_bank_reference,
              OLD.outcome, OLD.occurred_on, OLD.bank_reference, OLD.bank_reason, OLD.reason, OLD.proposed_by, OLD.proposed_at))
    EXECUTE FUNCTION refuse_edited_correction();

CREATE TRIGGER result_corrections_delete BEFORE DELETE ON result_corrections
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edited_correction();

-- What is right about each order: the bank's results that no correction has replaced, and the corrections themselves.
CREATE VIEW results_on_record WITH (security_invoker = true) AS
    SELECT r.order_id, r.outcome, r.bank_reference, r.occurred_on FROM payment_results r
    WHERE NOT EXISTS (SELECT FROM result_corrections c
                      WHERE c.order_id = r.order_id AND c.former_outcome = r.outcome AND c.confirmed_at IS NOT NULL)
    UNION ALL
    SELECT c.order_id, c.outcome, c.bank_reference, c.occurred_on FROM result_corrections c
    WHERE c.confirmed_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM result_corrections l
                      WHERE l.order_id = c.order_id AND l.former_outcome = c.outcome AND l.confirmed_at > c.confirmed_at);

GRANT SELECT ON results_on_record TO PUBLIC;

-- A confirmed correction moves its order from the outcome on record to the right one, and changes nothing else of it.
CREATE OR REPLACE FUNCTION refuse_order_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'payment orders are never deleted' USING ERRCODE = 'integrity_constraint_violation';
    ELSIF TG_OP = 'INSERT' THEN
        RAISE EXCEPTION 'a payment order cannot begin as %', NEW.state USING ERRCODE = 'check_violation';
    ELSIF NEW.live = OLD.live AND NEW.budget_year = OLD.budget_year AND EXISTS (
        SELECT FROM result_corrections c
        WHERE c.order_id = NEW.id AND c.confirmed_at IS NOT NULL
          AND (c.former_outcome, c.former_occurred_on, c.former_bank_reference)
              = (OLD.state, OLD.result_on, OLD.bank_reference)
          AND (c.outcome, c.occurred_on, c.bank_reference) = (NEW.state, NEW.result_on, NEW.bank_reference))
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'a payment order cannot go from % to % (live: % to %, budget year: % to %)', OLD.state, NEW.state,
        OLD.live, NEW.live, OLD.budget_year, NEW.budget_year USING ERRCODE = 'check_violation';
END $$;

-- Null: mirrored by the version before, which did not ask; the worker reads it again.
ALTER TABLE payee_accounts ADD COLUMN holder TEXT;

CREATE FUNCTION name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT lower(regexp_replace(normalize(name, NFKC), '\s', '', 'g')) $$;

-- As before, and whether the account that was approved, or the latest one while none is, belongs to somebody else.
CREATE OR REPLACE VIEW payment_order_details WITH (security_invoker = true) AS
    SELECT o.id, o.number, o.award_id, a.award, o.version, a.jurisdiction, o.unit, o.instalment, o.due_year, o.amount_fen,
           o.payee_uscc,
           jsonb_build_object('uscc', o.payee_uscc, 'name', (
               SELECT v.payee_name FROM award_versions v
               WHERE v.award_id = o.award_id AND v.payee_uscc = o.payee_uscc AND v.version <= o.version
               ORDER BY v.version DESC LIMIT 1)) AS payee,
           o.first_decided_on, o.state, o.waiting_for, o.live, o.budget_year, o.funded_at, o.issued_by, o.approved_by,
           o.approved_at, o.account_revision, o.batch_id, o.replaces, o.result_on AS occurred_on, o.bank_reference,
           o.result_reason AS reason, o.created_at, o.changed_at,
           EXISTS (SELECT FROM holds h WHERE h.released_at IS NULL AND (h.award_id = o.award_id OR h.uscc = o.payee_uscc))
               OR o.award_id IN (SELECT w.award_id FROM awards w WHERE w.waiting_for IS NOT NULL) AS held,
           (SELECT name_key(p.holder) <> name_key((
                       SELECT v.payee_name FROM award_versions v
                       WHERE v.award_id = o.award_id AND v.payee_uscc = o.payee_uscc AND v.version <= o.version
                       ORDER BY v.version DESC LIMIT 1))
            FROM payee_accounts p
            WHERE p.uscc = o.payee_uscc AND (o.account_revision IS NULL OR p.revision = o.account_revision)
            ORDER BY p.since DESC LIMIT 1) AS holder_differs
    FROM payment_orders o JOIN awards a ON a.award_id = o.award_id;
