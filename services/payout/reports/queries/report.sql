-- year: Return what was ordered from a year's budgets, repaid and written off in that year, per unit, award and jurisdiction.
WITH ordered AS (
    SELECT o.unit, a.award, a.jurisdiction, count(*) AS orders, count(DISTINCT o.award_id) AS awards,
           sum(o.amount_fen) AS committed_fen,
           coalesce(sum(o.amount_fen) FILTER (WHERE o.state = 'settled'), 0) AS paid_fen
    FROM payment_orders o JOIN awards a ON a.award_id = o.award_id
    WHERE o.live AND o.budget_year = :year GROUP BY o.unit, a.award, a.jurisdiction
), repaid AS (
    SELECT r.unit, a.award, a.jurisdiction, sum(p.amount_fen) AS recovered_fen
    FROM repayments p JOIN recoveries r ON r.id = p.recovery_id JOIN awards a ON a.award_id = r.award_id
    WHERE p.received_on >= make_date(:year, 1, 1) AND p.received_on < make_date(:year + 1, 1, 1)
    GROUP BY r.unit, a.award, a.jurisdiction
), written_off AS (
    SELECT r.unit, a.award, a.jurisdiction, sum(w.amount_fen) AS written_off_fen
    FROM write_offs w JOIN recoveries r ON r.id = w.recovery_id JOIN awards a ON a.award_id = r.award_id
    WHERE extract(year FROM w.confirmed_at AT TIME ZONE 'Asia/Shanghai') = :year
    GROUP BY r.unit, a.award, a.jurisdiction
)
SELECT unit, award, jurisdiction, coalesce(orders, 0) AS orders, coalesce(awards, 0) AS awards,
       coalesce(committed_fen, 0)::bigint AS committed_fen, coalesce(paid_fen, 0)::bigint AS paid_fen,
       coalesce(committed_fen - paid_fen, 0)::bigint AS open_fen, coalesce(recovered_fen, 0)::bigint AS recovered_fen,
       coalesce(written_off_fen, 0)::bigint AS written_off_fen
FROM ordered FULL JOIN repaid USING (unit, award, jurisdiction) FULL JOIN written_off USING (unit, award, jurisdiction)
WHERE CAST(:unit AS text) IS NULL OR unit = :unit
ORDER BY unit, award, jurisdiction;

-- indicators: Return what was ordered from a year's budgets, per unit, classification of the money and award.
SELECT o.unit, i.indicator, i.project, i.function_code, i.economic_code, a.award, count(*) AS orders,
       sum(o.amount_fen)::bigint AS committed_fen,
       coalesce(sum(o.amount_fen) FILTER (WHERE o.state = 'settled'), 0)::bigint AS paid_fen,
       coalesce(sum(o.amount_fen) FILTER (WHERE o.state <> 'settled'), 0)::bigint AS open_fen
FROM payment_orders o JOIN awards a ON a.award_id = o.award_id LEFT JOIN indicators i ON i.id = o.indicator_id
WHERE o.live AND o.budget_year = :year AND (CAST(:unit AS text) IS NULL OR o.unit = :unit)
GROUP BY o.unit, i.indicator, i.project, i.function_code, i.economic_code, a.award
ORDER BY o.unit, i.indicator NULLS LAST, i.project NULLS LAST, i.function_code NULLS LAST, i.economic_code NULLS LAST, a.award;
