-- What one person enters and another confirms: appropriations, bank results, repayments, files that are entered again. What has
-- effect stays where it was; what was recorded before, or by the version before, has no proposal and counts as confirmed.

CREATE FUNCTION refuse_edited_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision CONSTANT text[] := ARRAY['confirmed_by', 'confirmed_at', 'discarded_by', 'discarded_at', 'discard_reason'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.confirmed_at IS NOT NULL OR OLD.discarded_at IS NOT NULL
       OR to_jsonb(NEW) - decision IS DISTINCT FROM to_jsonb(OLD) - decision THEN
        RAISE EXCEPTION 'a proposal is decided once and never edited or deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- What has no proposal has a number; its id sorts by time beside those of proposals (RFC 9562, version 7).
CREATE FUNCTION id_of_number(at timestamptz, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(number), 15, '0'))::uuid $$;

CREATE TABLE appropriation_proposals (
    id UUID DEFAULT uuidv7() NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    confirmed_by TEXT,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    discarded_by TEXT,
    discarded_at TIMESTAMP WITH TIME ZONE,
    discard_reason TEXT,
    unit TEXT NOT NULL,
    year SMALLINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    document TEXT NOT NULL,
    CONSTRAINT pk_appropriation_proposals PRIMARY KEY (id),
    CONSTRAINT ck_appropriation_proposals_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_appropriation_proposals_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT ck_appropriation_proposals_discarded CHECK (
        (discarded_by IS NULL) = (discarded_at IS NULL) AND (discarded_by IS NULL) = (discard_reason IS NULL)),
    CONSTRAINT ck_appropriation_proposals_decided_once CHECK (confirmed_at IS NULL OR discarded_at IS NULL),
    CONSTRAINT ck_appropriation_proposals_amount CHECK (amount_fen BETWEEN -1000000000000 AND 1000000000000 AND amount_fen <> 0),
    CONSTRAINT fk_appropriation_proposals_unit_policy_units FOREIGN KEY (unit) REFERENCES policy_units (unit)
);

ALTER TABLE appropriations ADD COLUMN proposal_id UUID;

-- Appropriations as their readers see them. One without a proposal is of before, or carried over.
CREATE VIEW appropriation_details WITH (security_invoker = true) AS
    SELECT p.id, p.unit, p.year, p.amount_fen, p.document,
           CASE WHEN p.confirmed_at IS NOT NULL THEN 'confirmed' WHEN p.discarded_at IS NOT NULL THEN 'discarded'
                ELSE 'proposed' END AS state,
           p.proposed_by, p.proposed_at, p.confirmed_by, p.confirmed_at, p.discarded_by, p.discarded_at, p.discard_reason
    FROM appropriation_proposals p
    UNION ALL
    SELECT id_of_number(a.recorded_at, a.id), a.unit, a.year, a.amount_fen, a.document, 'confirmed',
           a.recorded_by, a.recorded_at, NULL, a.recorded_at, NULL, NULL, NULL
    FROM appropriations a WHERE a.proposal_id IS NULL;

CREATE TABLE result_proposals (
    id UUID DEFAULT uuidv7() NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    confirmed_by TEXT,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    discarded_by TEXT,
    discarded_at TIMESTAMP WITH TIME ZONE,
    discard_reason TEXT,
    batch_id UUID NOT NULL,
    CONSTRAINT pk_result_proposals PRIMARY KEY (id),
    CONSTRAINT ck_result_proposals_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_result_proposals_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT ck_result_proposals_discarded CHECK (
        (discarded_by IS NULL) = (discarded_at IS NULL) AND (discarded_by IS NULL) = (discard_reason IS NULL)),
    CONSTRAINT ck_result_proposals_decided_once CHECK (confirmed_at IS NULL OR discarded_at IS NULL),
    CONSTRAINT fk_result_proposals_batch_id_payment_batches FOREIGN KEY (batch_id) REFERENCES payment_batches (id)
);

CREATE INDEX ix_result_proposals_batch_id ON result_proposals (batch_id);

-- `line` is the row's place in the answer, `place` what errors call it.
CREATE TABLE result_proposal_rows (
    proposal_id UUID NOT NULL,
    line INTEGER NOT NULL,
    place TEXT NOT NULL,
    order_id UUID NOT NULL,
    outcome TEXT NOT NULL,
    occurred_on DATE NOT NULL,
    bank_reference TEXT NOT NULL,
    reason TEXT,
    amount_fen BIGINT,
    CONSTRAINT pk_result_proposal_rows PRIMARY KEY (proposal_id, line),
    CONSTRAINT ck_result_proposal_rows_outcome CHECK (outcome IN ('settled', 'failed', 'returned')),
    CONSTRAINT fk_result_proposal_rows_proposal_id_result_proposals FOREIGN KEY (proposal_id) REFERENCES result_proposals (id)
);

ALTER TABLE payment_results ADD COLUMN proposal_id UUID;

