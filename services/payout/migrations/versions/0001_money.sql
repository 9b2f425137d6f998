-- Payout's tables, version 1. Frozen: a change is a new migration.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TABLE account_feed (
    singleton INTEGER DEFAULT 1 NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_account_feed PRIMARY KEY (singleton),
    CONSTRAINT ck_account_feed_singleton CHECK (singleton = 1)
);

CREATE TABLE appropriations (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    unit TEXT NOT NULL,
    year SMALLINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    document TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_appropriations PRIMARY KEY (id),
    CONSTRAINT ck_appropriations_unit CHECK (unit IN ('city', 'liandu', 'development_zone')),
    CONSTRAINT ck_appropriations_amount CHECK (amount_fen <> 0)
);

CREATE INDEX ix_appropriations_unit ON appropriations (unit, year);

CREATE TABLE arrangements (
    id UUID NOT NULL,
    number TEXT NOT NULL,
    effective_from DATE NOT NULL,
    effective_until DATE,
    sample BOOLEAN DEFAULT false NOT NULL,
    state TEXT DEFAULT 'draft' NOT NULL,
    drafted_by TEXT NOT NULL,
    drafted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    confirmed_by TEXT,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_arrangements PRIMARY KEY (id),
    CONSTRAINT ck_arrangements_state CHECK (state IN ('draft', 'confirmed')),
    CONSTRAINT ck_arrangements_period CHECK (effective_until > effective_from),
    CONSTRAINT ck_arrangements_confirmed CHECK ((state = 'confirmed') = (confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL)),
    CONSTRAINT ck_arrangements_two_persons CHECK (confirmed_by <> drafted_by),
    CONSTRAINT ex_arrangements_confirmed_overlap EXCLUDE USING gist (daterange(effective_from, effective_until, '[)') WITH &&) WHERE (state = 'confirmed')
);

CREATE TABLE award_shares (
    award_id UUID NOT NULL,
    version INTEGER NOT NULL,
    unit TEXT NOT NULL,
    payee_uscc TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    parts_fen BIGINT[] NOT NULL,
    split_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_award_shares PRIMARY KEY (award_id, version, unit, payee_uscc),
    CONSTRAINT ck_award_shares_unit CHECK (unit IN ('city', 'liandu', 'development_zone')),
    CONSTRAINT ck_award_shares_amount CHECK (amount_fen > 0)
);

CREATE TABLE award_versions (
    award_id UUID NOT NULL,
    version INTEGER NOT NULL,
    policy TEXT NOT NULL,
    award TEXT NOT NULL,
    article TEXT NOT NULL,
    subject TEXT NOT NULL,
    award_year SMALLINT NOT NULL,
    payee_uscc TEXT NOT NULL,
    payee_name TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    kind TEXT NOT NULL,
    result TEXT NOT NULL,
    entitlement_fen BIGINT NOT NULL,
    instalments JSONB NOT NULL,
    decided_on DATE NOT NULL,
    first_decided_on DATE NOT NULL,
    reason TEXT NOT NULL,
    receipt JSONB NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_award_versions PRIMARY KEY (award_id, version),
    CONSTRAINT ck_award_versions_version CHECK (version >= 1),
    CONSTRAINT ck_award_versions_entitlement CHECK (entitlement_fen >= 0),
    CONSTRAINT ck_award_versions_jurisdiction CHECK (jurisdiction IN ('city', 'liandu', 'development_zone')),
    CONSTRAINT ck_award_versions_kind CHECK (kind IN ('cash', 'in_kind')),
    CONSTRAINT ck_award_versions_result CHECK (result IN ('granted', 'withdrawn'))
);

CREATE TABLE awards (
    award_id UUID NOT NULL,
    award TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    first_decided_on DATE NOT NULL,
    version INTEGER NOT NULL,
    split_version INTEGER,
    arrangement_id UUID,
    waiting_for TEXT,
    CONSTRAINT pk_awards PRIMARY KEY (award_id),
    CONSTRAINT ck_awards_split_version CHECK (split_version <= version),
    CONSTRAINT ck_awards_waiting_for CHECK (waiting_for = 'arrangement'),
    CONSTRAINT ck_awards_waits CHECK ((waiting_for IS NULL) = (split_version IS NOT DISTINCT FROM version))
);

