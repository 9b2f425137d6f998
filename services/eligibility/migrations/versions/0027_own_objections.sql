-- An enterprise has one open objection about one matter; what an office records for others on paper is not limited.
ALTER TABLE objections ADD COLUMN IF NOT EXISTS objector_uscc text;
COMMENT ON COLUMN objections.objector_uscc IS 'The enterprise that objects itself; empty for what an office recorded';
