-- A partition of an evaluation is a range of enterprises and the awards about these, or the awards about others.
CREATE TABLE IF NOT EXISTS evaluation_partitions (
    evaluation_id uuid NOT NULL,
    number integer NOT NULL,
    awards text [] NOT NULL,
    is_range boolean NOT NULL,
    first_code text,
    until_code text,
    facts_revision bigint NOT NULL,
    interpretations_hash text NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    outcomes bytea,
    CONSTRAINT pk_evaluation_partitions PRIMARY KEY (evaluation_id, number),
    CONSTRAINT ck_evaluation_partitions_codes CHECK (is_range OR (first_code IS NULL AND until_code IS NULL)),
    CONSTRAINT fk_evaluation_partitions_interpretations_hash_documents FOREIGN KEY (interpretations_hash) REFERENCES documents (hash)
);
ALTER TABLE evaluation_partitions ALTER COLUMN outcomes SET STORAGE EXTERNAL;
COMMENT ON TABLE evaluation_partitions IS 'Partitions of evaluations in progress, removed when their evaluation ends';
COMMENT ON COLUMN evaluation_partitions.is_range IS 'Whether it has some codes of enterprises only';
COMMENT ON COLUMN evaluation_partitions.first_code IS 'The first of its codes; empty: no bound';
COMMENT ON COLUMN evaluation_partitions.until_code IS 'The first code after them; empty: no bound';
COMMENT ON COLUMN evaluation_partitions.outcomes IS 'The outcomes as an Arrow stream; empty until the partition is evaluated';
