-- commit: Add these amounts to what is committed in their budgets and indicators; negative ones give back.
WITH given AS (
    SELECT * FROM unnest(CAST(:units AS text[]), CAST(:years AS int[]), CAST(:indicators AS bigint[]), CAST(:fen AS bigint[]))
                  AS t(unit, year, indicator_id, fen)
), locked AS MATERIALIZED (
    SELECT b.unit, b.year FROM budgets b WHERE (b.unit, b.year) IN (SELECT g.unit, g.year FROM given g)
    ORDER BY b.unit, b.year FOR UPDATE OF b
), drawn AS (
    UPDATE indicators i SET committed_fen = i.committed_fen + g.fen
    FROM given g JOIN locked l ON l.unit = g.unit AND l.year = g.year
    WHERE i.id = g.indicator_id
)
UPDATE budgets b
SET committed_fen = b.committed_fen + s.fen, classified_committed_fen = b.classified_committed_fen + s.classified_fen
FROM (SELECT g.unit, g.year, sum(g.fen)::bigint AS fen,
             coalesce(sum(g.fen) FILTER (WHERE g.indicator_id IS NOT NULL), 0)::bigint AS classified_fen
      FROM given g JOIN locked l ON l.unit = g.unit AND l.year = g.year GROUP BY g.unit, g.year) s
WHERE b.unit = s.unit AND b.year = s.year;

-- lock: Lock the budgets of a year, in one order for all.
SELECT FROM budgets WHERE year = :year ORDER BY unit FOR UPDATE;

-- pots: Return what is free in the budgets of a year, by indicator in the order of their first appropriation, the rest last.
SELECT unit, id AS indicator_id, appropriated_fen - committed_fen AS free_fen
FROM indicators WHERE year = :year AND (CAST(:unit AS text) IS NULL OR unit = :unit)
UNION ALL
SELECT unit, NULL, appropriated_fen - classified_fen - committed_fen + classified_committed_fen
FROM budgets WHERE year = :year AND (CAST(:unit AS text) IS NULL OR unit = :unit)
ORDER BY unit, indicator_id NULLS LAST;

-- indicators: Return the indicators of a budget, in the order in which they are drawn on.
SELECT indicator, project, function_code, economic_code, appropriated_fen, committed_fen,
       appropriated_fen - committed_fen AS left_fen
FROM indicators WHERE unit = :unit AND year = :year ORDER BY id;

-- open_budget: Create a budget unless it is there.
INSERT INTO budgets (unit, year) VALUES (:unit, :year) ON CONFLICT DO NOTHING;

-- open_indicator: Create the indicator of a classification unless it is there.
INSERT INTO indicators (unit, year, indicator, project, function_code, economic_code)
SELECT :unit, :year, :indicator, :project, :function_code, :economic_code WHERE :classified
ON CONFLICT DO NOTHING;

-- appropriate: Add to what is appropriated to a budget and, if the money is classified, to its indicator.
WITH budget AS (
    UPDATE budgets SET appropriated_fen = appropriated_fen + :fen,
                       classified_fen = classified_fen + CASE WHEN :classified THEN CAST(:fen AS bigint) ELSE 0 END
    WHERE unit = :unit AND year = :year
    RETURNING unit, year
)
UPDATE indicators i SET appropriated_fen = i.appropriated_fen + :fen
FROM budget b
WHERE i.unit = b.unit AND i.year = b.year AND :classified
  AND i.indicator IS NOT DISTINCT FROM :indicator AND i.project IS NOT DISTINCT FROM :project
  AND i.function_code IS NOT DISTINCT FROM :function_code AND i.economic_code IS NOT DISTINCT FROM :economic_code;

-- budgets: Return budgets after a position (year, unit), or one, with what of them is ordered, free or lapsed.
-- `ordered_fen` leaves out what is reserved for orders that are not with the bank or on their way there.
SELECT b.unit, b.year, b.appropriated_fen, b.committed_fen, b.committed_fen - coalesce(s.fen, 0) AS ordered_fen,
       b.paid_fen, b.recovered_fen,
       CASE WHEN b.year >= :this_year THEN b.appropriated_fen - b.committed_fen ELSE 0 END AS free_fen,
       CASE WHEN b.year < :this_year THEN b.appropriated_fen - b.committed_fen ELSE 0 END AS lapsed_fen
FROM budgets b
LEFT JOIN (SELECT unit, budget_year, sum(amount_fen)::bigint AS fen FROM payment_orders
           WHERE live AND budget_year IS NOT NULL AND state IN ('waiting', 'failed', 'returned')
           GROUP BY unit, budget_year) s ON s.unit = b.unit AND s.budget_year = b.year
WHERE (CAST(:unit AS text) IS NULL OR b.unit = :unit)
  AND (CAST(:year AS int) IS NULL OR b.year = :year)
  AND (CAST(:after_year AS bigint) IS NULL OR (b.year, b.unit) > (CAST(:after_year AS bigint), CAST(:after_unit AS text)))
ORDER BY b.year, b.unit LIMIT :limit;

-- waiting_by_award: Return how many orders wait for a budget and for how much, by award code.
-- An order draws on the year in which it is funded: what was due earlier counts in this year's budget.
SELECT a.award, count(*) AS orders, sum(o.amount_fen)::bigint AS amount_fen
FROM payment_orders o JOIN awards a ON a.award_id = o.award_id
WHERE o.state = 'waiting' AND o.budget_year IS NULL AND o.unit = :unit AND greatest(o.due_year, :this_year) = :year
GROUP BY a.award ORDER BY a.award;

-- owed_already: Return what each of some units owes to each award from its budget of a year, under the version in effect.
SELECT s.unit, a.award_id::text AS award_id,
       sum(part.fen) FILTER (WHERE greatest((v.instalments->(part.place::int - 1)->>'due_year')::int, :this_year)
                                   = :year)::bigint AS fen
FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.split_version
JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version AND s.unit = ANY(:units)
CROSS JOIN unnest(s.parts_fen) WITH ORDINALITY AS part(fen, place)
WHERE a.award_id = ANY(CAST(:ids AS uuid[])) GROUP BY s.unit, a.award_id;

-- without_arrangement: Return how many awards wait for an arrangement, and what they entitle to.
SELECT count(*) AS awards, coalesce(sum(v.entitlement_fen), 0)::bigint AS entitlement_fen
FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
WHERE a.waiting_for = 'arrangement' AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction);

-- appropriations: Return appropriations after one, or one: of a unit, of a year, in a state.
SELECT id, unit, year, amount_fen, document, indicator, project, function_code, economic_code, state, proposed_by,
       proposed_at, confirmed_by, confirmed_at, discarded_by, discarded_at, discard_reason, carried_over
FROM appropriation_details
WHERE (CAST(:id AS uuid) IS NULL OR id = :id) AND (CAST(:unit AS text) IS NULL OR unit = :unit)
  AND (CAST(:year AS int) IS NULL OR year = :year) AND (CAST(:state AS text) IS NULL OR state = :state)
  AND (CAST(:after AS uuid) IS NULL OR id > :after)
ORDER BY id LIMIT :limit;
