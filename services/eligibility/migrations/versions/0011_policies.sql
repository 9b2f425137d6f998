-- A place is a code of an installed policy, no longer one of a list.
ALTER TABLE decisions DROP CONSTRAINT ck_decisions_jurisdiction,
    ADD CONSTRAINT ck_decisions_jurisdiction CHECK (jurisdiction ~ '^[a-z][a-z0-9_]*$') NOT VALID;