CREATE INDEX ix_awards_waiting ON awards (first_decided_on) WHERE waiting_for IS NOT NULL;

CREATE TABLE budgets (
    unit TEXT NOT NULL,
    year SMALLINT NOT NULL,
    appropriated_fen BIGINT DEFAULT '0' NOT NULL,
    committed_fen BIGINT DEFAULT '0' NOT NULL,
    paid_fen BIGINT DEFAULT '0' NOT NULL,
    recovered_fen BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_budgets PRIMARY KEY (unit, year),
    CONSTRAINT ck_budgets_unit CHECK (unit IN ('city', 'liandu', 'development_zone')),
    CONSTRAINT ck_budgets_not_below_zero CHECK (committed_fen <= appropriated_fen),
    CONSTRAINT ck_budgets_paid CHECK (paid_fen >= 0 AND paid_fen <= committed_fen),
    CONSTRAINT ck_budgets_recovered CHECK (recovered_fen >= 0)
);

CREATE TABLE holds (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    award_id UUID,
    uscc TEXT,
    reason TEXT NOT NULL,
    held_by TEXT NOT NULL,
    held_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    release_reason TEXT,
    released_by TEXT,
    released_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_holds PRIMARY KEY (id),
    CONSTRAINT ck_holds_what CHECK ((award_id IS NULL) <> (uscc IS NULL)),
    CONSTRAINT ck_holds_released CHECK ((released_by IS NULL) = (released_at IS NULL)),
    CONSTRAINT ck_holds_two_persons CHECK (released_by <> held_by)
);

CREATE UNIQUE INDEX uq_holds_award_id ON holds (award_id) WHERE released_at IS NULL;

CREATE UNIQUE INDEX uq_holds_uscc ON holds (uscc) WHERE released_at IS NULL;

CREATE TABLE ledger_blocks (
    number BIGINT NOT NULL,
    after_transaction BIGINT NOT NULL,
    until_transaction BIGINT NOT NULL,
    postings BIGINT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    sealed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_ledger_blocks PRIMARY KEY (number),
    CONSTRAINT ck_ledger_blocks_range CHECK (until_transaction > after_transaction AND postings > 0),
    CONSTRAINT uq_ledger_blocks_until_transaction UNIQUE (until_transaction)
);

CREATE TABLE payee_accounts (
    uscc TEXT NOT NULL,
    since DATE NOT NULL,
    until DATE,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_payee_accounts PRIMARY KEY (uscc, since)
);

CREATE TABLE payment_batches (
    id UUID NOT NULL,
    unit TEXT NOT NULL,
    orders INTEGER NOT NULL,
    total_fen BIGINT NOT NULL,
    registry_revision BIGINT NOT NULL,
    accounts_on DATE NOT NULL,
    built_by TEXT NOT NULL,
    built_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_batches PRIMARY KEY (id),
    CONSTRAINT ck_payment_batches_unit CHECK (unit IN ('city', 'liandu', 'development_zone')),
    CONSTRAINT ck_payment_batches_total CHECK (orders > 0 AND total_fen > 0)
);

