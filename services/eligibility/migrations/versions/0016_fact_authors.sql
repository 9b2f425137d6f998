-- Whoever recorded or confirmed a fact that a decision rests on counts among its proposers, and cannot approve it.

ALTER TABLE decisions ADD COLUMN fact_authors text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN decisions.fact_authors IS 'Persons who recorded or confirmed facts that the receipt seals';
-- Earlier decisions name nobody, so none of them breaks it.
ALTER TABLE decisions ADD CONSTRAINT ck_decisions_fact_author_is_not_checker CHECK (approved_by <> ALL (fact_authors)) NOT VALID;

-- Who proposed a decision, and who its facts are from, is never edited.
CREATE FUNCTION refuse_edit_of_proposers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the proposers of decision % cannot be changed', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER decisions_proposers BEFORE UPDATE ON decisions FOR EACH ROW
    WHEN (OLD.proposed_by <> NEW.proposed_by OR OLD.fact_authors <> NEW.fact_authors)
    EXECUTE FUNCTION refuse_edit_of_proposers();
