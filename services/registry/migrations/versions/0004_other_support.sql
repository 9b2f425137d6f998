-- Two legal forms, places of service centres, areas with two decimals, and public money of other programmes.

ALTER TABLE enterprises DROP CONSTRAINT ck_enterprises_legal_form;
ALTER TABLE enterprises ADD CONSTRAINT ck_enterprises_legal_form CHECK (legal_form IN ('enterprise', 'cooperative', 'individual', 'social_organisation', 'public_institution', 'government', 'other')) NOT VALID;

ALTER TABLE service_centre_grades ADD COLUMN jurisdiction TEXT COLLATE "C";
ALTER TABLE service_centre_grades ADD CONSTRAINT ck_service_centre_grades_jurisdiction CHECK (jurisdiction IN ('city', 'liandu', 'development_zone', 'qingtian', 'jinyun', 'suichang', 'songyang', 'yunhe', 'qingyuan', 'jingning', 'longquan', 'elsewhere')) NOT VALID;
ALTER TABLE service_centre_grades_history ADD COLUMN jurisdiction TEXT COLLATE "C";

ALTER TABLE parks ALTER COLUMN usable_area_m2 TYPE NUMERIC(18, 2);
ALTER TABLE parks_history ALTER COLUMN usable_area_m2 TYPE NUMERIC(18, 2);
ALTER TABLE park_years ALTER COLUMN operating_area_m2 TYPE NUMERIC(18, 2), ALTER COLUMN ecommerce_area_m2 TYPE NUMERIC(18, 2);
ALTER TABLE park_years_history ALTER COLUMN operating_area_m2 TYPE NUMERIC(18, 2), ALTER COLUMN ecommerce_area_m2 TYPE NUMERIC(18, 2);

CREATE TABLE other_support (
    uscc TEXT COLLATE "C" NOT NULL,
    award TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    award_year BIGINT NOT NULL,
    programme TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    amount_fen BIGINT NOT NULL,
    granted_on DATE NOT NULL,
    document TEXT COLLATE "C",
    revision BIGINT NOT NULL,
    CONSTRAINT pk_other_support PRIMARY KEY (uscc, award, subject, award_year, programme),
    CONSTRAINT ck_other_support_award_year CHECK (award_year BETWEEN 1 AND 9999),
    CONSTRAINT ck_other_support_level CHECK (level IN ('national', 'provincial', 'municipal', 'district')),
    CONSTRAINT ck_other_support_amount_fen CHECK (amount_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT fk_other_support_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_other_support_revision ON other_support (revision);

CREATE TABLE other_support_history (
    uscc TEXT COLLATE "C" NOT NULL,
    award TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    award_year BIGINT NOT NULL,
    programme TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    amount_fen BIGINT NOT NULL,
    granted_on DATE NOT NULL,
    document TEXT COLLATE "C",
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_other_support_history PRIMARY KEY (uscc, award, subject, award_year, programme, revision),
    CONSTRAINT ck_other_support_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_other_support_history_replaced_in ON other_support_history (replaced_in);

CREATE INDEX ix_other_support_history_revision ON other_support_history (revision);