CREATE TABLE payment_orders (
    id UUID DEFAULT uuidv7() NOT NULL,
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    award_id UUID NOT NULL,
    version INTEGER NOT NULL,
    unit TEXT NOT NULL,
    instalment SMALLINT NOT NULL,
    due_year SMALLINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    payee_uscc TEXT NOT NULL,
    first_decided_on DATE NOT NULL,
    state TEXT NOT NULL,
    waiting_for TEXT,
    live BOOLEAN DEFAULT true NOT NULL,
    budget_year SMALLINT,
    funded_at TIMESTAMP WITH TIME ZONE,
    replaces UUID,
    batch_id UUID,
    account_revision BIGINT,
    approved_by TEXT,
    approved_at TIMESTAMP WITH TIME ZONE,
    issued_by TEXT,
    batched_by TEXT,
    result_on DATE,
    bank_reference TEXT,
    result_reason TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_orders PRIMARY KEY (id),
    CONSTRAINT ck_payment_orders_amount CHECK (amount_fen > 0),
    CONSTRAINT ck_payment_orders_unit CHECK (unit IN ('city', 'liandu', 'development_zone')),
    CONSTRAINT ck_payment_orders_state CHECK (state IN ('waiting', 'issued', 'approved', 'batched', 'settled', 'failed', 'returned', 'cancelled')),
    CONSTRAINT ck_payment_orders_waiting_for CHECK (waiting_for IN ('funds', 'due_year', 'account', 'release')),
    CONSTRAINT ck_payment_orders_waits CHECK ((state = 'waiting') = (waiting_for IS NOT NULL)),
    CONSTRAINT ck_payment_orders_funded CHECK (state IN ('waiting', 'cancelled') OR budget_year IS NOT NULL),
    CONSTRAINT ck_payment_orders_not_before_due CHECK (budget_year >= due_year),
    CONSTRAINT ck_payment_orders_funded_at CHECK ((budget_year IS NULL) = (funded_at IS NULL)),
    CONSTRAINT ck_payment_orders_two_persons CHECK (approved_by <> issued_by AND approved_by <> batched_by),
    CONSTRAINT ck_payment_orders_approved CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CONSTRAINT ck_payment_orders_approval CHECK (state NOT IN ('approved', 'batched', 'settled') OR approved_by IS NOT NULL),
    CONSTRAINT ck_payment_orders_live CHECK (live OR state IN ('cancelled', 'failed', 'returned')),
    CONSTRAINT ck_payment_orders_cancelled CHECK (NOT live OR state <> 'cancelled')
);

CREATE INDEX ix_payment_orders_batch_id ON payment_orders (batch_id) WHERE batch_id IS NOT NULL;

CREATE INDEX ix_payment_orders_due_year ON payment_orders (due_year) WHERE state = 'waiting' AND waiting_for = 'due_year';

CREATE INDEX ix_payment_orders_payee_uscc ON payment_orders (payee_uscc);

CREATE INDEX ix_payment_orders_queue ON payment_orders (first_decided_on, award_id, instalment) WHERE state = 'waiting' AND waiting_for = 'funds';

CREATE INDEX ix_payment_orders_stuck ON payment_orders (unit, budget_year) WHERE live AND budget_year IS NOT NULL AND state IN ('waiting', 'failed', 'returned');

CREATE UNIQUE INDEX uq_payment_orders_purpose ON payment_orders (award_id, version, unit, payee_uscc, instalment, replaces) NULLS NOT DISTINCT;

CREATE UNIQUE INDEX uq_payment_orders_replaces ON payment_orders (replaces) WHERE replaces IS NOT NULL;

CREATE TABLE postings (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    destination TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    unit TEXT NOT NULL,
    award_id UUID,
    version INTEGER,
    order_id UUID,
    recovery_id UUID,
    document TEXT,
    actor TEXT NOT NULL,
    posted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    transaction_id BIGINT DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL,
    CONSTRAINT pk_postings PRIMARY KEY (id),
    CONSTRAINT ck_postings_amount CHECK (amount_fen > 0),
    CONSTRAINT ck_postings_accounts CHECK (source <> destination),
    CONSTRAINT ck_postings_unit CHECK (unit IN ('city', 'liandu', 'development_zone'))
);

CREATE INDEX ix_postings_award_id ON postings (award_id);

CREATE INDEX ix_postings_transaction_id ON postings (transaction_id, id);

