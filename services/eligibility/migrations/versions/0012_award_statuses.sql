-- Official acts of two persons that suspend, end or resume an award.

CREATE TABLE award_status_changes (
    id uuid DEFAULT uuidv7() NOT NULL,
    number integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    policy text NOT NULL,
    award text NOT NULL,
    status text NOT NULL,
    effective_on date NOT NULL,
    last_award_year integer,
    document text NOT NULL,
    reason text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz DEFAULT now() NOT NULL,
    confirmed_by text,
    confirmed_at timestamptz,
    CONSTRAINT pk_award_status_changes PRIMARY KEY (id),
    CONSTRAINT ck_award_status_changes_status CHECK (status IN ('in_force', 'suspended', 'ended')),
    CONSTRAINT ck_award_status_changes_transition CHECK (last_award_year IS NULL OR status <> 'in_force'),
    CONSTRAINT ck_award_status_changes_two_persons CHECK (confirmed_by <> proposed_by),
    CONSTRAINT ck_award_status_changes_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL))
);
CREATE INDEX ix_award_status_changes_award ON award_status_changes (policy, award, effective_on);
COMMENT ON TABLE award_status_changes IS 'Acts that suspend, end or resume an award; the latest confirmed one in effect on a day decides';
COMMENT ON COLUMN award_status_changes.effective_on IS 'First decision day on which the status holds';
COMMENT ON COLUMN award_status_changes.last_award_year IS 'Transition: award years up to this one are still proposed';
COMMENT ON COLUMN award_status_changes.document IS 'Number and title of the official act';

-- The confirmed act in effect for each award on a decision day; an award without a row is in force.
CREATE FUNCTION award_statuses(in_policy text, on_day date) RETURNS SETOF award_status_changes
LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (award) * FROM award_status_changes
    WHERE policy = in_policy AND confirmed_at IS NOT NULL AND effective_on <= on_day
    ORDER BY award, effective_on DESC, confirmed_at DESC, number DESC
$$;

-- A confirmed act is never edited, nor is what was proposed.
CREATE FUNCTION refuse_award_status_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an act on the status of an award may only be confirmed, once' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER award_status_changes_edit BEFORE UPDATE ON award_status_changes FOR EACH ROW
    WHEN (OLD.confirmed_at IS NOT NULL
          OR (OLD.policy, OLD.award, OLD.status, OLD.effective_on, OLD.last_award_year, OLD.document, OLD.reason, OLD.proposed_by, OLD.proposed_at)
             IS DISTINCT FROM (NEW.policy, NEW.award, NEW.status, NEW.effective_on, NEW.last_award_year, NEW.document, NEW.reason, NEW.proposed_by, NEW.proposed_at))
    EXECUTE FUNCTION refuse_award_status_edit();
CREATE TRIGGER award_status_changes_delete BEFORE DELETE ON award_status_changes FOR EACH ROW EXECUTE FUNCTION refuse_award_status_edit();
