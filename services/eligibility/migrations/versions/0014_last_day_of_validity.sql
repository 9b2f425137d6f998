-- The last day of validity is read relative to the first: values that named a day are stored under their new names.
-- Documents of decisions stay as they are; their reader knows the former values.

UPDATE reading_changes
SET interpretations = jsonb_set(interpretations, '{validity_last_day}', to_jsonb(
    CASE interpretations ->> 'validity_last_day' WHEN '2025-01-02' THEN 'anniversary' ELSE 'day_before' END))
WHERE interpretations ->> 'validity_last_day' IN ('2025-01-02', '2025-01-01');

-- Simulations that wait to be computed.
UPDATE jobs
SET input = jsonb_set(input, '{interpretations,validity_last_day}', to_jsonb(
    CASE input #>> '{interpretations,validity_last_day}' WHEN '2025-01-02' THEN 'anniversary' ELSE 'day_before' END))
WHERE kind = 'simulation' AND input #>> '{interpretations,validity_last_day}' IN ('2025-01-02', '2025-01-01');