CREATE TABLE repayment_proposals (
    id UUID DEFAULT uuidv7() NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    confirmed_by TEXT,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    discarded_by TEXT,
    discarded_at TIMESTAMP WITH TIME ZONE,
    discard_reason TEXT,
    recovery_id UUID NOT NULL,
    amount_fen BIGINT NOT NULL,
    received_on DATE NOT NULL,
    bank_reference TEXT NOT NULL,
    CONSTRAINT pk_repayment_proposals PRIMARY KEY (id),
    CONSTRAINT ck_repayment_proposals_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_repayment_proposals_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT ck_repayment_proposals_discarded CHECK (
        (discarded_by IS NULL) = (discarded_at IS NULL) AND (discarded_by IS NULL) = (discard_reason IS NULL)),
    CONSTRAINT ck_repayment_proposals_decided_once CHECK (confirmed_at IS NULL OR discarded_at IS NULL),
    CONSTRAINT ck_repayment_proposals_amount CHECK (amount_fen > 0),
    CONSTRAINT fk_repayment_proposals_recovery_id_recoveries FOREIGN KEY (recovery_id) REFERENCES recoveries (id)
);

CREATE UNIQUE INDEX uq_repayment_proposals_bank_reference ON repayment_proposals (recovery_id, bank_reference)
    WHERE discarded_at IS NULL;

ALTER TABLE repayments ADD COLUMN proposal_id UUID;

-- Repayments through the bank as their readers see them.
CREATE VIEW repayment_details WITH (security_invoker = true) AS
    SELECT p.id, p.recovery_id, p.amount_fen, p.received_on, p.bank_reference,
           CASE WHEN p.confirmed_at IS NOT NULL THEN 'confirmed' WHEN p.discarded_at IS NOT NULL THEN 'discarded'
                ELSE 'proposed' END AS state,
           p.proposed_by, p.proposed_at, p.confirmed_by, p.confirmed_at, p.discarded_by, p.discarded_at, p.discard_reason
    FROM repayment_proposals p
    UNION ALL
    SELECT id_of_number(r.recorded_at, r.id), r.recovery_id, r.amount_fen, r.received_on, r.bank_reference, 'confirmed',
           r.recorded_by, r.recorded_at, NULL, r.recorded_at, NULL, NULL, NULL
    FROM repayments r WHERE r.proposal_id IS NULL AND r.order_id IS NULL;

CREATE TABLE reentry_proposals (
    id UUID DEFAULT uuidv7() NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    confirmed_by TEXT,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    discarded_by TEXT,
    discarded_at TIMESTAMP WITH TIME ZONE,
    discard_reason TEXT,
    unit TEXT NOT NULL,
    sent_on DATE NOT NULL,
    registry_revision BIGINT NOT NULL,
    checksum TEXT NOT NULL,
    CONSTRAINT pk_reentry_proposals PRIMARY KEY (id),
    CONSTRAINT ck_reentry_proposals_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_reentry_proposals_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT ck_reentry_proposals_discarded CHECK (
        (discarded_by IS NULL) = (discarded_at IS NULL) AND (discarded_by IS NULL) = (discard_reason IS NULL)),
    CONSTRAINT ck_reentry_proposals_decided_once CHECK (confirmed_at IS NULL OR discarded_at IS NULL)
);

CREATE UNIQUE INDEX uq_reentry_proposals_open ON reentry_proposals (checksum)
    WHERE confirmed_at IS NULL AND discarded_at IS NULL;

-- The rows of the file, without accounts: these were compared with the registry's when the file was entered.
CREATE TABLE reentry_proposal_rows (
    proposal_id UUID NOT NULL,
    place INTEGER NOT NULL,
    order_id UUID NOT NULL,
    payee_uscc TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    award_id UUID NOT NULL,
    instalment SMALLINT NOT NULL,
    CONSTRAINT pk_reentry_proposal_rows PRIMARY KEY (proposal_id, place),
    CONSTRAINT ck_reentry_proposal_rows_amount CHECK (amount_fen > 0),
    CONSTRAINT fk_reentry_proposal_rows_proposal_id_reentry_proposals FOREIGN KEY (proposal_id)
        REFERENCES reentry_proposals (id)
);

CREATE TRIGGER decided_once BEFORE UPDATE OR DELETE ON appropriation_proposals
    FOR EACH ROW EXECUTE FUNCTION refuse_edited_proposal();
CREATE TRIGGER decided_once BEFORE UPDATE OR DELETE ON result_proposals
    FOR EACH ROW EXECUTE FUNCTION refuse_edited_proposal();
CREATE TRIGGER decided_once BEFORE UPDATE OR DELETE ON repayment_proposals
    FOR EACH ROW EXECUTE FUNCTION refuse_edited_proposal();
CREATE TRIGGER decided_once BEFORE UPDATE OR DELETE ON reentry_proposals
    FOR EACH ROW EXECUTE FUNCTION refuse_edited_proposal();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON result_proposal_rows
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON reentry_proposal_rows
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Sending is on hold from the opening on; files are entered only once another person has confirmed it.
ALTER TABLE restorations
    ADD COLUMN confirmed_by TEXT,
    ADD COLUMN confirmed_at TIMESTAMP WITH TIME ZONE,
    ADD CONSTRAINT ck_restorations_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)) NOT VALID,
    ADD CONSTRAINT ck_restorations_confirmed_by_another CHECK (confirmed_by <> opened_by) NOT VALID;

-- The defaults of every table of proposals.
ALTER TABLE result_corrections ALTER COLUMN id SET DEFAULT uuidv7(), ALTER COLUMN proposed_at SET DEFAULT now();

-- Null: mirrored by the version before, which did not ask; the worker reads it again. Never the whole number.
ALTER TABLE payee_accounts ADD COLUMN number_masked TEXT;

-- As before, and the account itself: the one that was approved, or the one in force in China today while none is. It has changed if
-- the registry's record is another than the one that the payee's last payment went to; null without a payment.
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

GRANT SELECT ON appropriation_details, repayment_details TO PUBLIC;
