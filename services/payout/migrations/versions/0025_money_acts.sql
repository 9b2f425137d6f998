-- What an arrangement does where a budget lacks money, and what days that were shared in proportion left over.

ALTER TABLE arrangements ADD COLUMN shortage TEXT DEFAULT 'in_turn' NOT NULL,
    ADD CONSTRAINT ck_arrangements_shortage CHECK (shortage IN ('in_turn', 'in_proportion')) NOT VALID;

CREATE TRIGGER arrangements_edit_policy BEFORE UPDATE ON arrangements FOR EACH ROW
    WHEN ((NEW.policy, NEW.shortage) IS DISTINCT FROM (OLD.policy, OLD.shortage))
    EXECUTE FUNCTION refuse_edited_arrangement();

CREATE TABLE shared_days (
    year SMALLINT NOT NULL,
    first_decided_on DATE NOT NULL,
    unit TEXT NOT NULL,
    left_fen BIGINT NOT NULL,
    CONSTRAINT pk_shared_days PRIMARY KEY (year, first_decided_on, unit),
    CONSTRAINT ck_shared_days_left CHECK (left_fen >= 0)
);

-- Instalments after the first wait where the procedure says so, until an officer confirms that the project still operates.
ALTER TABLE award_versions ADD COLUMN later_wait BOOLEAN DEFAULT false NOT NULL;

