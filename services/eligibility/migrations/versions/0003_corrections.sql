-- Corrections and shards. Frozen: a change is a new migration.

CREATE TABLE facts_followed (
    policy TEXT NOT NULL,
    revision BIGINT DEFAULT 0 NOT NULL,
    heard BIGINT DEFAULT 0 NOT NULL,
    looked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_facts_followed PRIMARY KEY (policy),
    CONSTRAINT ck_facts_followed_revisions CHECK (revision >= 0 AND heard >= 0)
);

COMMENT ON TABLE facts_followed IS 'How far each policy follows the registry';

COMMENT ON COLUMN facts_followed.revision IS 'The registry''s changes up to this revision are marked';

COMMENT ON COLUMN facts_followed.heard IS 'The highest revision that an event has told of';

COMMENT ON COLUMN facts_followed.looked_at IS 'When the registry was last asked for its newest revision';

CREATE TABLE fact_marks (
    policy TEXT NOT NULL,
    uscc TEXT NOT NULL,
    revision BIGINT NOT NULL,
    marked_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    touched_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_fact_marks PRIMARY KEY (policy, uscc),
    CONSTRAINT ck_fact_marks_revision CHECK (revision > 0)
);

COMMENT ON TABLE fact_marks IS 'Enterprises whose facts changed since their awards were judged';

COMMENT ON COLUMN fact_marks.uscc IS 'The enterprise that a change names; *: all';

COMMENT ON COLUMN fact_marks.revision IS 'The last revision that changed it';

CREATE TABLE evaluation_shards (
    evaluation_id UUID NOT NULL,
    number INTEGER NOT NULL,
    award TEXT NOT NULL,
    part INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    facts_revision BIGINT NOT NULL,
    interpretations_hash TEXT NOT NULL,
    cut_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    outcomes BYTEA,
    CONSTRAINT pk_evaluation_shards PRIMARY KEY (evaluation_id, number),
    CONSTRAINT ck_evaluation_shards_part CHECK (part >= 0 AND part < parts),
    CONSTRAINT fk_evaluation_shards_interpretations_hash_documents FOREIGN KEY(interpretations_hash) REFERENCES documents (hash)
);

COMMENT ON TABLE evaluation_shards IS 'Pieces of evaluations under way, gone when their evaluation ends';

COMMENT ON COLUMN evaluation_shards.outcomes IS 'What was found, as an Arrow stream; empty until it is judged';
