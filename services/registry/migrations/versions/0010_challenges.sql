-- Challenges to facts: what an enterprise or an officer holds to be wrong, and the revision that answers it.

CREATE TABLE challenges (
    id uuid DEFAULT uuidv7() NOT NULL,
    dataset text NOT NULL,
    key jsonb NOT NULL,
    uscc text,
    field text,
    stated text,
    reason text NOT NULL,
    document text,
    challenged_at_revision bigint NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz DEFAULT now() NOT NULL,
    outcome text,
    revision bigint,
    resolved_by text,
    resolved_at timestamptz,
    resolution text,
    CONSTRAINT pk_challenges PRIMARY KEY (id),
    CONSTRAINT fk_challenges_revision_revisions FOREIGN KEY (revision) REFERENCES revisions (revision),
    CONSTRAINT ck_challenges_outcome CHECK (outcome IN ('corrected', 'dismissed')),
    CONSTRAINT ck_challenges_resolved CHECK (
        (outcome IS NULL) = (resolved_by IS NULL) AND (outcome IS NULL) = (resolved_at IS NULL)
        AND (outcome IS NULL) = (resolution IS NULL)),
    CONSTRAINT ck_challenges_answered CHECK ((revision IS NOT NULL) = (outcome IS NOT NULL AND outcome = 'corrected')),
    CONSTRAINT ck_challenges_two_persons CHECK (resolved_by <> made_by),
    CONSTRAINT ck_challenges_answered_later CHECK (revision > challenged_at_revision)
);
CREATE INDEX ix_challenges_uscc ON challenges (uscc, id);
CREATE INDEX ix_challenges_open ON challenges (made_at, id) WHERE outcome IS NULL;
COMMENT ON TABLE challenges IS 'Challenges to facts, each resolved by whoever keeps the data';
COMMENT ON COLUMN challenges.uscc IS 'The enterprise that it concerns; empty where the row belongs to nobody';
COMMENT ON COLUMN challenges.field IS 'Empty: the row as a whole, that it is there or that it is missing';
COMMENT ON COLUMN challenges.stated IS 'What the challenger says that it should be';
COMMENT ON COLUMN challenges.challenged_at_revision IS 'The newest revision when it was made';
COMMENT ON COLUMN challenges.revision IS 'The revision that answers it';
COMMENT ON COLUMN challenges.resolution IS 'Why it was resolved so';

-- A challenge is resolved once and otherwise never edited.
CREATE FUNCTION refuse_challenge_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a challenge may only be resolved, once' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER challenges_edit BEFORE UPDATE ON challenges FOR EACH ROW
    WHEN (OLD.outcome IS NOT NULL
          OR (to_jsonb(OLD) - '{outcome,revision,resolved_by,resolved_at,resolution}'::text[])
             IS DISTINCT FROM (to_jsonb(NEW) - '{outcome,revision,resolved_by,resolved_at,resolution}'::text[]))
    EXECUTE FUNCTION refuse_challenge_edit();
CREATE TRIGGER challenges_delete BEFORE DELETE ON challenges FOR EACH ROW EXECUTE FUNCTION refuse_challenge_edit();
