-- What an arrangement does where a budget lacks money, and what days that were shared in proportion left over.

ALTER TABLE arrangements ADD COLUMN shortage TEXT DEFAULT 'in_turn' NOT NULL,
    ADD CONSTRAINT ck_arrangements_shortage CHECK (shortage IN ('in_turn', 'in_proportion')) NOT VALID;

CREATE TRIGGER arrangements_edit_policy BEFORE UPDATE ON arrangements FOR EACH ROW
    WHEN ((NEW.policy, NEW.shortage) IS DISTINCT FROM (OLD.policy, OLD.shortage))
    EXECUTE FUNCTION refuse_edited_arrangement();

CREATE TABLE shared_days (
    year SMALLINT NOT NULL,
    first_decided_on DATE NOT NULL,
    unit TEXT NOT NULL,
    left_fen BIGINT NOT NULL,
    CONSTRAINT pk_shared_days PRIMARY KEY (year, first_decided_on, unit),
    CONSTRAINT ck_shared_days_left CHECK (left_fen >= 0)
);
