-- Money is classified: an appropriation may say its indicator (指标文号), project, functional and economic class, and an order
-- draws on one indicator. What says nothing stays as it was.

-- The money of a budget that has the same classification. Orders never draw on more than was appropriated to it.
CREATE TABLE indicators (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    unit TEXT NOT NULL,
    year SMALLINT NOT NULL,
    indicator TEXT,
    project TEXT,
    function_code TEXT,
    economic_code TEXT,
    appropriated_fen BIGINT DEFAULT '0' NOT NULL,
    committed_fen BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_indicators PRIMARY KEY (id),
    CONSTRAINT uq_indicators_id_unit_year UNIQUE (id, unit, year),
    CONSTRAINT uq_indicators_classification UNIQUE NULLS NOT DISTINCT (unit, year, indicator, project, function_code, economic_code),
    CONSTRAINT ck_indicators_classified CHECK (num_nonnulls(indicator, project, function_code, economic_code) > 0),
    CONSTRAINT ck_indicators_not_below_zero CHECK (committed_fen BETWEEN 0 AND appropriated_fen),
    CONSTRAINT fk_indicators_unit_year_budgets FOREIGN KEY (unit, year) REFERENCES budgets (unit, year)
);

-- How much of a budget is classified. What is not, is neither lent to classified orders nor taken by them.
ALTER TABLE budgets
    ADD COLUMN classified_fen BIGINT DEFAULT '0' NOT NULL,
    ADD COLUMN classified_committed_fen BIGINT DEFAULT '0' NOT NULL,
    ADD CONSTRAINT ck_budgets_unclassified
        CHECK (committed_fen - classified_committed_fen BETWEEN 0 AND appropriated_fen - classified_fen) NOT VALID;

ALTER TABLE appropriation_proposals
    ADD COLUMN indicator TEXT, ADD COLUMN project TEXT, ADD COLUMN function_code TEXT, ADD COLUMN economic_code TEXT;
ALTER TABLE appropriations
    ADD COLUMN indicator TEXT, ADD COLUMN project TEXT, ADD COLUMN function_code TEXT, ADD COLUMN economic_code TEXT;

CREATE OR REPLACE VIEW appropriation_details WITH (security_invoker = true) AS
    SELECT p.id, p.unit, p.year, p.amount_fen, p.document,
           CASE WHEN p.confirmed_at IS NOT NULL THEN 'confirmed' WHEN p.discarded_at IS NOT NULL THEN 'discarded'
                ELSE 'proposed' END AS state,
           p.proposed_by, p.proposed_at, p.confirmed_by, p.confirmed_at, p.discarded_by, p.discarded_at, p.discard_reason,
           p.indicator, p.project, p.function_code, p.economic_code
    FROM appropriation_proposals p
    UNION ALL
    SELECT id_of_number(a.recorded_at, a.id), a.unit, a.year, a.amount_fen, a.document, 'confirmed',
           a.recorded_by, a.recorded_at, NULL, a.recorded_at, NULL, NULL, NULL,
           a.indicator, a.project, a.function_code, a.economic_code
    FROM appropriations a WHERE a.proposal_id IS NULL;

ALTER TABLE payment_orders
    ADD COLUMN indicator_id BIGINT,
    ADD CONSTRAINT ck_payment_orders_indicator CHECK (indicator_id IS NULL OR budget_year IS NOT NULL) NOT VALID,
    ADD CONSTRAINT fk_payment_orders_indicator_id_unit_budget_year_indicators FOREIGN KEY (indicator_id, unit, budget_year)
        REFERENCES indicators (id, unit, year) NOT VALID;

-- As its budget year, an order's indicator is that of its funding, unless it is entered again after a restore.
CREATE TRIGGER payment_orders_indicator AFTER UPDATE ON payment_orders FOR EACH ROW
    WHEN (NEW.indicator_id IS DISTINCT FROM OLD.indicator_id AND NOT (
              OLD.state = 'waiting' AND NEW.state = 'issued' AND OLD.budget_year IS NULL
              OR OLD.state IN ('waiting', 'cancelled') AND NEW.state = 'batched'))
    EXECUTE FUNCTION refuse_order_edit();

-- What the treasury files a payment under, and the year that its purpose names.
CREATE VIEW payment_order_classes WITH (security_invoker = true) AS
    SELECT o.id, v.award_year, i.indicator, i.project, i.function_code, i.economic_code
    FROM payment_orders o
    JOIN award_versions v ON v.award_id = o.award_id AND v.version = o.version
    LEFT JOIN indicators i ON i.id = o.indicator_id;

-- The purpose in words as it went to the bank, so that a batch's file stays the same; null in a batch of before.
ALTER TABLE batch_orders ADD COLUMN purpose TEXT;

ALTER TABLE reentry_proposal_rows
    ADD COLUMN indicator TEXT, ADD COLUMN project TEXT, ADD COLUMN function_code TEXT, ADD COLUMN economic_code TEXT;

-- Numbers of statements and notifications in which a bank reported results: none is used again in another year.
CREATE TABLE bank_statements (
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    year SMALLINT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_bank_statements PRIMARY KEY (unit, kind, number)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON bank_statements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT ON payment_order_classes TO PUBLIC;
