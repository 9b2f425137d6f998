-- restorations: Return restorations, all or one, with up to 1,000 sent orders each that are in no batch.
SELECT r.id, r.reason, r.opened_by, r.opened_at, r.confirmed_by, r.confirmed_at, r.ended_by, r.ended_at, r.ended_reason,
       ARRAY(SELECT s FROM unnest(r.sent) AS s WHERE NOT EXISTS (SELECT FROM batch_orders b WHERE b.order_id = s)
             ORDER BY s LIMIT 1000) AS missing
FROM restorations r WHERE CAST(:id AS uuid) IS NULL OR r.id = :id
ORDER BY r.opened_at, r.id;

-- add: Open a restoration, or add sent orders to the one that is open.
INSERT INTO restorations (id, reason, opened_by, sent) VALUES (:id, :reason, :by, CAST(:sent AS uuid[]))
ON CONFLICT ((ended_at IS NULL)) WHERE ended_at IS NULL
DO UPDATE SET sent = ARRAY(SELECT DISTINCT unnest(restorations.sent || excluded.sent));

-- propose: Store a file that is entered again; nothing if it waits already.
INSERT INTO reentry_proposals (unit, sent_on, registry_revision, checksum, proposed_by)
VALUES (:unit, :sent_on, :registry_revision, :checksum, :by)
ON CONFLICT (checksum) WHERE confirmed_at IS NULL AND discarded_at IS NULL DO NOTHING
RETURNING id;

-- waiting: Return the file with a checksum that waits for a second person.
SELECT id FROM reentry_proposals WHERE checksum = :checksum AND confirmed_at IS NULL AND discarded_at IS NULL;

-- reentries: Return files that were entered again after one, or one: of a unit, those that wait alone or all.
SELECT p.id, p.unit, p.sent_on, p.registry_revision, p.checksum,
       CASE WHEN p.confirmed_at IS NOT NULL THEN 'confirmed' WHEN p.discarded_at IS NOT NULL THEN 'discarded'
            ELSE 'proposed' END AS state,
       p.proposed_by, p.proposed_at, p.confirmed_by, p.confirmed_at, p.discarded_by, p.discarded_at, p.discard_reason,
       s.orders, s.amount_fen
FROM reentry_proposals p
CROSS JOIN LATERAL (SELECT count(*) AS orders, sum(r.amount_fen)::bigint AS amount_fen
                    FROM reentry_proposal_rows r WHERE r.proposal_id = p.id) s
WHERE (CAST(:id AS uuid) IS NULL OR p.id = :id) AND (CAST(:unit AS text) IS NULL OR p.unit = :unit)
  AND (NOT CAST(:waiting AS boolean) OR p.confirmed_at IS NULL AND p.discarded_at IS NULL)
  AND (CAST(:after AS uuid) IS NULL OR p.id > :after)
ORDER BY p.id LIMIT :limit;

-- reentry_rows: Return rows of a file that was entered again after a place, each beside its order as it is now.
SELECT r.place, r.order_id, r.payee_uscc, r.amount_fen, r.award_id, r.instalment,
       r.indicator, r.project, r.function_code, r.economic_code, o.state
FROM reentry_proposal_rows r LEFT JOIN payment_orders o ON o.id = r.order_id
WHERE r.proposal_id = :id AND r.place > :after ORDER BY r.place LIMIT :limit;

-- lock_awards: Lock awards in one order for all workers, and return the version in effect with its due years, and by unit and payee
-- the largest share that any version gave.
SELECT a.award_id::text AS award_id, a.split_version, a.first_decided_on::text AS first_decided_on,
       ARRAY(SELECT (part ->> 'due_year')::int FROM jsonb_array_elements(v.instalments)
             WITH ORDINALITY AS parts (part, place) ORDER BY place) AS due_years,
       (SELECT jsonb_agg(to_jsonb(s)) FROM (SELECT unit, payee_uscc, max(amount_fen) AS fen FROM award_shares
                                            WHERE award_id = a.award_id GROUP BY unit, payee_uscc) s) AS shares
FROM awards a LEFT JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.split_version
WHERE a.award_id = ANY(CAST(:ids AS uuid[])) ORDER BY a.award_id FOR UPDATE OF a;

-- lock_orders: Lock and return payment orders.
SELECT o.id::text AS id, o.payee_uscc, o.amount_fen, o.award_id::text AS award_id, o.instalment, o.unit, o.state,
       EXISTS (SELECT FROM batch_orders b WHERE b.order_id = o.id) AS in_batch,
       o.live AND o.budget_year IS NOT NULL AS holds_money
FROM payment_orders o WHERE o.id = ANY(CAST(:ids AS uuid[])) FOR UPDATE;