CREATE TABLE arrangement_rows (
    arrangement_id UUID NOT NULL,
    jurisdiction TEXT NOT NULL,
    award TEXT NOT NULL,
    remainder_to TEXT NOT NULL,
    CONSTRAINT pk_arrangement_rows PRIMARY KEY (arrangement_id, jurisdiction, award),
    CONSTRAINT ck_arrangement_rows_jurisdiction CHECK (jurisdiction IN ('city', 'liandu', 'development_zone')),
    CONSTRAINT ck_arrangement_rows_remainder_to CHECK (remainder_to IN ('city', 'liandu', 'development_zone')),
    CONSTRAINT fk_arrangement_rows_arrangement_id_arrangements FOREIGN KEY(arrangement_id) REFERENCES arrangements (id)
);

CREATE TABLE batch_orders (
    batch_id UUID NOT NULL,
    order_id UUID NOT NULL,
    amount_fen BIGINT NOT NULL,
    payee_uscc TEXT NOT NULL,
    CONSTRAINT pk_batch_orders PRIMARY KEY (batch_id, order_id),
    CONSTRAINT fk_batch_orders_batch_id_payment_batches FOREIGN KEY(batch_id) REFERENCES payment_batches (id)
);

CREATE UNIQUE INDEX uq_batch_orders_order_id ON batch_orders (order_id);

CREATE TABLE payment_results (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    batch_id UUID NOT NULL,
    order_id UUID NOT NULL,
    outcome TEXT NOT NULL,
    occurred_on DATE NOT NULL,
    bank_reference TEXT NOT NULL,
    reason TEXT,
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_results PRIMARY KEY (id),
    CONSTRAINT ck_payment_results_outcome CHECK (outcome IN ('settled', 'failed', 'returned')),
    CONSTRAINT fk_payment_results_batch_id_payment_batches FOREIGN KEY(batch_id) REFERENCES payment_batches (id)
);

CREATE UNIQUE INDEX uq_payment_results_order_id ON payment_results (order_id, outcome);

CREATE TABLE recoveries (
    id UUID NOT NULL,
    award_id UUID NOT NULL,
    version INTEGER NOT NULL,
    unit TEXT NOT NULL,
    payee_uscc TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    dropped_fen BIGINT DEFAULT '0' NOT NULL,
    repaid_fen BIGINT DEFAULT '0' NOT NULL,
    written_off_fen BIGINT DEFAULT '0' NOT NULL,
    raised_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_recoveries PRIMARY KEY (id),
    CONSTRAINT ck_recoveries_unit CHECK (unit IN ('city', 'liandu', 'development_zone')),
    CONSTRAINT ck_recoveries_amount CHECK (amount_fen > 0),
    CONSTRAINT ck_recoveries_parts CHECK (dropped_fen >= 0 AND repaid_fen >= 0 AND written_off_fen >= 0),
    CONSTRAINT ck_recoveries_outstanding CHECK (dropped_fen + repaid_fen + written_off_fen <= amount_fen),
    CONSTRAINT fk_recoveries_award_id_awards FOREIGN KEY(award_id) REFERENCES awards (award_id)
);

CREATE INDEX ix_recoveries_award_id ON recoveries (award_id);

CREATE INDEX ix_recoveries_payee_uscc ON recoveries (payee_uscc);

CREATE TABLE arrangement_shares (
    arrangement_id UUID NOT NULL,
    jurisdiction TEXT NOT NULL,
    award TEXT NOT NULL,
    unit TEXT NOT NULL,
    numerator BIGINT NOT NULL,
    denominator BIGINT NOT NULL,
    CONSTRAINT pk_arrangement_shares PRIMARY KEY (arrangement_id, jurisdiction, award, unit),
    CONSTRAINT fk_arrangement_shares_arrangement_id_jurisdiction_award_ed69 FOREIGN KEY(arrangement_id, jurisdiction, award) REFERENCES arrangement_rows (arrangement_id, jurisdiction, award),
    CONSTRAINT ck_arrangement_shares_unit CHECK (unit IN ('city', 'liandu', 'development_zone')),
    CONSTRAINT ck_arrangement_shares_fraction CHECK (numerator >= 0 AND denominator >= 1 AND numerator <= denominator)
);

