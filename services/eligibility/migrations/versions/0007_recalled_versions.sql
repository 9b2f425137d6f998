-- Versions that were told and then lost in a restore: they are not numbered again.

CREATE TABLE recalled_versions (
    award_id UUID NOT NULL,
    version INTEGER NOT NULL,
    event JSONB NOT NULL,
    recalled_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_recalled_versions PRIMARY KEY (award_id),
    CONSTRAINT fk_recalled_versions_award_id_awards FOREIGN KEY(award_id) REFERENCES awards (award_id)
);

COMMENT ON TABLE recalled_versions IS 'The highest version of an award that was told and then lost in a restore of this database';
