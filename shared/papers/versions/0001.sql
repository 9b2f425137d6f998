-- Templates of papers, and papers as they were made.

CREATE TABLE template_files (
    hash text NOT NULL,
    content bytea NOT NULL,
    kept_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_template_files PRIMARY KEY (hash)
);
COMMENT ON TABLE template_files IS 'Templates, each stored once under its SHA-256: proposed ones, and those that papers were made with';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON template_files FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE paper_templates (
    id uuid DEFAULT uuidv7() NOT NULL,
    reason text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz DEFAULT now() NOT NULL,
    confirmed_by text,
    confirmed_at timestamptz,
    discarded_by text,
    discarded_at timestamptz,
    discard_reason text,
    kind text NOT NULL,
    language text NOT NULL,
    hash text,
    CONSTRAINT pk_paper_templates PRIMARY KEY (id),
    CONSTRAINT ck_paper_templates_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_paper_templates_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT ck_paper_templates_discarded CHECK (
        (discarded_by IS NULL) = (discarded_at IS NULL) AND (discarded_by IS NULL) = (discard_reason IS NULL)),
    CONSTRAINT ck_paper_templates_decided_once CHECK (confirmed_at IS NULL OR discarded_at IS NULL),
    CONSTRAINT ck_paper_templates_language CHECK (language IN ('zh-CN', 'en')),
    CONSTRAINT fk_paper_templates_hash_template_files FOREIGN KEY (hash) REFERENCES template_files (hash)
);
CREATE INDEX ix_paper_templates_kind ON paper_templates (kind, language, confirmed_at);
COMMENT ON TABLE paper_templates IS 'Templates that two persons put into force; the one confirmed last makes the papers of its kind and language';
COMMENT ON COLUMN paper_templates.hash IS 'Its file; empty: the shipped template again';

-- What was proposed is never edited, and is confirmed or discarded once.
CREATE FUNCTION refuse_template_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a template may only be confirmed or discarded, once' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER paper_templates_edit BEFORE UPDATE ON paper_templates FOR EACH ROW
    WHEN (OLD.confirmed_at IS NOT NULL OR OLD.discarded_at IS NOT NULL
          OR (OLD.id, OLD.reason, OLD.proposed_by, OLD.proposed_at, OLD.kind, OLD.language, OLD.hash)
             IS DISTINCT FROM (NEW.id, NEW.reason, NEW.proposed_by, NEW.proposed_at, NEW.kind, NEW.language, NEW.hash))
    EXECUTE FUNCTION refuse_template_edit();
CREATE TRIGGER paper_templates_delete BEFORE DELETE ON paper_templates FOR EACH ROW EXECUTE FUNCTION refuse_template_edit();

CREATE TABLE papers (
    id uuid DEFAULT uuidv7() NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    language text NOT NULL,
    template_hash text NOT NULL,
    content text NOT NULL,
    series text,
    number integer,
    unset text[] NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_papers PRIMARY KEY (id),
    CONSTRAINT ck_papers_language CHECK (language IN ('zh-CN', 'en')),
    CONSTRAINT ck_papers_numbered CHECK ((series IS NULL) = (number IS NULL)),
    CONSTRAINT fk_papers_template_hash_template_files FOREIGN KEY (template_hash) REFERENCES template_files (hash)
);
CREATE INDEX ix_papers_subject ON papers (subject_id, kind, language, id);
CREATE INDEX ix_papers_number ON papers (series, number) WHERE number IS NOT NULL;
COMMENT ON TABLE papers IS 'What official papers say, kept when each was first read, with the template that makes it; the newest of a subject holds';
COMMENT ON COLUMN papers.subject_id IS 'The decision, refusal, notice or recovery that it is about';
COMMENT ON COLUMN papers.content IS 'The values of its fields, canonical JSON';
COMMENT ON COLUMN papers.series IS 'Its document number, with {number} for the number: the numbers of a series have no gaps';
COMMENT ON COLUMN papers.unset IS 'Entries about offices that were not filled in; the paper is made again once one of them is';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON papers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