CREATE TABLE instalment_confirmations (
    award_id UUID NOT NULL,
    instalment SMALLINT NOT NULL,
    reason TEXT NOT NULL,
    document TEXT,
    confirmed_by TEXT NOT NULL,
    confirmed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_instalment_confirmations PRIMARY KEY (award_id, instalment),
    CONSTRAINT ck_instalment_confirmations_later CHECK (instalment > 1)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON instalment_confirmations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a check before payment found about an order: it is held until another person releases it, and never edited besides.
CREATE TABLE payment_findings (
    id UUID DEFAULT uuidv7() NOT NULL,
    order_id UUID NOT NULL,
    kind TEXT NOT NULL,
    evidence TEXT NOT NULL,
    details JSONB NOT NULL,
    registry_revision BIGINT NOT NULL,
    found_by TEXT NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    release_reason TEXT,
    released_by TEXT,
    released_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_payment_findings PRIMARY KEY (id),
    CONSTRAINT ck_payment_findings_kind CHECK (
        kind IN ('shared_account', 'holder_differs', 'struck_off', 'dishonest', 'paid_elsewhere', 'sample')),
    CONSTRAINT ck_payment_findings_released CHECK (
        (released_by IS NULL) = (released_at IS NULL) AND (released_by IS NULL) = (release_reason IS NULL)),
    CONSTRAINT ck_payment_findings_two_persons CHECK (released_by <> found_by)
);

CREATE UNIQUE INDEX uq_payment_findings_order_id ON payment_findings (order_id, kind, evidence);

CREATE INDEX ix_payment_findings_open ON payment_findings (order_id) WHERE released_at IS NULL;

CREATE FUNCTION refuse_edited_finding() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    release CONSTANT text[] := ARRAY['release_reason', 'released_by', 'released_at'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.released_at IS NOT NULL OR to_jsonb(NEW) - release IS DISTINCT FROM to_jsonb(OLD) - release THEN
        RAISE EXCEPTION 'a finding is released once and never edited or deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER released_once BEFORE UPDATE OR DELETE ON payment_findings
    FOR EACH ROW EXECUTE FUNCTION refuse_edited_finding();

-- Random samples for verification: whoever has the seed can draw the same again.
CREATE TABLE verification_samples (
    id UUID DEFAULT uuidv7() NOT NULL,
    unit TEXT NOT NULL,
    seed TEXT NOT NULL,
    percent SMALLINT NOT NULL,
    orders INTEGER NOT NULL,
    size INTEGER NOT NULL,
    drawn_by TEXT NOT NULL,
    drawn_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_verification_samples PRIMARY KEY (id),
    CONSTRAINT ck_verification_samples_size CHECK (percent BETWEEN 1 AND 100 AND size BETWEEN 1 AND orders)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON verification_samples
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The act that claims money back: drawn up by one person, issued by another; its days are set when it is issued.
CREATE TABLE recovery_acts (
    id UUID DEFAULT uuidv7() NOT NULL,
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    confirmed_by TEXT,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    discarded_by TEXT,
    discarded_at TIMESTAMP WITH TIME ZONE,
    discard_reason TEXT,
    recovery_id UUID NOT NULL,
    cause TEXT NOT NULL,
    kind TEXT NOT NULL,
    document TEXT,
    term_working_days SMALLINT NOT NULL,
    due_on DATE,
    limitation_on DATE,
    CONSTRAINT pk_recovery_acts PRIMARY KEY (id),
    CONSTRAINT ck_recovery_acts_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_recovery_acts_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT ck_recovery_acts_discarded CHECK (
        (discarded_by IS NULL) = (discarded_at IS NULL) AND (discarded_by IS NULL) = (discard_reason IS NULL)),
    CONSTRAINT ck_recovery_acts_decided_once CHECK (confirmed_at IS NULL OR discarded_at IS NULL),
    CONSTRAINT ck_recovery_acts_cause CHECK (cause IN ('correction', 'misstatement', 'fraud')),
    CONSTRAINT ck_recovery_acts_kind CHECK (kind = CASE cause WHEN 'correction' THEN 'revoked' ELSE 'annulled' END),
    CONSTRAINT ck_recovery_acts_term CHECK (term_working_days BETWEEN 1 AND 250),
    CONSTRAINT ck_recovery_acts_issued CHECK (confirmed_at IS NULL OR due_on IS NOT NULL AND limitation_on IS NOT NULL),
    CONSTRAINT fk_recovery_acts_recovery_id_recoveries FOREIGN KEY (recovery_id) REFERENCES recoveries (id)
);

CREATE UNIQUE INDEX uq_recovery_acts_recovery_id ON recovery_acts (recovery_id) WHERE discarded_at IS NULL;

CREATE FUNCTION refuse_edited_recovery_act() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision CONSTANT text[] := ARRAY['confirmed_by', 'confirmed_at', 'discarded_by', 'discarded_at', 'discard_reason',
                                      'due_on', 'limitation_on'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.confirmed_at IS NOT NULL OR OLD.discarded_at IS NOT NULL
       OR to_jsonb(NEW) - decision IS DISTINCT FROM to_jsonb(OLD) - decision THEN
        RAISE EXCEPTION 'an act of recovery is decided once and never edited or deleted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER decided_once BEFORE UPDATE OR DELETE ON recovery_acts
    FOR EACH ROW EXECUTE FUNCTION refuse_edited_recovery_act();

CREATE TABLE recovery_statements (
    id UUID DEFAULT uuidv7() NOT NULL,
    act_id UUID NOT NULL,
    statement TEXT NOT NULL,
    document TEXT,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_recovery_statements PRIMARY KEY (id),
    CONSTRAINT fk_recovery_statements_act_id_recovery_acts FOREIGN KEY (act_id) REFERENCES recovery_acts (id)
);

CREATE INDEX ix_recovery_statements_act_id ON recovery_statements (act_id);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON recovery_statements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE repayment_plans (
    id UUID DEFAULT uuidv7() NOT NULL,
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    confirmed_by TEXT,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    discarded_by TEXT,
    discarded_at TIMESTAMP WITH TIME ZONE,
    discard_reason TEXT,
    recovery_id UUID NOT NULL,
    parts JSONB NOT NULL,
    CONSTRAINT pk_repayment_plans PRIMARY KEY (id),
    CONSTRAINT ck_repayment_plans_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_repayment_plans_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT ck_repayment_plans_discarded CHECK (
        (discarded_by IS NULL) = (discarded_at IS NULL) AND (discarded_by IS NULL) = (discard_reason IS NULL)),
    CONSTRAINT ck_repayment_plans_decided_once CHECK (confirmed_at IS NULL OR discarded_at IS NULL),
    CONSTRAINT fk_repayment_plans_recovery_id_recoveries FOREIGN KEY (recovery_id) REFERENCES recoveries (id)
);

CREATE INDEX ix_repayment_plans_recovery_id ON repayment_plans (recovery_id);

CREATE UNIQUE INDEX uq_repayment_plans_open ON repayment_plans (recovery_id) WHERE confirmed_at IS NULL AND discarded_at IS NULL;

CREATE TRIGGER decided_once BEFORE UPDATE OR DELETE ON repayment_plans
    FOR EACH ROW EXECUTE FUNCTION refuse_edited_proposal();

-- As before; held are also an order with a finding that is not released, and a later instalment that waits for its confirmation.
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
               OR o.award_id IN (SELECT w.award_id FROM awards w WHERE w.waiting_for IS NOT NULL)
               OR o.id IN (SELECT f.order_id FROM payment_findings f WHERE f.released_at IS NULL)
               OR o.instalment > 1
                  AND EXISTS (SELECT FROM award_versions v
                              WHERE v.award_id = o.award_id AND v.version = a.version AND v.later_wait)
                  AND NOT EXISTS (SELECT FROM instalment_confirmations c
                                  WHERE c.award_id = o.award_id AND c.instalment = o.instalment) AS held,
           (SELECT name_key(p.holder) <> name_key((
                       SELECT v.payee_name FROM award_versions v
                       WHERE v.award_id = o.award_id AND v.payee_uscc = o.payee_uscc AND v.version <= o.version
                       ORDER BY v.version DESC LIMIT 1))
            FROM payee_accounts p
            WHERE p.uscc = o.payee_uscc AND (o.account_revision IS NULL OR p.revision = o.account_revision)
            ORDER BY p.since DESC LIMIT 1) AS holder_differs,
           (SELECT jsonb_build_object(
                'holder', p.holder, 'number_masked', p.number_masked,
                'changed_since_last_payment', (
                    SELECT l.account_revision <> p.revision FROM payment_orders l
                    WHERE l.payee_uscc = o.payee_uscc AND l.state = 'settled' AND l.account_revision IS NOT NULL
                      AND (o.batch_id IS NULL OR l.batch_id < o.batch_id)
                    ORDER BY l.batch_id DESC LIMIT 1),
                'holder_differs', name_key(p.holder) <> name_key((
                    SELECT v.payee_name FROM award_versions v
                    WHERE v.award_id = o.award_id AND v.payee_uscc = o.payee_uscc AND v.version <= o.version
                    ORDER BY v.version DESC LIMIT 1)))
            FROM payee_accounts p
            WHERE p.uscc = o.payee_uscc
              AND CASE WHEN o.account_revision IS NOT NULL THEN p.revision = o.account_revision
                       ELSE p.since <= (now() AT TIME ZONE 'Asia/Shanghai')::date
                            AND coalesce(p.until, 'infinity') > (now() AT TIME ZONE 'Asia/Shanghai')::date END
            ORDER BY p.since DESC LIMIT 1) AS account
    FROM payment_orders o JOIN awards a ON a.award_id = o.award_id;
