-- Budget units and jurisdictions are codes of the installed policies, no longer lists in constraints.

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Filled from the outlines of the installed policies after every upgrade; what was there before this version is named here.
CREATE TABLE policy_units (
    unit TEXT NOT NULL,
    policy TEXT NOT NULL,
    CONSTRAINT pk_policy_units PRIMARY KEY (unit)
);

CREATE TABLE policy_jurisdictions (
    jurisdiction TEXT NOT NULL,
    policy TEXT NOT NULL,
    CONSTRAINT pk_policy_jurisdictions PRIMARY KEY (jurisdiction)
);

INSERT INTO policy_units
    VALUES ('city', 'lishui-2020-1'), ('liandu', 'lishui-2020-1'), ('development_zone', 'lishui-2020-1');

INSERT INTO policy_jurisdictions
    VALUES ('city', 'lishui-2020-1'), ('liandu', 'lishui-2020-1'), ('development_zone', 'lishui-2020-1');

-- Few rows, and what all others follow from: every unit and place in them is one of a policy.
ALTER TABLE appropriations DROP CONSTRAINT ck_appropriations_unit,
    ADD CONSTRAINT fk_appropriations_unit_policy_units FOREIGN KEY (unit) REFERENCES policy_units (unit);
ALTER TABLE budgets DROP CONSTRAINT ck_budgets_unit,
    ADD CONSTRAINT fk_budgets_unit_policy_units FOREIGN KEY (unit) REFERENCES policy_units (unit);
ALTER TABLE arrangement_rows DROP CONSTRAINT ck_arrangement_rows_jurisdiction,
    DROP CONSTRAINT ck_arrangement_rows_remainder_to;
ALTER TABLE arrangement_shares DROP CONSTRAINT ck_arrangement_shares_unit;

-- Tables that are written in bulk: shares come from arrangements, orders and postings from shares, money from budgets.
ALTER TABLE award_versions DROP CONSTRAINT ck_award_versions_jurisdiction,
    ADD CONSTRAINT ck_award_versions_jurisdiction CHECK (jurisdiction ~ '^[a-z][a-z0-9_]*$') NOT VALID;
ALTER TABLE award_shares DROP CONSTRAINT ck_award_shares_unit,
    ADD CONSTRAINT ck_award_shares_unit CHECK (unit ~ '^[a-z][a-z0-9_]*$') NOT VALID;
ALTER TABLE payment_batches DROP CONSTRAINT ck_payment_batches_unit,
    ADD CONSTRAINT ck_payment_batches_unit CHECK (unit ~ '^[a-z][a-z0-9_]*$') NOT VALID;
ALTER TABLE payment_orders DROP CONSTRAINT ck_payment_orders_unit,
    ADD CONSTRAINT ck_payment_orders_unit CHECK (unit ~ '^[a-z][a-z0-9_]*$') NOT VALID;
ALTER TABLE postings DROP CONSTRAINT ck_postings_unit,
    ADD CONSTRAINT ck_postings_unit CHECK (unit ~ '^[a-z][a-z0-9_]*$') NOT VALID;
ALTER TABLE recoveries DROP CONSTRAINT ck_recoveries_unit,
    ADD CONSTRAINT ck_recoveries_unit CHECK (unit ~ '^[a-z][a-z0-9_]*$') NOT VALID;

-- An arrangement is one policy's; those of several policies may be in force on the same day. The version before writes the
-- default, which is right: it knows one policy.
ALTER TABLE arrangements ADD COLUMN policy TEXT NOT NULL DEFAULT 'lishui-2020-1';
ALTER TABLE arrangements DROP CONSTRAINT ex_arrangements_confirmed_overlap,
    ADD CONSTRAINT ex_arrangements_confirmed_overlap EXCLUDE USING gist
        (policy WITH =, daterange(effective_from, effective_until, '[)') WITH &&) WHERE (state = 'confirmed');

CREATE FUNCTION refuse_rows_of_another_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added r JOIN arrangements a ON a.id = r.arrangement_id
        WHERE NOT EXISTS (SELECT FROM policy_jurisdictions j WHERE j.jurisdiction = r.jurisdiction AND j.policy = a.policy)
           OR NOT EXISTS (SELECT FROM policy_units u WHERE u.unit = r.remainder_to AND u.policy = a.policy))
    THEN
        RAISE EXCEPTION 'an arrangement names a place or a unit of another policy' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER arrangement_rows_of_its_policy AFTER INSERT ON arrangement_rows
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_rows_of_another_policy();

CREATE FUNCTION refuse_shares_of_another_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added s JOIN arrangements a ON a.id = s.arrangement_id
        WHERE NOT EXISTS (SELECT FROM policy_units u WHERE u.unit = s.unit AND u.policy = a.policy))
    THEN
        RAISE EXCEPTION 'an arrangement has a share of a unit of another policy' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER arrangement_shares_of_its_policy AFTER INSERT ON arrangement_shares
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_shares_of_another_policy();

-- Awards first decided while an arrangement is in force, in the places of its policy, with what they entitle to now.
CREATE OR REPLACE FUNCTION awards_in_period(period_of uuid)
    RETURNS TABLE (award_id uuid, jurisdiction text, award text, entitlement_fen bigint, split_version integer, waiting_for text)
    LANGUAGE sql STABLE AS $$
    SELECT a.award_id, v.jurisdiction, v.award, v.entitlement_fen, a.split_version, a.waiting_for
    FROM arrangements g
    JOIN awards a ON a.first_decided_on >= g.effective_from
                 AND (g.effective_until IS NULL OR a.first_decided_on < g.effective_until)
    JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
    WHERE g.id = period_of AND v.policy = g.policy AND v.entitlement_fen > 0
$$;
