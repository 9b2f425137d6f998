-- A public notice is an official document with a number (文号), given when it is opened.

ALTER TABLE notices ADD COLUMN document_number text;
COMMENT ON COLUMN notices.document_number IS 'Number of the notice as an official document (文号)';
