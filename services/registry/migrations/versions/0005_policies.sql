-- Places and awards are codes of the installed policies, no longer lists in constraints.

-- Filled from the outlines of the installed policies after every upgrade.
CREATE TABLE policy_awards (
    award TEXT NOT NULL,
    policy TEXT NOT NULL,
    tiered BOOLEAN NOT NULL,
    CONSTRAINT pk_policy_awards PRIMARY KEY (award)
);

ALTER TABLE locations DROP CONSTRAINT ck_locations_jurisdiction,
    ADD CONSTRAINT ck_locations_jurisdiction CHECK (jurisdiction ~ '^[a-z][a-z0-9_]*$') NOT VALID;
ALTER TABLE cold_stores DROP CONSTRAINT ck_cold_stores_jurisdiction,
    ADD CONSTRAINT ck_cold_stores_jurisdiction CHECK (jurisdiction ~ '^[a-z][a-z0-9_]*$') NOT VALID;
ALTER TABLE delivery_terminals DROP CONSTRAINT ck_delivery_terminals_jurisdiction,
    ADD CONSTRAINT ck_delivery_terminals_jurisdiction CHECK (jurisdiction ~ '^[a-z][a-z0-9_]*$') NOT VALID;
ALTER TABLE logistics_hubs DROP CONSTRAINT ck_logistics_hubs_jurisdiction,
    ADD CONSTRAINT ck_logistics_hubs_jurisdiction CHECK (jurisdiction ~ '^[a-z][a-z0-9_]*$') NOT VALID;
ALTER TABLE service_centre_grades DROP CONSTRAINT ck_service_centre_grades_jurisdiction,
    ADD CONSTRAINT ck_service_centre_grades_jurisdiction CHECK (jurisdiction ~ '^[a-z][a-z0-9_]*$') NOT VALID;
ALTER TABLE parks DROP CONSTRAINT ck_parks_jurisdiction,
    ADD CONSTRAINT ck_parks_jurisdiction CHECK (jurisdiction ~ '^[a-z][a-z0-9_]*$') NOT VALID;

-- An earlier payment names a tier where its award has tiers, and none where it has none.
ALTER TABLE prior_awards DROP CONSTRAINT ck_prior_awards_tier_missing, DROP CONSTRAINT ck_prior_awards_tier_not_applicable;

CREATE FUNCTION refuse_wrong_tier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM policy_awards p WHERE p.award = NEW.award AND p.tiered <> (NEW.tier > 0)) THEN
        RAISE EXCEPTION 'an earlier payment has a tier where the award has none, or none where it has' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER prior_awards_tier BEFORE INSERT OR UPDATE ON prior_awards
    FOR EACH ROW EXECUTE FUNCTION refuse_wrong_tier();
