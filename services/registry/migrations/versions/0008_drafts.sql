-- Change sets of payees' accounts, reference rates and recognised platforms wait as drafts until another person confirms them.

-- What was recorded before has no second person, and stays valid.
ALTER TABLE revisions ADD COLUMN confirmed_by text;
COMMENT ON COLUMN revisions.confirmed_by IS 'The second person, of datasets that need one';
ALTER TABLE revisions ADD CONSTRAINT ck_revisions_two_persons CHECK (confirmed_by <> actor) NOT VALID;
-- 0009 checks the rows there are: all but revisions up to the last one that was recorded by one person.
DO $$
DECLARE exempt text;
BEGIN
    SELECT coalesce(' OR revision <= ' || max(revision), '') INTO exempt FROM revisions
    WHERE datasets && ARRAY['payee_accounts', 'reference_rates', 'recognised_platforms'];
    EXECUTE format('ALTER TABLE revisions ADD CONSTRAINT ck_revisions_confirmed CHECK (confirmed_by IS NOT NULL'
        ' OR NOT datasets && ARRAY[''payee_accounts'', ''reference_rates'', ''recognised_platforms'']%s) NOT VALID', exempt);
END $$;

CREATE TABLE drafts (
    id uuid DEFAULT uuidv7() NOT NULL,
    reason text,
    proposed_by text NOT NULL,
    proposed_at timestamptz DEFAULT now() NOT NULL,
    confirmed_by text,
    confirmed_at timestamptz,
    discarded_by text,
    discarded_at timestamptz,
    discard_reason text,
    kind text NOT NULL,
    dataset text NOT NULL,
    source text,
    import_id uuid,
    base_revision bigint NOT NULL,
    rows jsonb NOT NULL,
    revision bigint,
    CONSTRAINT pk_drafts PRIMARY KEY (id),
    CONSTRAINT ck_drafts_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_drafts_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT ck_drafts_discarded CHECK ((discarded_by IS NULL) = (discarded_at IS NULL) AND (discarded_by IS NULL) = (discard_reason IS NULL)),
    CONSTRAINT ck_drafts_decided_once CHECK (confirmed_at IS NULL OR discarded_at IS NULL),
    CONSTRAINT ck_drafts_kind CHECK (kind IN ('records', 'import', 'withdrawal')),
    CONSTRAINT ck_drafts_revision CHECK (revision IS NULL OR confirmed_at IS NOT NULL),
    CONSTRAINT fk_drafts_revision_revisions FOREIGN KEY(revision) REFERENCES revisions (revision)
);
COMMENT ON TABLE drafts IS 'Change sets that wait until another person confirms them; their rows are in the tables `…_drafted`';
COMMENT ON COLUMN drafts.base_revision IS 'The newest revision when it was drafted';
COMMENT ON COLUMN drafts.revision IS 'The revision that its confirmation made';

-- A draft is confirmed or discarded, once; what was proposed is never edited.
CREATE FUNCTION refuse_draft_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a draft may only be confirmed or discarded, once' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER drafts_edit BEFORE UPDATE ON drafts FOR EACH ROW
    WHEN (OLD.discarded_at IS NOT NULL OR OLD.revision IS NOT NULL
          OR (OLD.confirmed_at IS NOT NULL AND (OLD.confirmed_by, OLD.confirmed_at) IS DISTINCT FROM (NEW.confirmed_by, NEW.confirmed_at))
          OR (OLD.id, OLD.reason, OLD.proposed_by, OLD.proposed_at, OLD.kind, OLD.dataset, OLD.source, OLD.import_id, OLD.base_revision, OLD.rows)
             IS DISTINCT FROM (NEW.id, NEW.reason, NEW.proposed_by, NEW.proposed_at, NEW.kind, NEW.dataset, NEW.source, NEW.import_id, NEW.base_revision, NEW.rows))
    EXECUTE FUNCTION refuse_draft_edit();
CREATE TRIGGER drafts_delete BEFORE DELETE ON drafts FOR EACH ROW EXECUTE FUNCTION refuse_draft_edit();

CREATE TABLE payee_accounts_drafted (
    draft_id uuid NOT NULL,
    uscc TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    account_holder TEXT COLLATE "C" NOT NULL,
    bank_code TEXT COLLATE "C" NOT NULL,
    account_number TEXT COLLATE "C" NOT NULL,
    until DATE,
    CONSTRAINT pk_payee_accounts_drafted PRIMARY KEY (draft_id, uscc, since),
    CONSTRAINT fk_payee_accounts_drafted_draft_id_drafts FOREIGN KEY(draft_id) REFERENCES drafts (id)
);

CREATE TABLE reference_rates_drafted (
    draft_id uuid NOT NULL,
    series TEXT COLLATE "C" NOT NULL,
    effective_on DATE NOT NULL,
    value BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_reference_rates_drafted PRIMARY KEY (draft_id, series, effective_on),
    CONSTRAINT fk_reference_rates_drafted_draft_id_drafts FOREIGN KEY(draft_id) REFERENCES drafts (id)
);

CREATE TABLE recognised_platforms_drafted (
    draft_id uuid NOT NULL,
    platform TEXT COLLATE "C" NOT NULL,
    since DATE NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    until DATE,
    source TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_recognised_platforms_drafted PRIMARY KEY (draft_id, platform, since),
    CONSTRAINT fk_recognised_platforms_drafted_draft_id_drafts FOREIGN KEY(draft_id) REFERENCES drafts (id)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payee_accounts_drafted FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reference_rates_drafted FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recognised_platforms_drafted FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