CREATE TABLE repayments (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    recovery_id UUID NOT NULL,
    amount_fen BIGINT NOT NULL,
    received_on DATE NOT NULL,
    bank_reference TEXT NOT NULL,
    order_id UUID,
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_repayments PRIMARY KEY (id),
    CONSTRAINT ck_repayments_amount CHECK (amount_fen > 0),
    CONSTRAINT fk_repayments_recovery_id_recoveries FOREIGN KEY(recovery_id) REFERENCES recoveries (id)
);

CREATE UNIQUE INDEX uq_repayments_bank_reference ON repayments (recovery_id, bank_reference);

CREATE TABLE write_offs (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    recovery_id UUID NOT NULL,
    amount_fen BIGINT NOT NULL,
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    confirmed_by TEXT,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_write_offs PRIMARY KEY (id),
    CONSTRAINT ck_write_offs_amount CHECK (amount_fen > 0),
    CONSTRAINT ck_write_offs_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_write_offs_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT fk_write_offs_recovery_id_recoveries FOREIGN KEY(recovery_id) REFERENCES recoveries (id)
);

CREATE UNIQUE INDEX uq_write_offs_recovery_id ON write_offs (recovery_id) WHERE confirmed_at IS NULL;

-- The shares of a version add up to its entitlement. Checked once per statement, for all rows of it: a COPY is one check.
-- Nested loops over keys whatever the statistics say: they lag behind in a burst, and a plan made for empty tables stays cached.
CREATE FUNCTION check_new_shares() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (SELECT FROM added a WHERE a.amount_fen IS DISTINCT FROM (SELECT sum(part) FROM unnest(a.parts_fen) AS part)) THEN
        RAISE EXCEPTION 'the parts of a share do not add up to it' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT award_id, version FROM added) a
        LEFT JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
        WHERE v.entitlement_fen IS DISTINCT FROM (
            SELECT sum(s.amount_fen) FROM award_shares s WHERE s.award_id = a.award_id AND s.version = a.version)
    ) THEN
        RAISE EXCEPTION 'the shares of a version do not add up to its entitlement' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER award_shares_add_up AFTER INSERT ON award_shares
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_new_shares();

-- No version takes effect without all of its shares.
CREATE FUNCTION check_version_in_effect() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM changed a
        LEFT JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.split_version
        WHERE a.split_version IS NOT NULL AND v.entitlement_fen IS DISTINCT FROM (
            SELECT coalesce(sum(s.amount_fen), 0) FROM award_shares s
            WHERE s.award_id = a.award_id AND s.version = a.split_version)
    ) THEN
        RAISE EXCEPTION 'an award takes effect without all of its shares' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM changed a LEFT JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
        WHERE v.version IS NULL
    ) OR EXISTS (
        SELECT FROM (SELECT DISTINCT arrangement_id FROM changed WHERE arrangement_id IS NOT NULL) a
        LEFT JOIN arrangements g ON g.id = a.arrangement_id AND g.state = 'confirmed' WHERE g.id IS NULL
    ) THEN
        RAISE EXCEPTION 'an award has no such version or confirmed arrangement' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER awards_new_in_effect AFTER INSERT ON awards
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION check_version_in_effect();

CREATE TRIGGER awards_changed_in_effect AFTER UPDATE ON awards
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION check_version_in_effect();

-- An order belongs to a version of an award.
CREATE FUNCTION check_new_orders() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added o LEFT JOIN award_versions v ON v.award_id = o.award_id AND v.version = o.version
        WHERE v.version IS NULL
    ) THEN
        RAISE EXCEPTION 'an order has no such award and version' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER payment_orders_of_versions AFTER INSERT ON payment_orders
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_new_orders();

-- The version in effect never goes back.
CREATE FUNCTION refuse_older_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the version of an award never goes back' USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER awards_never_back BEFORE UPDATE ON awards FOR EACH ROW
    WHEN (NEW.version < OLD.version OR NEW.split_version < OLD.split_version
          OR (NEW.split_version IS NULL AND OLD.split_version IS NOT NULL))
    EXECUTE FUNCTION refuse_older_version();

