-- A function that proposals use. Frozen: a change is a new migration.

CREATE FUNCTION due_instalments(parts JSONB, first_day DATE) RETURNS TABLE (instalments JSONB) LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'due_year', extract(year FROM first_day)::int + (part ->> 'due_offset_years')::int,
               'amount_fen', (part ->> 'amount_fen')::bigint) ORDER BY place), '[]'::jsonb)
    FROM jsonb_array_elements(parts) WITH ORDINALITY AS elements (part, place)
$$;

COMMENT ON FUNCTION due_instalments IS 'Instalments with their due years, counted from the first decision day';
