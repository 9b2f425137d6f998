-- A function that proposals use, and plainer comments. Frozen: a change is a new migration.

CREATE FUNCTION due_instalments(parts JSONB, first_day DATE) RETURNS TABLE (instalments JSONB) LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'due_year', extract(year FROM first_day)::int + (part ->> 'due_offset_years')::int,
               'amount_fen', (part ->> 'amount_fen')::bigint) ORDER BY place), '[]'::jsonb)
    FROM jsonb_array_elements(parts) WITH ORDINALITY AS elements (part, place)
$$;

COMMENT ON FUNCTION due_instalments IS 'Instalments with their due years, counted from the first decision day';

COMMENT ON TABLE documents IS 'Policies, interpretations and sealed inputs of decisions, each stored once under its SHA-256';

COMMENT ON TABLE recalled_versions IS 'The highest version of an award that was published and then lost in a restore of this database';

COMMENT ON COLUMN decisions.noticed_on IS 'When that notice was closed after its term';

COMMENT ON COLUMN facts_followed.revision IS 'The registry''s changes up to this revision are processed';

COMMENT ON COLUMN facts_followed.heard IS 'The latest revision that an event has announced or that was read';

COMMENT ON TABLE facts_followed IS 'How far the registry''s changes are processed for each policy';

COMMENT ON TABLE fact_marks IS 'Enterprises pending re-evaluation: their facts changed since their awards were evaluated';

COMMENT ON COLUMN evaluation_shards.outcomes IS 'The outcomes as an Arrow stream; empty until the partition is evaluated';

COMMENT ON TABLE evaluation_shards IS 'Partitions of evaluations in progress, removed when their evaluation ends';

COMMENT ON TABLE outcomes IS 'Outcomes of evaluations: granted, and undetermined where a fact about the award exists';

COMMENT ON TABLE reading_changes IS 'Official interpretations are the defaults with every confirmed change, in the order of confirmation';

COMMENT ON COLUMN reading_changes.interpretations IS 'Interpretation → value, changed ones only';

COMMENT ON TABLE notices IS 'Public notices; decisions.notice_id names the notice of a decision';

COMMENT ON TABLE objections IS 'Objections to decisions in a public notice, with their outcomes';
