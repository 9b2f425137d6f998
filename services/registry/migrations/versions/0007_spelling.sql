-- The one spelling of codes (shared/spelling.py), for indexes that hold two spellings of one code apart from none.
-- Each statement may be run again.

-- Leave out of a code what is no part of it: invisible characters, spaces, what keeps a spreadsheet from reading a number.
CREATE OR REPLACE FUNCTION plain_code(code text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(regexp_replace(regexp_replace(regexp_replace(code,
    '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]', '', 'g'),
    '[\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u2500\u2501\u2796\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d]', '-', 'g'),
    '^(''|=")+', ''), '"+$', '');

-- Return a code as it is stored; its case is kept.
CREATE OR REPLACE FUNCTION code_spelling(code text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN code ~ '^[0-9A-Za-z\u4e00-\u9fff._:/-]*$' THEN code
    ELSE normalize(plain_code(normalize(plain_code(code), NFKC)), NFKC) END;

-- Return what two spellings of one code have in common.
CREATE OR REPLACE FUNCTION code_key(code text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN casefold(code_spelling(code) COLLATE pg_unicode_fast) COLLATE "C";
