-- What PostgreSQL 18 has and 15 to 17 lack. The owner makes it before the first migration, in the schema public: there the
-- statements of migrations and services find it, and on 18 the server's own. Each statement may be run again.

-- A UUID of version 7 (RFC 9562): 48 bits of milliseconds, 12 of the part of one, 62 by chance, as 18 makes them.
CREATE OR REPLACE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN (
    SELECT (lpad(to_hex(at / 1000), 12, '0') || '7' || lpad(to_hex(mod(at, 1000) * 4096 / 1000), 3, '0')
        || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid
    FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS at) AS now
);

-- Unicode's rules for upper and lower case, under the name that they have on 18.
CREATE COLLATION IF NOT EXISTS pg_unicode_fast (provider = icu, locale = 'und');

-- What two spellings of one text have in common, whatever their case. Unlike on 18, the Turkish ı is an i.
CREATE OR REPLACE FUNCTION casefold(code text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(upper(code COLLATE pg_unicode_fast) COLLATE pg_unicode_fast);
