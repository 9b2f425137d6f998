-- restorations: Return restorations, all or one, with up to 1,000 sent orders each that are in no batch.
SELECT r.id, r.reason, r.opened_by, r.opened_at, r.ended_by, r.ended_at, r.ended_reason,
       ARRAY(SELECT s FROM unnest(r.sent) AS s WHERE NOT EXISTS (SELECT FROM batch_orders b WHERE b.order_id = s)
             ORDER BY s LIMIT 1000) AS missing
FROM restorations r WHERE CAST(:id AS uuid) IS NULL OR r.id = :id
ORDER BY r.opened_at, r.id;

-- add: Open a restoration, or add sent orders to the one that is open.
INSERT INTO restorations (id, reason, opened_by, sent) VALUES (:id, :reason, :by, CAST(:sent AS uuid[]))
ON CONFLICT ((ended_at IS NULL)) WHERE ended_at IS NULL
DO UPDATE SET sent = ARRAY(SELECT DISTINCT unnest(restorations.sent || excluded.sent));

-- lock_awards: Lock awards in one order for all workers, and return the version in effect with its due years.
SELECT a.award_id::text AS award_id, a.split_version, a.first_decided_on::text AS first_decided_on,
       ARRAY(SELECT (part ->> 'due_year')::int FROM jsonb_array_elements(v.instalments)
             WITH ORDINALITY AS parts (part, place) ORDER BY place) AS due_years
FROM awards a LEFT JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.split_version
WHERE a.award_id = ANY(CAST(:ids AS uuid[])) ORDER BY a.award_id FOR UPDATE OF a;

-- lock_orders: Lock and return payment orders.
SELECT o.id::text AS id, o.payee_uscc, o.amount_fen, o.award_id::text AS award_id, o.instalment, o.unit, o.state,
       EXISTS (SELECT FROM batch_orders b WHERE b.order_id = o.id) AS in_batch,
       o.live AND o.budget_year IS NOT NULL AS holds_money
FROM payment_orders o WHERE o.id = ANY(CAST(:ids AS uuid[])) FOR UPDATE;
