-- The audit log, and the blocks of the hash chains that seal it and whatever else is only ever added to. Frozen.

-- Only telling everything again to a new log read it, and that reads the whole outbox anyway; every event paid for it thrice.
DROP INDEX ix_outbox_key;

CREATE TABLE audit_log (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    acted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    subjects TEXT[] NOT NULL,
    reason TEXT,
    details JSONB NOT NULL,
    trace_id TEXT,
    CONSTRAINT pk_audit_log PRIMARY KEY (id)
);

CREATE INDEX ix_audit_log_subjects ON audit_log USING gin (subjects);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE sealed_blocks (
    chain TEXT NOT NULL,
    number BIGINT NOT NULL,
    after_id BIGINT NOT NULL,
    until_id BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    columns TEXT[] NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    sealed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_sealed_blocks PRIMARY KEY (chain, number),
    CONSTRAINT ck_sealed_blocks_range CHECK (until_id > after_id AND rows > 0)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sealed_blocks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
