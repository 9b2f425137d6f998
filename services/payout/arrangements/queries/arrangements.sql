-- arrangements: Return arrangements with their rows, in the order of their drafting: one, or those after another.
SELECT a.id, a.state, a.policy, a.number, a.effective_from, a.effective_until, a.sample, a.shortage,
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

-- amounts_in_period: Return how many awards of an arrangement's period have the same amount, per jurisdiction and award.
SELECT jurisdiction, award, entitlement_fen, count(*) AS awards, count(*) FILTER (WHERE waiting_for IS NOT NULL) AS waiting
FROM awards_in_period(:id) GROUP BY jurisdiction, award, entitlement_fen ORDER BY jurisdiction, award;

-- split_today: Return what each unit pays now of the awards in an arrangement's period.
SELECT s.unit, sum(s.amount_fen)::bigint AS fen
FROM awards_in_period(:id) c JOIN award_shares s ON s.award_id = c.award_id AND s.version = c.split_version
GROUP BY s.unit;

-- overlapping: Return the confirmed arrangements that are in force on some day of this one's period.
SELECT o.id FROM arrangements g JOIN arrangements o ON o.id <> g.id AND o.policy = g.policy AND o.state = 'confirmed'
 AND daterange(o.effective_from, o.effective_until, '[)') && daterange(g.effective_from, g.effective_until, '[)')
WHERE g.id = :id ORDER BY o.effective_from;
