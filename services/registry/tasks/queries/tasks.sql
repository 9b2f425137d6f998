-- tasks: What waits for a second person, or for whoever keeps the data, since when? What `by` sent or challenged is left out.
-- `accounts`: the datasets whose drafts are confirmed as accounts are.
SELECT k.kind, d.id::text AS subject, d.proposed_at AS since, 1 AS cases, d.dataset, d.rows,
       coalesce(d.source, d.proposed_by) AS source
FROM drafts d
CROSS JOIN LATERAL (SELECT CASE WHEN d.dataset = ANY(:accounts) THEN 'account_draft' ELSE 'reference_draft' END AS kind) k
WHERE d.confirmed_at IS NULL AND d.discarded_at IS NULL AND k.kind = ANY(:kinds) AND d.proposed_by <> :by
UNION ALL
SELECT 'challenge', dataset, min(made_at), count(*)::integer, dataset, NULL, NULL
FROM challenges WHERE outcome IS NULL AND 'challenge' = ANY(:kinds) AND made_by <> :by
GROUP BY dataset, CASE WHEN :by_day THEN (made_at AT TIME ZONE 'Asia/Shanghai')::date END;
