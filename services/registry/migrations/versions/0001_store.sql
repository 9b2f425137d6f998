-- The registry's tables, version 1. Frozen: a change is a new migration.

CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', tg_table_name USING ERRCODE = 'restrict_violation';
END $$;

CREATE TABLE annual_sales_history (
    uscc TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    online_retail_fen BIGINT,
    platform_turnover_fen BIGINT,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_annual_sales_history PRIMARY KEY (uscc, year, revision),
    CONSTRAINT ck_annual_sales_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_annual_sales_history_replaced_in ON annual_sales_history (replaced_in);

CREATE INDEX ix_annual_sales_history_revision ON annual_sales_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON annual_sales_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE cold_stores_history (
    store_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    jurisdiction TEXT COLLATE "C",
    in_use_on DATE,
    construction_cost_fen BIGINT,
    agricultural_upstream BOOLEAN NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_cold_stores_history PRIMARY KEY (store_id, revision),
    CONSTRAINT ck_cold_stores_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_cold_stores_history_replaced_in ON cold_stores_history (replaced_in);

CREATE INDEX ix_cold_stores_history_revision ON cold_stores_history (revision);

CREATE INDEX ix_cold_stores_history_uscc ON cold_stores_history (uscc);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cold_stores_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE courier_years_history (
    uscc TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    parcels BIGINT,
    operating_days BIGINT,
    rent_fen BIGINT,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_courier_years_history PRIMARY KEY (uscc, year, revision),
    CONSTRAINT ck_courier_years_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_courier_years_history_replaced_in ON courier_years_history (replaced_in);

CREATE INDEX ix_courier_years_history_revision ON courier_years_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON courier_years_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE cross_border_years_history (
    uscc TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    sales_usd_cents BIGINT NOT NULL,
    sales_cny_fen BIGINT NOT NULL,
    postage_fen BIGINT,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_cross_border_years_history PRIMARY KEY (uscc, year, revision),
    CONSTRAINT ck_cross_border_years_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_cross_border_years_history_replaced_in ON cross_border_years_history (replaced_in);

CREATE INDEX ix_cross_border_years_history_revision ON cross_border_years_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cross_border_years_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE delivery_terminals_history (
    serial TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    jurisdiction TEXT COLLATE "C",
    accepted_on DATE,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_delivery_terminals_history PRIMARY KEY (serial, revision),
    CONSTRAINT ck_delivery_terminals_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_delivery_terminals_history_replaced_in ON delivery_terminals_history (replaced_in);

CREATE INDEX ix_delivery_terminals_history_revision ON delivery_terminals_history (revision);

CREATE INDEX ix_delivery_terminals_history_uscc ON delivery_terminals_history (uscc);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery_terminals_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE demonstration_titles_history (
    uscc TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    awarded_on DATE NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_demonstration_titles_history PRIMARY KEY (uscc, title, level, revision),
    CONSTRAINT ck_demonstration_titles_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_demonstration_titles_history_replaced_in ON demonstration_titles_history (replaced_in);

CREATE INDEX ix_demonstration_titles_history_revision ON demonstration_titles_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON demonstration_titles_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE enterprises (
    uscc TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    legal_form TEXT COLLATE "C" NOT NULL,
    registered_on DATE NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_enterprises PRIMARY KEY (uscc),
    CONSTRAINT ck_enterprises_uscc CHECK (uscc ~ '^[0-9A-Z]{18}$'),
    CONSTRAINT ck_enterprises_legal_form CHECK (legal_form IN ('enterprise', 'individual', 'public_institution', 'government', 'other'))
);

CREATE INDEX ix_enterprises_name ON enterprises USING gin ((regexp_replace(name, '(.)', '\1\1\1', 'g')) gin_trgm_ops);

CREATE INDEX ix_enterprises_revision ON enterprises (revision);

CREATE TABLE enterprises_history (
    uscc TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    legal_form TEXT COLLATE "C" NOT NULL,
    registered_on DATE NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_enterprises_history PRIMARY KEY (uscc, revision),
    CONSTRAINT ck_enterprises_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_enterprises_history_replaced_in ON enterprises_history (replaced_in);

CREATE INDEX ix_enterprises_history_revision ON enterprises_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON enterprises_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE exhibition_attendances_history (
    exhibition_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    held_on DATE NOT NULL,
    organiser TEXT COLLATE "C" NOT NULL,
    recognised BOOLEAN NOT NULL,
    booth_fee_fen BIGINT,
    display_fee_fen BIGINT,
    other_support_fen BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_exhibition_attendances_history PRIMARY KEY (exhibition_id, uscc, revision),
    CONSTRAINT ck_exhibition_attendances_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_exhibition_attendances_history_replaced_in ON exhibition_attendances_history (replaced_in);

CREATE INDEX ix_exhibition_attendances_history_revision ON exhibition_attendances_history (revision);

CREATE INDEX ix_exhibition_attendances_history_uscc ON exhibition_attendances_history (uscc);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON exhibition_attendances_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE hub_years (
    hub_id TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    client_enterprises BIGINT,
    parcels BIGINT,
    operating_days BIGINT,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_hub_years PRIMARY KEY (hub_id, year),
    CONSTRAINT ck_hub_years_year CHECK (year BETWEEN 1 AND 9999),
    CONSTRAINT ck_hub_years_client_enterprises CHECK (client_enterprises BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_hub_years_parcels CHECK (parcels BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_hub_years_operating_days CHECK (operating_days BETWEEN 1 AND 366)
);

CREATE INDEX ix_hub_years_revision ON hub_years (revision);

CREATE TABLE hub_years_history (
    hub_id TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    client_enterprises BIGINT,
    parcels BIGINT,
    operating_days BIGINT,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_hub_years_history PRIMARY KEY (hub_id, year, revision),
    CONSTRAINT ck_hub_years_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_hub_years_history_replaced_in ON hub_years_history (replaced_in);

CREATE INDEX ix_hub_years_history_revision ON hub_years_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON hub_years_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE imports (
    id UUID NOT NULL,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    headings JSONB,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_imports PRIMARY KEY (id)
);

CREATE TABLE loan_balances (
    loan_id TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    until DATE NOT NULL,
    principal_fen BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_loan_balances PRIMARY KEY (loan_id, since),
    CONSTRAINT ck_loan_balances_principal_fen CHECK (principal_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_loan_balances_period_reversed CHECK (until >= since),
    CONSTRAINT ex_loan_balances_period EXCLUDE USING gist (loan_id WITH =, daterange(since, until) WITH &&) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_loan_balances_revision ON loan_balances (revision);

CREATE TABLE loan_balances_history (
    loan_id TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    until DATE NOT NULL,
    principal_fen BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_loan_balances_history PRIMARY KEY (loan_id, since, revision),
    CONSTRAINT ck_loan_balances_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_loan_balances_history_replaced_in ON loan_balances_history (replaced_in);

CREATE INDEX ix_loan_balances_history_revision ON loan_balances_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON loan_balances_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE loan_years (
    loan_id TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    interest_paid_fen BIGINT,
    other_subsidy_fen BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_loan_years PRIMARY KEY (loan_id, year),
    CONSTRAINT ck_loan_years_year CHECK (year BETWEEN 1 AND 9999),
    CONSTRAINT ck_loan_years_interest_paid_fen CHECK (interest_paid_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_loan_years_other_subsidy_fen CHECK (other_subsidy_fen BETWEEN 0 AND 9007199254740991)
);

CREATE INDEX ix_loan_years_revision ON loan_years (revision);

CREATE TABLE loan_years_history (
    loan_id TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    interest_paid_fen BIGINT,
    other_subsidy_fen BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_loan_years_history PRIMARY KEY (loan_id, year, revision),
    CONSTRAINT ck_loan_years_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_loan_years_history_replaced_in ON loan_years_history (replaced_in);

CREATE INDEX ix_loan_years_history_revision ON loan_years_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON loan_years_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE loans_history (
    loan_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    lender TEXT COLLATE "C" NOT NULL,
    licensed_lender BOOLEAN NOT NULL,
    business_purpose BOOLEAN NOT NULL,
    drawn_on DATE NOT NULL,
    tenor_months BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_loans_history PRIMARY KEY (loan_id, revision),
    CONSTRAINT ck_loans_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_loans_history_replaced_in ON loans_history (replaced_in);

CREATE INDEX ix_loans_history_revision ON loans_history (revision);

CREATE INDEX ix_loans_history_uscc ON loans_history (uscc);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON loans_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE locations_history (
    uscc TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    jurisdiction TEXT COLLATE "C" NOT NULL,
    until DATE,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_locations_history PRIMARY KEY (uscc, since, revision),
    CONSTRAINT ck_locations_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_locations_history_replaced_in ON locations_history (replaced_in);

CREATE INDEX ix_locations_history_revision ON locations_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON locations_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE logistics_hubs_history (
    hub_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    jurisdiction TEXT COLLATE "C",
    kind TEXT COLLATE "C" NOT NULL,
    opened_on DATE NOT NULL,
    land_source TEXT COLLATE "C" NOT NULL,
    construction_cost_fen BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_logistics_hubs_history PRIMARY KEY (hub_id, revision),
    CONSTRAINT ck_logistics_hubs_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_logistics_hubs_history_replaced_in ON logistics_hubs_history (replaced_in);

CREATE INDEX ix_logistics_hubs_history_revision ON logistics_hubs_history (revision);

CREATE INDEX ix_logistics_hubs_history_uscc ON logistics_hubs_history (uscc);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON logistics_hubs_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE monitoring_inclusions_history (
    uscc TEXT COLLATE "C" NOT NULL,
    track TEXT COLLATE "C" NOT NULL,
    included_on DATE NOT NULL,
    removed_on DATE,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_monitoring_inclusions_history PRIMARY KEY (uscc, track, included_on, revision),
    CONSTRAINT ck_monitoring_inclusions_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_monitoring_inclusions_history_replaced_in ON monitoring_inclusions_history (replaced_in);

CREATE INDEX ix_monitoring_inclusions_history_revision ON monitoring_inclusions_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON monitoring_inclusions_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE overseas_warehouses_history (
    warehouse_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    country TEXT COLLATE "C" NOT NULL,
    opened_on DATE NOT NULL,
    construction_cost_fen BIGINT NOT NULL,
    provincial_support_fen BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_overseas_warehouses_history PRIMARY KEY (warehouse_id, revision),
    CONSTRAINT ck_overseas_warehouses_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_overseas_warehouses_history_replaced_in ON overseas_warehouses_history (replaced_in);

CREATE INDEX ix_overseas_warehouses_history_revision ON overseas_warehouses_history (revision);

CREATE INDEX ix_overseas_warehouses_history_uscc ON overseas_warehouses_history (uscc);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON overseas_warehouses_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE park_years (
    park_id TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    operating_area_m2 BIGINT,
    ecommerce_area_m2 BIGINT,
    merchants BIGINT,
    ecommerce_merchants BIGINT,
    online_retail_fen BIGINT,
    agricultural_retail_fen BIGINT,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_park_years PRIMARY KEY (park_id, year),
    CONSTRAINT ck_park_years_year CHECK (year BETWEEN 1 AND 9999),
    CONSTRAINT ck_park_years_operating_area_m2 CHECK (operating_area_m2 BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_park_years_ecommerce_area_m2 CHECK (ecommerce_area_m2 BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_park_years_merchants CHECK (merchants BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_park_years_ecommerce_merchants CHECK (ecommerce_merchants BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_park_years_online_retail_fen CHECK (online_retail_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_park_years_agricultural_retail_fen CHECK (agricultural_retail_fen BETWEEN 0 AND 9007199254740991)
);

CREATE INDEX ix_park_years_revision ON park_years (revision);

CREATE TABLE park_years_history (
    park_id TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    operating_area_m2 BIGINT,
    ecommerce_area_m2 BIGINT,
    merchants BIGINT,
    ecommerce_merchants BIGINT,
    online_retail_fen BIGINT,
    agricultural_retail_fen BIGINT,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_park_years_history PRIMARY KEY (park_id, year, revision),
    CONSTRAINT ck_park_years_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_park_years_history_replaced_in ON park_years_history (replaced_in);

CREATE INDEX ix_park_years_history_revision ON park_years_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON park_years_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE parks_history (
    park_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    jurisdiction TEXT COLLATE "C",
    opened_on DATE NOT NULL,
    built_by_enterprise BOOLEAN NOT NULL,
    usable_area_m2 BIGINT NOT NULL,
    physical_market BOOLEAN NOT NULL,
    infrastructure_accepted_on DATE,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_parks_history PRIMARY KEY (park_id, revision),
    CONSTRAINT ck_parks_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_parks_history_replaced_in ON parks_history (replaced_in);

CREATE INDEX ix_parks_history_revision ON parks_history (revision);

CREATE INDEX ix_parks_history_uscc ON parks_history (uscc);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON parks_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE payee_accounts_history (
    uscc TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    account_holder TEXT COLLATE "C" NOT NULL,
    bank_code TEXT COLLATE "C" NOT NULL,
    account_number TEXT COLLATE "C" NOT NULL,
    until DATE,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_payee_accounts_history PRIMARY KEY (uscc, since, revision),
    CONSTRAINT ck_payee_accounts_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_payee_accounts_history_replaced_in ON payee_accounts_history (replaced_in);

CREATE INDEX ix_payee_accounts_history_revision ON payee_accounts_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payee_accounts_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE platform_authorisations_history (
    uscc TEXT COLLATE "C" NOT NULL,
    platform TEXT COLLATE "C" NOT NULL,
    authorised_on DATE NOT NULL,
    settled_on DATE,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_platform_authorisations_history PRIMARY KEY (uscc, platform, revision),
    CONSTRAINT ck_platform_authorisations_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_platform_authorisations_history_replaced_in ON platform_authorisations_history (replaced_in);

CREATE INDEX ix_platform_authorisations_history_revision ON platform_authorisations_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON platform_authorisations_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE platform_zones_history (
    zone_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    platform TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_platform_zones_history PRIMARY KEY (zone_id, revision),
    CONSTRAINT ck_platform_zones_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_platform_zones_history_replaced_in ON platform_zones_history (replaced_in);

CREATE INDEX ix_platform_zones_history_revision ON platform_zones_history (revision);

CREATE INDEX ix_platform_zones_history_uscc ON platform_zones_history (uscc);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON platform_zones_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE prior_awards_history (
    uscc TEXT COLLATE "C" NOT NULL,
    award TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    award_year BIGINT NOT NULL,
    tier BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    paid_on DATE NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_prior_awards_history PRIMARY KEY (uscc, award, subject, award_year, tier, revision),
    CONSTRAINT ck_prior_awards_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_prior_awards_history_replaced_in ON prior_awards_history (replaced_in);

CREATE INDEX ix_prior_awards_history_revision ON prior_awards_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON prior_awards_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE recognised_platforms (
    platform TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    until DATE,
    source TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_recognised_platforms PRIMARY KEY (platform, since),
    CONSTRAINT ck_recognised_platforms_period_reversed CHECK (until >= since)
);

CREATE INDEX ix_recognised_platforms_revision ON recognised_platforms (revision);

CREATE TABLE recognised_platforms_history (
    platform TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    until DATE,
    source TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_recognised_platforms_history PRIMARY KEY (platform, since, revision),
    CONSTRAINT ck_recognised_platforms_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_recognised_platforms_history_replaced_in ON recognised_platforms_history (replaced_in);

CREATE INDEX ix_recognised_platforms_history_revision ON recognised_platforms_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recognised_platforms_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE reference_rates (
    series TEXT COLLATE "C" NOT NULL,
    effective_on DATE NOT NULL,
    value BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_reference_rates PRIMARY KEY (series, effective_on),
    CONSTRAINT ck_reference_rates_series CHECK (series IN ('pboc_benchmark_1y', 'pboc_benchmark_5y', 'pboc_benchmark_over_5y', 'lpr_1y', 'lpr_5y', 'usd_cny_year')),
    CONSTRAINT ck_reference_rates_value CHECK (value BETWEEN -9007199254740991 AND 9007199254740991),
    CONSTRAINT ck_reference_rates_status CHECK (status IN ('verified', 'secondary', 'unverified'))
);

CREATE INDEX ix_reference_rates_revision ON reference_rates (revision);

CREATE TABLE reference_rates_history (
    series TEXT COLLATE "C" NOT NULL,
    effective_on DATE NOT NULL,
    value BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_reference_rates_history PRIMARY KEY (series, effective_on, revision),
    CONSTRAINT ck_reference_rates_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_reference_rates_history_replaced_in ON reference_rates_history (replaced_in);

CREATE INDEX ix_reference_rates_history_revision ON reference_rates_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reference_rates_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE revisions (
    revision BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    source TEXT,
    reason TEXT,
    import_id UUID,
    datasets TEXT[] NOT NULL,
    rows JSONB NOT NULL,
    CONSTRAINT pk_revisions PRIMARY KEY (revision),
    CONSTRAINT ck_revisions_kind CHECK (kind IN ('records', 'import', 'withdrawal')),
    CONSTRAINT ck_revisions_reason CHECK (kind <> 'withdrawal' OR reason IS NOT NULL),
    CONSTRAINT ck_revisions_revision CHECK (revision > 0)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON revisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE sales_spin_offs_history (
    sales_company_uscc TEXT COLLATE "C" NOT NULL,
    producer_uscc TEXT COLLATE "C" NOT NULL,
    established_on DATE NOT NULL,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_sales_spin_offs_history PRIMARY KEY (sales_company_uscc, revision),
    CONSTRAINT ck_sales_spin_offs_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_sales_spin_offs_history_producer_uscc ON sales_spin_offs_history (producer_uscc);

CREATE INDEX ix_sales_spin_offs_history_replaced_in ON sales_spin_offs_history (replaced_in);

CREATE INDEX ix_sales_spin_offs_history_revision ON sales_spin_offs_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sales_spin_offs_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE sanctions_history (
    uscc TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    until DATE,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_sanctions_history PRIMARY KEY (uscc, kind, since, revision),
    CONSTRAINT ck_sanctions_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_sanctions_history_replaced_in ON sanctions_history (replaced_in);

CREATE INDEX ix_sanctions_history_revision ON sanctions_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sanctions_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE service_centre_grades_history (
    centre_id TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    grade TEXT COLLATE "C" NOT NULL,
    tender_reference TEXT COLLATE "C",
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_service_centre_grades_history PRIMARY KEY (centre_id, year, revision),
    CONSTRAINT ck_service_centre_grades_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_service_centre_grades_history_replaced_in ON service_centre_grades_history (replaced_in);

CREATE INDEX ix_service_centre_grades_history_revision ON service_centre_grades_history (revision);

CREATE INDEX ix_service_centre_grades_history_uscc ON service_centre_grades_history (uscc);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON service_centre_grades_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE service_contracts_history (
    provider_uscc TEXT COLLATE "C" NOT NULL,
    client_uscc TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    until DATE,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_service_contracts_history PRIMARY KEY (provider_uscc, client_uscc, since, revision),
    CONSTRAINT ck_service_contracts_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_service_contracts_history_client_uscc ON service_contracts_history (client_uscc);

CREATE INDEX ix_service_contracts_history_replaced_in ON service_contracts_history (replaced_in);

CREATE INDEX ix_service_contracts_history_revision ON service_contracts_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON service_contracts_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE statistics_sales_history (
    uscc TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    online_retail_fen BIGINT,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_statistics_sales_history PRIMARY KEY (uscc, year, revision),
    CONSTRAINT ck_statistics_sales_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_statistics_sales_history_replaced_in ON statistics_sales_history (replaced_in);

CREATE INDEX ix_statistics_sales_history_revision ON statistics_sales_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON statistics_sales_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE zone_years (
    zone_id TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    lishui_product_sales_fen BIGINT,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_zone_years PRIMARY KEY (zone_id, year),
    CONSTRAINT ck_zone_years_year CHECK (year BETWEEN 1 AND 9999),
    CONSTRAINT ck_zone_years_lishui_product_sales_fen CHECK (lishui_product_sales_fen BETWEEN 0 AND 9007199254740991)
);

CREATE INDEX ix_zone_years_revision ON zone_years (revision);

CREATE TABLE zone_years_history (
    zone_id TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    lishui_product_sales_fen BIGINT,
    revision BIGINT NOT NULL,
    replaced_in BIGINT NOT NULL,
    CONSTRAINT pk_zone_years_history PRIMARY KEY (zone_id, year, revision),
    CONSTRAINT ck_zone_years_history_replaced_later CHECK (replaced_in > revision)
);

CREATE INDEX ix_zone_years_history_replaced_in ON zone_years_history (replaced_in);

CREATE INDEX ix_zone_years_history_revision ON zone_years_history (revision);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON zone_years_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE annual_sales (
    uscc TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    online_retail_fen BIGINT,
    platform_turnover_fen BIGINT,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_annual_sales PRIMARY KEY (uscc, year),
    CONSTRAINT ck_annual_sales_year CHECK (year BETWEEN 1 AND 9999),
    CONSTRAINT ck_annual_sales_online_retail_fen CHECK (online_retail_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_annual_sales_platform_turnover_fen CHECK (platform_turnover_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT fk_annual_sales_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_annual_sales_revision ON annual_sales (revision);

CREATE TABLE cold_stores (
    store_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    jurisdiction TEXT COLLATE "C",
    in_use_on DATE,
    construction_cost_fen BIGINT,
    agricultural_upstream BOOLEAN NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_cold_stores PRIMARY KEY (store_id),
    CONSTRAINT ck_cold_stores_jurisdiction CHECK (jurisdiction IN ('city', 'liandu', 'development_zone', 'qingtian', 'jinyun', 'suichang', 'songyang', 'yunhe', 'qingyuan', 'jingning', 'longquan', 'elsewhere')),
    CONSTRAINT ck_cold_stores_construction_cost_fen CHECK (construction_cost_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT fk_cold_stores_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_cold_stores_revision ON cold_stores (revision);

CREATE INDEX ix_cold_stores_uscc ON cold_stores (uscc);

CREATE TABLE courier_years (
    uscc TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    parcels BIGINT,
    operating_days BIGINT,
    rent_fen BIGINT,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_courier_years PRIMARY KEY (uscc, year),
    CONSTRAINT ck_courier_years_year CHECK (year BETWEEN 1 AND 9999),
    CONSTRAINT ck_courier_years_parcels CHECK (parcels BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_courier_years_operating_days CHECK (operating_days BETWEEN 1 AND 366),
    CONSTRAINT ck_courier_years_rent_fen CHECK (rent_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT fk_courier_years_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_courier_years_revision ON courier_years (revision);

CREATE TABLE cross_border_years (
    uscc TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    sales_usd_cents BIGINT NOT NULL,
    sales_cny_fen BIGINT NOT NULL,
    postage_fen BIGINT,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_cross_border_years PRIMARY KEY (uscc, year),
    CONSTRAINT ck_cross_border_years_year CHECK (year BETWEEN 1 AND 9999),
    CONSTRAINT ck_cross_border_years_sales_usd_cents CHECK (sales_usd_cents BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_cross_border_years_sales_cny_fen CHECK (sales_cny_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_cross_border_years_postage_fen CHECK (postage_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT fk_cross_border_years_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_cross_border_years_revision ON cross_border_years (revision);

CREATE TABLE delivery_terminals (
    serial TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    jurisdiction TEXT COLLATE "C",
    accepted_on DATE,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_delivery_terminals PRIMARY KEY (serial),
    CONSTRAINT ck_delivery_terminals_jurisdiction CHECK (jurisdiction IN ('city', 'liandu', 'development_zone', 'qingtian', 'jinyun', 'suichang', 'songyang', 'yunhe', 'qingyuan', 'jingning', 'longquan', 'elsewhere')),
    CONSTRAINT fk_delivery_terminals_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_delivery_terminals_revision ON delivery_terminals (revision);

CREATE INDEX ix_delivery_terminals_uscc ON delivery_terminals (uscc);

CREATE TABLE demonstration_titles (
    uscc TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    awarded_on DATE NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_demonstration_titles PRIMARY KEY (uscc, title, level),
    CONSTRAINT ck_demonstration_titles_level CHECK (level IN ('national', 'provincial', 'municipal')),
    CONSTRAINT fk_demonstration_titles_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_demonstration_titles_revision ON demonstration_titles (revision);

CREATE TABLE exhibition_attendances (
    exhibition_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    held_on DATE NOT NULL,
    organiser TEXT COLLATE "C" NOT NULL,
    recognised BOOLEAN NOT NULL,
    booth_fee_fen BIGINT,
    display_fee_fen BIGINT,
    other_support_fen BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_exhibition_attendances PRIMARY KEY (exhibition_id, uscc),
    CONSTRAINT ck_exhibition_attendances_organiser CHECK (organiser IN ('commerce_department', 'other')),
    CONSTRAINT ck_exhibition_attendances_booth_fee_fen CHECK (booth_fee_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_exhibition_attendances_display_fee_fen CHECK (display_fee_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_exhibition_attendances_other_support_fen CHECK (other_support_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT fk_exhibition_attendances_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_exhibition_attendances_revision ON exhibition_attendances (revision);

CREATE INDEX ix_exhibition_attendances_uscc ON exhibition_attendances (uscc);

CREATE TABLE import_chunks (
    import_id UUID NOT NULL,
    number INTEGER NOT NULL,
    data BYTEA NOT NULL,
    CONSTRAINT pk_import_chunks PRIMARY KEY (import_id, number),
    CONSTRAINT fk_import_chunks_import_id_imports FOREIGN KEY(import_id) REFERENCES imports (id)
);

CREATE TABLE import_errors (
    import_id UUID NOT NULL,
    sheet INTEGER NOT NULL,
    line BIGINT NOT NULL,
    number INTEGER NOT NULL,
    dataset TEXT NOT NULL,
    field TEXT,
    code TEXT NOT NULL,
    detail TEXT,
    CONSTRAINT pk_import_errors PRIMARY KEY (import_id, sheet, line, number),
    CONSTRAINT fk_import_errors_import_id_imports FOREIGN KEY(import_id) REFERENCES imports (id)
);

CREATE TABLE import_rejected_rows (
    import_id UUID NOT NULL,
    sheet INTEGER NOT NULL,
    line BIGINT NOT NULL,
    cells TEXT NOT NULL,
    CONSTRAINT pk_import_rejected_rows PRIMARY KEY (import_id, sheet, line),
    CONSTRAINT fk_import_rejected_rows_import_id_imports FOREIGN KEY(import_id) REFERENCES imports (id)
);

CREATE TABLE loans (
    loan_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    lender TEXT COLLATE "C" NOT NULL,
    licensed_lender BOOLEAN NOT NULL,
    business_purpose BOOLEAN NOT NULL,
    drawn_on DATE NOT NULL,
    tenor_months BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_loans PRIMARY KEY (loan_id),
    CONSTRAINT ck_loans_tenor_months CHECK (tenor_months BETWEEN 0 AND 9007199254740991),
    CONSTRAINT fk_loans_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_loans_revision ON loans (revision);

CREATE INDEX ix_loans_uscc ON loans (uscc);

CREATE TABLE locations (
    uscc TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    jurisdiction TEXT COLLATE "C" NOT NULL,
    until DATE,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_locations PRIMARY KEY (uscc, since),
    CONSTRAINT ck_locations_jurisdiction CHECK (jurisdiction IN ('city', 'liandu', 'development_zone', 'qingtian', 'jinyun', 'suichang', 'songyang', 'yunhe', 'qingyuan', 'jingning', 'longquan', 'elsewhere')),
    CONSTRAINT ck_locations_period_reversed CHECK (until >= since),
    CONSTRAINT fk_locations_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT ex_locations_period EXCLUDE USING gist (uscc WITH =, daterange(since, until) WITH &&) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_locations_revision ON locations (revision);

CREATE TABLE logistics_hubs (
    hub_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    jurisdiction TEXT COLLATE "C",
    kind TEXT COLLATE "C" NOT NULL,
    opened_on DATE NOT NULL,
    land_source TEXT COLLATE "C" NOT NULL,
    construction_cost_fen BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_logistics_hubs PRIMARY KEY (hub_id),
    CONSTRAINT ck_logistics_hubs_jurisdiction CHECK (jurisdiction IN ('city', 'liandu', 'development_zone', 'qingtian', 'jinyun', 'suichang', 'songyang', 'yunhe', 'qingyuan', 'jingning', 'longquan', 'elsewhere')),
    CONSTRAINT ck_logistics_hubs_kind CHECK (kind IN ('public_warehouse', 'sorting_centre', 'other')),
    CONSTRAINT ck_logistics_hubs_land_source CHECK (land_source IN ('unsupplied_approved', 'old_factory', 'old_warehouse', 'stock_land', 'other')),
    CONSTRAINT ck_logistics_hubs_construction_cost_fen CHECK (construction_cost_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT fk_logistics_hubs_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_logistics_hubs_revision ON logistics_hubs (revision);

CREATE INDEX ix_logistics_hubs_uscc ON logistics_hubs (uscc);

CREATE TABLE monitoring_inclusions (
    uscc TEXT COLLATE "C" NOT NULL,
    track TEXT COLLATE "C" NOT NULL,
    included_on DATE NOT NULL,
    removed_on DATE,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_monitoring_inclusions PRIMARY KEY (uscc, track, included_on),
    CONSTRAINT ck_monitoring_inclusions_track CHECK (track IN ('retail', 'platform', 'production', 'service')),
    CONSTRAINT ck_monitoring_inclusions_period_reversed CHECK (removed_on >= included_on),
    CONSTRAINT fk_monitoring_inclusions_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_monitoring_inclusions_revision ON monitoring_inclusions (revision);

CREATE TABLE overseas_warehouses (
    warehouse_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    country TEXT COLLATE "C" NOT NULL,
    opened_on DATE NOT NULL,
    construction_cost_fen BIGINT NOT NULL,
    provincial_support_fen BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_overseas_warehouses PRIMARY KEY (warehouse_id),
    CONSTRAINT ck_overseas_warehouses_construction_cost_fen CHECK (construction_cost_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_overseas_warehouses_provincial_support_fen CHECK (provincial_support_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT fk_overseas_warehouses_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_overseas_warehouses_revision ON overseas_warehouses (revision);

CREATE INDEX ix_overseas_warehouses_uscc ON overseas_warehouses (uscc);

CREATE TABLE parks (
    park_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    jurisdiction TEXT COLLATE "C",
    opened_on DATE NOT NULL,
    built_by_enterprise BOOLEAN NOT NULL,
    usable_area_m2 BIGINT NOT NULL,
    physical_market BOOLEAN NOT NULL,
    infrastructure_accepted_on DATE,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_parks PRIMARY KEY (park_id),
    CONSTRAINT ck_parks_jurisdiction CHECK (jurisdiction IN ('city', 'liandu', 'development_zone', 'qingtian', 'jinyun', 'suichang', 'songyang', 'yunhe', 'qingyuan', 'jingning', 'longquan', 'elsewhere')),
    CONSTRAINT ck_parks_usable_area_m2 CHECK (usable_area_m2 BETWEEN 0 AND 9007199254740991),
    CONSTRAINT fk_parks_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_parks_revision ON parks (revision);

CREATE INDEX ix_parks_uscc ON parks (uscc);

CREATE TABLE payee_accounts (
    uscc TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    account_holder TEXT COLLATE "C" NOT NULL,
    bank_code TEXT COLLATE "C" NOT NULL,
    account_number TEXT COLLATE "C" NOT NULL,
    until DATE,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_payee_accounts PRIMARY KEY (uscc, since),
    CONSTRAINT ck_payee_accounts_bank_code CHECK (bank_code ~ '^[0-9]{12}$'),
    CONSTRAINT ck_payee_accounts_period_reversed CHECK (until >= since),
    CONSTRAINT fk_payee_accounts_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_payee_accounts_revision ON payee_accounts (revision);

CREATE TABLE platform_authorisations (
    uscc TEXT COLLATE "C" NOT NULL,
    platform TEXT COLLATE "C" NOT NULL,
    authorised_on DATE NOT NULL,
    settled_on DATE,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_platform_authorisations PRIMARY KEY (uscc, platform),
    CONSTRAINT fk_platform_authorisations_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_platform_authorisations_revision ON platform_authorisations (revision);

CREATE TABLE platform_zones (
    zone_id TEXT COLLATE "C" NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    platform TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_platform_zones PRIMARY KEY (zone_id),
    CONSTRAINT fk_platform_zones_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_platform_zones_revision ON platform_zones (revision);

CREATE INDEX ix_platform_zones_uscc ON platform_zones (uscc);

CREATE TABLE prior_awards (
    uscc TEXT COLLATE "C" NOT NULL,
    award TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    award_year BIGINT NOT NULL,
    tier BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    paid_on DATE NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_prior_awards PRIMARY KEY (uscc, award, subject, award_year, tier),
    CONSTRAINT ck_prior_awards_award_year CHECK (award_year BETWEEN 1 AND 9999),
    CONSTRAINT ck_prior_awards_tier CHECK (tier BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_prior_awards_amount_fen CHECK (amount_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT ck_prior_awards_tier_missing CHECK (award NOT IN ('retail-scale', 'platform-scale') OR tier > 0),
    CONSTRAINT ck_prior_awards_tier_not_applicable CHECK (award NOT IN ('headquarters-land', 'service-centre-grade', 'provider-setup', 'provider-growth', 'park', 'logistics-hub', 'courier-rent', 'smart-terminal', 'loan-interest', 'sales-spin-off', 'platform-zone', 'exhibition-organised', 'exhibition-independent', 'crossborder-postage', 'overseas-warehouse', 'cold-chain', 'demonstration', 'sustained-growth') OR tier = 0),
    CONSTRAINT fk_prior_awards_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_prior_awards_revision ON prior_awards (revision);

CREATE TABLE sales_spin_offs (
    sales_company_uscc TEXT COLLATE "C" NOT NULL,
    producer_uscc TEXT COLLATE "C" NOT NULL,
    established_on DATE NOT NULL,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_sales_spin_offs PRIMARY KEY (sales_company_uscc),
    CONSTRAINT fk_sales_spin_offs_sales_company_uscc_enterprises FOREIGN KEY(sales_company_uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fk_sales_spin_offs_producer_uscc_enterprises FOREIGN KEY(producer_uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_sales_spin_offs_producer_uscc ON sales_spin_offs (producer_uscc);

CREATE INDEX ix_sales_spin_offs_revision ON sales_spin_offs (revision);

CREATE TABLE sanctions (
    uscc TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    until DATE,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_sanctions PRIMARY KEY (uscc, kind, since),
    CONSTRAINT ck_sanctions_kind CHECK (kind IN ('serious_dishonesty', 'safety', 'quality', 'tax')),
    CONSTRAINT ck_sanctions_period_reversed CHECK (until >= since),
    CONSTRAINT fk_sanctions_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_sanctions_revision ON sanctions (revision);

CREATE TABLE service_centre_grades (
    centre_id TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    grade TEXT COLLATE "C" NOT NULL,
    tender_reference TEXT COLLATE "C",
    revision BIGINT NOT NULL,
    CONSTRAINT pk_service_centre_grades PRIMARY KEY (centre_id, year),
    CONSTRAINT ck_service_centre_grades_year CHECK (year BETWEEN 1 AND 9999),
    CONSTRAINT ck_service_centre_grades_grade CHECK (grade IN ('excellent', 'good', 'pass', 'fail')),
    CONSTRAINT fk_service_centre_grades_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_service_centre_grades_revision ON service_centre_grades (revision);

CREATE INDEX ix_service_centre_grades_uscc ON service_centre_grades (uscc);

CREATE TABLE service_contracts (
    provider_uscc TEXT COLLATE "C" NOT NULL,
    client_uscc TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    until DATE,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_service_contracts PRIMARY KEY (provider_uscc, client_uscc, since),
    CONSTRAINT ck_service_contracts_period_reversed CHECK (until >= since),
    CONSTRAINT fk_service_contracts_provider_uscc_enterprises FOREIGN KEY(provider_uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fk_service_contracts_client_uscc_enterprises FOREIGN KEY(client_uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_service_contracts_client_uscc ON service_contracts (client_uscc);

CREATE INDEX ix_service_contracts_revision ON service_contracts (revision);

CREATE TABLE statistics_sales (
    uscc TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    online_retail_fen BIGINT,
    revision BIGINT NOT NULL,
    CONSTRAINT pk_statistics_sales PRIMARY KEY (uscc, year),
    CONSTRAINT ck_statistics_sales_year CHECK (year BETWEEN 1 AND 9999),
    CONSTRAINT ck_statistics_sales_online_retail_fen CHECK (online_retail_fen BETWEEN 0 AND 9007199254740991),
    CONSTRAINT fk_statistics_sales_uscc_enterprises FOREIGN KEY(uscc) REFERENCES enterprises (uscc) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX ix_statistics_sales_revision ON statistics_sales (revision);