-- A confirmed arrangement is never edited; a draft can only be confirmed.
CREATE FUNCTION refuse_edited_arrangement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an arrangement is never edited, only confirmed' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER arrangements_delete BEFORE DELETE ON arrangements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edited_arrangement();

CREATE TRIGGER arrangements_edit BEFORE UPDATE ON arrangements FOR EACH ROW
    WHEN (OLD.state = 'confirmed' OR (NEW.id, NEW.number, NEW.effective_from, NEW.sample, NEW.drafted_by, NEW.drafted_at)
              IS DISTINCT FROM (OLD.id, OLD.number, OLD.effective_from, OLD.sample, OLD.drafted_by, OLD.drafted_at)
          OR NEW.effective_until IS DISTINCT FROM OLD.effective_until)
    EXECUTE FUNCTION refuse_edited_arrangement();

CREATE FUNCTION refuse_row_of_confirmed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM arrangements WHERE id = NEW.arrangement_id) IS DISTINCT FROM 'draft' THEN
        RAISE EXCEPTION 'rows are added to a draft alone' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER arrangement_rows_of_draft BEFORE INSERT ON arrangement_rows
    FOR EACH ROW EXECUTE FUNCTION refuse_row_of_confirmed();

CREATE TRIGGER arrangement_shares_of_draft BEFORE INSERT ON arrangement_shares
    FOR EACH ROW EXECUTE FUNCTION refuse_row_of_confirmed();

-- The shares of each row add up to exactly one: checked when the arrangement is confirmed, in whole numbers.
CREATE FUNCTION check_confirmed_shares() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM arrangement_rows r
        JOIN LATERAL (
            SELECT count(*) AS units, bool_or(s.unit = r.remainder_to) AS has_remainder,
                   array_agg(s.numerator::numeric) AS n, array_agg(s.denominator::numeric) AS d
            FROM arrangement_shares s
            WHERE (s.arrangement_id, s.jurisdiction, s.award) = (r.arrangement_id, r.jurisdiction, r.award)) s ON true
        WHERE r.arrangement_id = NEW.id AND (
            s.units = 0 OR NOT s.has_remainder
            OR s.n[1] * coalesce(s.d[2], 1) * coalesce(s.d[3], 1) + coalesce(s.n[2], 0) * s.d[1] * coalesce(s.d[3], 1)
               + coalesce(s.n[3], 0) * s.d[1] * coalesce(s.d[2], 1)
               <> s.d[1] * coalesce(s.d[2], 1) * coalesce(s.d[3], 1))
    ) THEN
        RAISE EXCEPTION 'the shares of a row do not add up to one' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER arrangements_add_up BEFORE UPDATE ON arrangements FOR EACH ROW
    WHEN (NEW.state = 'confirmed' AND OLD.state = 'draft') EXECUTE FUNCTION check_confirmed_shares();

CREATE TRIGGER appropriations_append_only BEFORE UPDATE OR DELETE ON appropriations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER arrangement_rows_append_only BEFORE UPDATE OR DELETE ON arrangement_rows
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER arrangement_shares_append_only BEFORE UPDATE OR DELETE ON arrangement_shares
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER award_shares_append_only BEFORE UPDATE OR DELETE ON award_shares
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER award_versions_append_only BEFORE UPDATE OR DELETE ON award_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER batch_orders_append_only BEFORE UPDATE OR DELETE ON batch_orders
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER ledger_blocks_append_only BEFORE UPDATE OR DELETE ON ledger_blocks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER payment_batches_append_only BEFORE UPDATE OR DELETE ON payment_batches
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER payment_results_append_only BEFORE UPDATE OR DELETE ON payment_results
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER postings_append_only BEFORE UPDATE OR DELETE ON postings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER repayments_append_only BEFORE UPDATE OR DELETE ON repayments
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
