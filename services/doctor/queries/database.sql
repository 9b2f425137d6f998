-- server: Return which server this is, what this database is like, and whether the server keeps what it has confirmed.
SELECT version() AS version, current_setting('server_version_num')::int AS number,
       (SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()) AS encoding,
       ARRAY(SELECT name FROM unnest(ARRAY['fsync', 'full_page_writes', 'synchronous_commit']) AS name
             WHERE current_setting(name) = 'off') AS switched_off,
       clock_timestamp() AS now;

-- features: Return what the statements of migrations and services use and this server lacks.
SELECT feature FROM (VALUES
    ('ON CONFLICT', EXISTS (SELECT FROM pg_get_keywords() WHERE word = 'conflict')),
    ('SKIP LOCKED', EXISTS (SELECT FROM pg_get_keywords() WHERE word = 'skip')),
    ('WITH ORDINALITY', EXISTS (SELECT FROM pg_get_keywords() WHERE word = 'ordinality')),
    ('REFERENCING NEW TABLE', EXISTS (SELECT FROM pg_get_keywords() WHERE word = 'referencing')),
    ('GENERATED ALWAYS AS IDENTITY', EXISTS (SELECT FROM pg_attribute
        WHERE attrelid = 'pg_attribute'::regclass AND attname = 'attidentity')),
    ('NORMALIZE()', EXISTS (SELECT FROM pg_proc WHERE proname = 'normalize')),
    ('GEN_RANDOM_UUID()', EXISTS (SELECT FROM pg_proc WHERE proname = 'gen_random_uuid')),
    ('CREATE FUNCTION ... RETURN', EXISTS (SELECT FROM pg_attribute
        WHERE attrelid = 'pg_proc'::regclass AND attname = 'prosqlbody')),
    ('UNIQUE NULLS NOT DISTINCT', EXISTS (SELECT FROM pg_attribute
        WHERE attrelid = 'pg_index'::regclass AND attname = 'indnullsnotdistinct')),
    ('ICU', current_setting('server_version_num')::int >= 180000
        OR EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i'))
) AS needed (feature, there) WHERE NOT there;

-- extensions: Return the extensions that this role can neither use nor create here, of those that a service needs.
SELECT needed FROM unnest(CAST(:names AS text[])) AS needed
WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = needed)
  AND NOT EXISTS (SELECT FROM pg_available_extension_versions v JOIN pg_roles r ON r.rolname = current_user
                  WHERE v.name = needed AND (r.rolsuper OR NOT v.superuser
                                             OR v.trusted AND has_database_privilege(current_database(), 'CREATE')));

-- owner: Return whether this role may create in the schema, and whether it owns what is there.
SELECT has_schema_privilege('public', 'CREATE') AS may_create,
       ARRAY(SELECT relname::text FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'p')
               AND NOT pg_has_role(relowner, 'USAGE') ORDER BY relname) AS owned_by_others;

-- application: Return whether this role could change what must stay: as a superuser, or as an owner of the tables.
SELECT rolsuper OR EXISTS (SELECT FROM pg_class
                           WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND pg_has_role(relowner, 'USAGE'))
FROM pg_roles WHERE rolname = current_user;

-- without_rights: Return the tables on which a role lacks a right, of tables with the rights needed (`SELECT,INSERT`) and the columns to change.
SELECT name FROM unnest(CAST(:tables AS text[]), CAST(:rights AS text[]), CAST(:columns AS text[])) AS t(name, needed, changed)
WHERE EXISTS (SELECT FROM unnest(string_to_array(needed, ',')) AS one
              WHERE has_table_privilege(to_regclass(quote_ident(name)), one) IS NOT TRUE)
   OR EXISTS (SELECT FROM unnest(string_to_array(changed, ',')) AS one
              WHERE has_column_privilege(to_regclass(quote_ident(name)), one, 'UPDATE') IS NOT TRUE)
ORDER BY name;
