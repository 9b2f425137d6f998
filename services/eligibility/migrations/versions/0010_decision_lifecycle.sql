-- Decisions begin and move only as TRANSITIONS of services/eligibility/decisions/domain.py allow.

CREATE FUNCTION refuse_decision_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        RAISE EXCEPTION 'a decision cannot begin as %', NEW.state USING ERRCODE = 'restrict_violation';
    END IF;
    RAISE EXCEPTION 'decision % cannot change from % to %', NEW.id, OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER decisions_begin AFTER INSERT ON decisions FOR EACH ROW
    WHEN (NEW.state <> 'proposed') EXECUTE FUNCTION refuse_decision_transition();

-- The condition is evaluated without calling the function, so that bulk approvals stay fast.
CREATE TRIGGER decisions_transition AFTER UPDATE OF state ON decisions FOR EACH ROW
    WHEN (CASE OLD.state
          WHEN 'proposed' THEN NEW.state NOT IN ('in_notice', 'suspended', 'rejected', 'approved', 'superseded')
          WHEN 'in_notice' THEN NEW.state NOT IN ('proposed', 'suspended', 'rejected', 'superseded')
          WHEN 'suspended' THEN NEW.state NOT IN ('proposed', 'in_notice', 'suspended', 'rejected', 'superseded')
          WHEN 'approved' THEN NEW.state <> 'superseded'
          ELSE true END)
    EXECUTE FUNCTION refuse_decision_transition();
