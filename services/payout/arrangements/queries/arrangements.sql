-- arrangements: Return arrangements with their rows, in the order of their drafting: one, or those behind another.
SELECT a.id, a.state, a.number, a.effective_from, a.effective_until, a.sample,
       a.drafted_by, a.drafted_at, a.confirmed_by, a.confirmed_at,
       (SELECT jsonb_agg(jsonb_build_object(
            'jurisdiction', r.jurisdiction, 'award', r.award, 'remainder_to', r.remainder_to,
            'shares', (SELECT jsonb_agg(jsonb_build_object(
                           'unit', s.unit, 'numerator', s.numerator, 'denominator', s.denominator) ORDER BY s.unit)
                       FROM arrangement_shares s
                       WHERE (s.arrangement_id, s.jurisdiction, s.award) = (r.arrangement_id, r.jurisdiction, r.award))
        ) ORDER BY r.jurisdiction, r.award) FROM arrangement_rows r WHERE r.arrangement_id = a.id) AS rows
FROM arrangements a
WHERE (CAST(:id AS uuid) IS NULL OR a.id = :id) AND (CAST(:after AS uuid) IS NULL OR a.id > :after)
ORDER BY a.id LIMIT :limit;

-- preview: Return what an arrangement would give each unit but the one that takes the remainder, per jurisdiction and award.
WITH kinds AS (
    SELECT jurisdiction, award, count(*) AS awards, count(*) FILTER (WHERE waiting_for IS NOT NULL) AS waiting,
           sum(entitlement_fen)::bigint AS entitlement_fen
    FROM awards_in_period(:id) GROUP BY jurisdiction, award
), ruled AS (
    SELECT k.*, r.award AS rule, r.remainder_to FROM kinds k LEFT JOIN LATERAL (
        SELECT award, remainder_to FROM arrangement_rows r
        WHERE r.arrangement_id = :id AND r.jurisdiction = k.jurisdiction AND r.award IN (k.award, '*')
        ORDER BY r.award = '*' LIMIT 1) r ON true
), floored AS (
    SELECT c.jurisdiction, c.award, s.unit, sum(div(c.entitlement_fen::numeric * s.numerator, s.denominator)) AS fen
    FROM awards_in_period(:id) c JOIN ruled r ON r.jurisdiction = c.jurisdiction AND r.award = c.award
    JOIN arrangement_shares s ON s.arrangement_id = :id AND s.jurisdiction = r.jurisdiction AND s.award = r.rule
                             AND s.unit <> r.remainder_to
    GROUP BY c.jurisdiction, c.award, s.unit
)
SELECT r.jurisdiction, r.award, r.awards, r.waiting, r.entitlement_fen, r.rule, r.remainder_to,
       coalesce((SELECT jsonb_object_agg(f.unit, f.fen::bigint) FROM floored f
                 WHERE f.jurisdiction = r.jurisdiction AND f.award = r.award), '{}') AS floored
FROM ruled r ORDER BY r.jurisdiction, r.award;

-- split_today: Return what each unit bears now of the awards in an arrangement's period.
SELECT s.unit, sum(s.amount_fen)::bigint AS fen
FROM awards_in_period(:id) c JOIN award_shares s ON s.award_id = c.award_id AND s.version = c.split_version
GROUP BY s.unit;

-- overlapping: Return the confirmed arrangements that are in force on some day of this one's period.
SELECT o.id FROM arrangements g JOIN arrangements o ON o.id <> g.id AND o.state = 'confirmed'
 AND daterange(o.effective_from, o.effective_until, '[)') && daterange(g.effective_from, g.effective_until, '[)')
WHERE g.id = :id ORDER BY o.effective_from;
